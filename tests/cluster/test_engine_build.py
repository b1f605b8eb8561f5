"""Both builders with the real engine."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from draftpy.adapters.builders import ChosenBuilder
from draftpy.adapters.process import Processes
from draftpy.build import BuilderKind, BuildRequest, BuiltImage
from draftpy.errors import BuildFailed, ContextChanged, DockerfileInvalid, Interrupted
from draftpy.events import BuildLine, Warned
from tests.support.contexts import request_of, write_tree
from tests.support.real_engine import BASE_IMAGE, RealEngine, environ_without_buildx, real_engine

pytestmark = pytest.mark.engine

Build = Callable[..., BuiltImage]


@pytest.fixture
def real() -> Iterator[RealEngine]:
    with real_engine() as real:
        yield real


@pytest.fixture(params=["buildx", "classic"])
def build(request: pytest.FixtureRequest, real: RealEngine) -> Build:
    builder = real.builder(request.param)

    def run(request: BuildRequest, is_cancelled: Callable[[], bool] = lambda: False) -> BuiltImage:
        return builder.build(request, real.reporter, is_cancelled)

    return run


def _app(root: Path, dockerfile: str, **files: str) -> Path:
    text = f"FROM {BASE_IMAGE}\n{dockerfile}"
    return write_tree(root / "app", {"Dockerfile": text, "app.py": "print(1)\n", **files})


def _lines(real: RealEngine) -> list[str]:
    return [event.text for event in real.reporter.of(BuildLine)]


def test_a_base_that_is_only_a_local_tag(tmp_path: Path, real: RealEngine, build: Build) -> None:
    root = _app(tmp_path, 'COPY . /app\nCMD ["python", "/app/app.py"]\n')
    request = request_of(root, real.name)
    build(request)
    assert real.docker("run", "--rm", "--network=none", str(request.ref)) == "1"
    label = '{{index .Config.Labels "draftpy.io/managed-by"}}'
    assert real.docker("inspect", "--format", label, str(request.ref)) == "draftpy"


def test_a_run_that_fails_shows_its_last_lines(
    tmp_path: Path, real: RealEngine, build: Build
) -> None:
    root = _app(
        tmp_path, "COPY . /app\nRUN seq 1 40 && sleep 0.1 && echo no such package >&2 && exit 9\n"
    )
    with pytest.raises(
        BuildFailed, match="step 3/3 of Dockerfile:3 failed: RUN seq 1 40"
    ) as caught:
        build(request_of(root, real.name))
    lines = caught.value.evidence.splitlines()
    assert "40" in lines
    assert "no such package" in lines
    assert "9" in lines[-1]
    assert "1" not in lines


def test_a_typo_names_file_and_line(tmp_path: Path, real: RealEngine, build: Build) -> None:
    root = _app(tmp_path, "WORKDIR /app\nCOPPY . .\n")
    with pytest.raises(DockerfileInvalid, match=r"Dockerfile line 3: .*COPPY"):
        build(request_of(root, real.name))


def test_a_base_image_that_cannot_be_had(tmp_path: Path, real: RealEngine, build: Build) -> None:
    root = write_tree(tmp_path, {"Dockerfile": "FROM localhost:1/no/such:1\nCOPY . /\n"})
    with pytest.raises(BuildFailed, match="base image localhost:1/no/such:1 cannot be had"):
        build(request_of(root, real.name))


def test_a_copy_of_nothing(tmp_path: Path, real: RealEngine, build: Build) -> None:
    root = _app(tmp_path, "COPY nothere /x\n")
    with pytest.raises(
        BuildFailed, match="step 2/2 of Dockerfile:2 failed: COPY nothere"
    ) as caught:
        build(request_of(root, real.name))
    assert "nothere" in caught.value.evidence


def test_an_empty_dockerfile(tmp_path: Path, real: RealEngine, build: Build) -> None:
    root = write_tree(tmp_path, {"Dockerfile": "# nothing yet\n"})
    with pytest.raises(DockerfileInvalid, match="Dockerfile is not valid"):
        build(request_of(root, real.name))


def test_a_target_and_cache_mounts(tmp_path: Path, real: RealEngine, build: Build) -> None:
    dockerfile = (
        f"FROM {BASE_IMAGE} AS wanted\n"
        f"RUN --mount=type=cache,target=/root/.cache echo {real.name}\n"
        "FROM wanted\nCOPY nothere /\n"
    )
    root = write_tree(tmp_path, {"Dockerfile": dockerfile})
    build(request_of(root, real.name, target="wanted"))
    assert real.name in _lines(real)


def test_ignored_files_are_not_in_the_image_nor_is_an_ignored_dockerfile(
    tmp_path: Path, real: RealEngine, build: Build
) -> None:
    ignore = "Dockerfile\n.dockerignore\n*.log\n"
    files = {".dockerignore": ignore, "x.log": "", "salt": real.name}
    root = _app(tmp_path, "COPY . /app\nRUN ls -A /app\n", **files)
    build(request_of(root, real.name))
    assert "app.py" in _lines(real)
    assert not {"Dockerfile", ".dockerignore", "x.log"} & set(_lines(real))


def test_a_save_after_hashing_builds_nothing(
    tmp_path: Path, real: RealEngine, build: Build
) -> None:
    root = _app(tmp_path, "COPY . /app\n")
    request = request_of(root, real.name)
    (root / "app.py").write_text("print(2)\n")
    with pytest.raises(ContextChanged, match=r"app\.py"):
        build(request)
    assert real.engine.find_image_id(str(request.ref)) == ""


def test_a_save_while_it_builds_is_not_in_the_image(
    tmp_path: Path, real: RealEngine, build: Build
) -> None:
    root = _app(tmp_path, "RUN sleep 0.5\nCOPY . /app\nCMD cat /app/app.py\n", salt=real.name)
    request = request_of(root, real.name)
    saver = threading.Timer(0.3, (root / "app.py").write_text, ["print(2)\n"])
    saver.start()
    build(request)
    saver.join()
    assert real.docker("run", "--rm", "--network=none", str(request.ref)) == "print(1)"


def test_a_cancel_ends_within_two_seconds_and_leaves_no_process(
    tmp_path: Path, real: RealEngine, build: Build
) -> None:
    root = _app(tmp_path, f"RUN echo {real.name} && sleep 60\n")
    asked: list[float] = []

    def is_cancelled() -> bool:
        running = f"{real.name}" in _lines(real)
        if running and not asked:
            asked.append(time.monotonic())
        return running

    with pytest.raises(Interrupted, match="build was stopped"):
        build(request_of(root, real.name), is_cancelled)
    assert time.monotonic() - asked[0] < 2
    assert psutil.Process().children(recursive=True) == []


def test_a_pipe_is_left_out_with_a_word(tmp_path: Path, real: RealEngine, build: Build) -> None:
    root = _app(tmp_path, "COPY . /app\n")
    os.mkfifo(root / "pipe")
    build(request_of(root, real.name))
    assert [event.text for event in real.reporter.of(Warned)] == [
        "pipe is a socket, pipe or device and is not sent to the builder"
    ]


def test_without_buildx_the_classic_builder_is_chosen(tmp_path: Path, real: RealEngine) -> None:
    processes = Processes(environ_without_buildx(tmp_path), real.reporter)
    builder = ChosenBuilder(real.engine, processes)
    assert builder.choice.kind is BuilderKind.CLASSIC
    built = builder.build(
        request_of(_app(tmp_path, "COPY . /app\n"), real.name), real.reporter, lambda: False
    )
    assert built.how == "classic builder"
    assert any("there is no docker buildx" in line for line in _lines(real))


def test_with_buildx_it_is_chosen(real: RealEngine) -> None:
    assert ChosenBuilder(real.engine, real.processes).choice.kind is BuilderKind.BUILDX
