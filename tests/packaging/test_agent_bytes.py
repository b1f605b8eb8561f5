"""The agent's bytes: the same from the same sources, wherever they lie."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.agent_program import AGENT, find_go

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]


def _compile_copy(root: Path) -> bytes:
    shutil.copytree(AGENT, root / "agent", ignore=shutil.ignore_patterns("dist"))
    (root / "draftpy").mkdir()
    for name in ("__init__.py", "assets.py", "errors.py"):
        shutil.copy(AGENT.parent / "draftpy" / name, root / "draftpy" / name)
    subprocess.run((sys.executable, str(root / "agent/compile.py")), check=True)
    return b"".join(path.read_bytes() for path in sorted((root / "agent/dist").rglob("agent")))


def test_two_places_make_the_same_bytes(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "another/place"
    one.mkdir()
    other.mkdir(parents=True)
    assert _compile_copy(one) == _compile_copy(other)


def test_sources_that_have_not_changed_are_not_compiled_again(tmp_path: Path) -> None:
    _compile_copy(tmp_path)
    index = tmp_path / "agent/dist/agents.json"
    before = index.stat().st_mtime_ns
    subprocess.run((sys.executable, str(tmp_path / "agent/compile.py")), check=True)
    assert index.stat().st_mtime_ns == before


def test_the_agent_is_formatted() -> None:
    gofmt = Path(find_go()).resolve().with_name("gofmt")
    assert subprocess.check_output((gofmt, "-l", "."), cwd=AGENT, text=True) == ""
