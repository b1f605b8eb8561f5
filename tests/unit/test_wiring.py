"""What wiring decides itself: where a running up deploys to does not change under it."""

import io
from pathlib import Path

import pytest

from draftpy.errors import ConfigInvalid
from draftpy.invocation import Invocation, Where
from draftpy.wiring.up import _read_wanted
from draftpy.wiring.world import World
from tests.support.reporter import ListReporter

DRAFT = "version: 1\nname: hello\nenvironments:\n  development:\n    namespace: one\n"


class QuietReporter(ListReporter):
    def close(self) -> None:
        """Holds no terminal."""


@pytest.fixture
def world(tmp_path: Path) -> World:
    (tmp_path / "draft.yaml").write_text(DRAFT)
    invocation = Invocation(
        argv=(), environ={}, stdout=io.StringIO(), stderr=io.StringIO(), cwd=tmp_path
    )
    where = Where(path=Path())
    world = World(invocation=invocation, where=where, reporter=QuietReporter())
    assert world.namespace == "one"
    return world


def rewrite(world: World, old: str, new: str) -> None:
    (world.invocation.cwd / "draft.yaml").write_text(DRAFT.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("namespace: one", "namespace: two"),
        ("name: hello", "name: other"),
        ("namespace: one", "namespace: one\n    context: prod"),
    ],
)
def test_another_target_in_draft_yaml_needs_a_new_start(world: World, old: str, new: str) -> None:
    rewrite(world, old, new)
    with pytest.raises(ConfigInvalid) as caught:
        _read_wanted(world)
    assert "start it again" in caught.value.remedy


def test_anything_else_in_draft_yaml_is_taken_at_once(world: World) -> None:
    rewrite(world, "namespace: one", "namespace: one\n    timeout: 7")
    assert _read_wanted(world).environment.timeout_s == 7
