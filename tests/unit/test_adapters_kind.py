from pathlib import Path

import pytest

from draftpy.adapters.kind import find_load_tools, load_command, load_image
from draftpy.adapters.process import Processes
from draftpy.errors import PublishFailed
from draftpy.publish import PublishKind, PublishTarget
from draftpy.refs import ImageRef
from tests.support.reporter import ListReporter

REF = ImageRef(repository="hello", tag="3f9c2a1b7d04")
TARGET = PublishTarget(kind=PublishKind.LOAD, reason="", tool="kind", cluster="dev")


def _tool(folder: Path, script: str) -> Processes:
    path = folder / "kind"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return Processes(
        {"PATH": f"{folder}:/usr/bin:/bin", "OUT": str(folder / "out")}, ListReporter()
    )


@pytest.mark.parametrize(
    ("tool", "line"),
    [
        ("kind", "kind load docker-image hello:1 --name dev"),
        ("k3d", "k3d image import hello:1 --cluster dev"),
        ("minikube", "minikube image load hello:1 --profile dev"),
    ],
)
def test_the_command_line_of_each_tool(tool: str, line: str) -> None:
    assert " ".join(load_command(tool, "dev", "hello:1")) == line


def test_the_tool_is_run(tmp_path: Path) -> None:
    load_image(_tool(tmp_path, 'echo "$@" > "$OUT"'), REF, TARGET)
    assert (tmp_path / "out").read_text() == "load docker-image hello:3f9c2a1b7d04 --name dev\n"


def test_a_tool_that_fails_shows_its_last_lines(tmp_path: Path) -> None:
    processes = _tool(tmp_path, "echo no nodes found for cluster; exit 1")
    with pytest.raises(PublishFailed, match="kind could not load hello:3f9c2a1b7d04") as caught:
        load_image(processes, REF, TARGET)
    assert caught.value.evidence == "no nodes found for cluster"
    assert "kind load docker-image" in caught.value.remedy


def test_a_tool_that_is_gone_is_a_failure_to_publish(tmp_path: Path) -> None:
    with pytest.raises(PublishFailed, match="kind cannot be run"):
        load_image(Processes({"PATH": str(tmp_path)}, ListReporter()), REF, TARGET)


def test_tools_are_looked_for_on_the_given_path(tmp_path: Path) -> None:
    _tool(tmp_path, "true")
    assert find_load_tools({"PATH": str(tmp_path)}) == {"kind"}
