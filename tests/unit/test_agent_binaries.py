"""The agent's programs: found with what is known of them, or named as missing."""

import json
from pathlib import Path

import pytest

from draftpy.assets import AGENT_INDEX, digest_agent_sources, find_agent, find_agent_in
from draftpy.errors import AgentUnavailable


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "agent"
    folder.mkdir()
    for name in ("main.go", "main_test.go", "go.mod", "compile.py"):
        (folder / name).write_text(name, encoding="utf-8")
    return folder


@pytest.fixture
def dist(sources: Path) -> Path:
    folder = sources / "dist"
    (folder / "linux-arm64").mkdir(parents=True)
    (folder / "linux-arm64/agent").write_bytes(b"program")
    index = {
        "version": "1.2.3",
        "sources": digest_agent_sources(sources),
        "sha256": {"arm64": "abc"},
    }
    (folder / AGENT_INDEX).write_text(json.dumps(index), encoding="utf-8")
    return folder


def test_hash_and_version_are_those_of_the_index(dist: Path, sources: Path) -> None:
    found = find_agent_in(dist, "arm64", sources=sources)
    assert (found.path, found.sha256, found.version) == (dist / "linux-arm64/agent", "abc", "1.2.3")


def test_a_change_of_the_source_makes_the_agent_stale(dist: Path, sources: Path) -> None:
    (sources / "main.go").write_text("changed", encoding="utf-8")
    with pytest.raises(AgentUnavailable, match="older than its source") as caught:
        find_agent_in(dist, "arm64", sources=sources)
    assert caught.value.remedy == "python agent/compile.py"


def test_a_change_of_its_tests_does_not(dist: Path, sources: Path) -> None:
    (sources / "main_test.go").write_text("changed", encoding="utf-8")
    assert find_agent_in(dist, "arm64", sources=sources).sha256 == "abc"


def test_an_agent_that_was_not_compiled_is_named(tmp_path: Path) -> None:
    with pytest.raises(AgentUnavailable, match="has not been compiled"):
        find_agent_in(tmp_path, "arm64")


def test_an_index_without_its_program_is_named(dist: Path) -> None:
    (dist / "linux-arm64/agent").unlink()
    with pytest.raises(AgentUnavailable, match="linux-arm64"):
        find_agent_in(dist, "arm64")


def test_a_damaged_index_is_named(dist: Path) -> None:
    (dist / AGENT_INDEX).write_text("{", encoding="utf-8")
    with pytest.raises(AgentUnavailable, match="is damaged"):
        find_agent_in(dist, "arm64")


def test_an_unknown_processor_is_named() -> None:
    with pytest.raises(AgentUnavailable, match="s390x"):
        find_agent("s390x")
