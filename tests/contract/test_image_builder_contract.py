"""What every ImageBuilder does, the fake and the real ones alike."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from draftpy.build import ImageBuilder
from draftpy.errors import Interrupted
from draftpy.events import Stage, StageProgress
from tests.support.contexts import request_of, write_tree
from tests.support.engine import FixedBuilder
from tests.support.real_engine import real_engine
from tests.support.reporter import ListReporter


@dataclass(frozen=True, kw_only=True)
class Case:
    builder: ImageBuilder
    name: str


@pytest.fixture(
    params=[
        "fixed",
        pytest.param("buildx", marks=pytest.mark.engine),
        pytest.param("classic", marks=pytest.mark.engine),
    ]
)
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    with ExitStack() as stack:
        if request.param == "fixed":
            yield Case(builder=FixedBuilder(), name="contract")
            return
        real = stack.enter_context(real_engine())
        yield Case(builder=real.builder(request.param), name=real.name)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "my app ü", {"a b.txt": uuid.uuid4().hex})


def _never() -> bool:
    return False


def test_an_image_is_there_after_its_build_and_not_before(case: Case, root: Path) -> None:
    request = request_of(root, case.name)
    assert case.builder.find_image(request.ref) is None
    built = case.builder.build(request, ListReporter(), _never)
    assert built.ref == request.ref
    assert built.image_id.startswith("sha256:")
    found = case.builder.find_image(request.ref)
    assert found is not None
    assert found.image_id == built.image_id


def test_steps_are_told(case: Case, root: Path) -> None:
    reporter = ListReporter()
    case.builder.build(request_of(root, case.name), reporter, _never)
    told = [event.text for event in reporter.of(StageProgress) if event.stage is Stage.BUILD]
    assert any("COPY" in text for text in told)


def test_a_second_build_makes_no_new_layer_and_the_same_image(case: Case, root: Path) -> None:
    request = request_of(root, case.name)
    first = case.builder.build(request, ListReporter(), _never)
    second = case.builder.build(request, ListReporter(), _never)
    assert second.image_id == first.image_id
    assert (second.layers_total, second.layers_new) == (first.layers_total, 0)


def test_other_content_makes_another_image(case: Case, root: Path) -> None:
    first = case.builder.build(request_of(root, case.name), ListReporter(), _never)
    write_tree(root, {"a b.txt": uuid.uuid4().hex})
    second = case.builder.build(request_of(root, case.name), ListReporter(), _never)
    assert second.image_id != first.image_id
    assert second.layers_new == 1


def test_a_build_that_is_cancelled_is_interrupted(case: Case, root: Path) -> None:
    request = request_of(root, case.name)
    with pytest.raises(Interrupted):
        case.builder.build(request, ListReporter(), lambda: True)
