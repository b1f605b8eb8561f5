"""What ships with the program: inside the wheel, else beside the package in a checkout."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from draftpy.errors import AgentUnavailable

AGENT_INDEX = "agents.json"
# The processors of the machines that the agent runs on, as Go and Docker name them.
AGENT_PROCESSORS = ("amd64", "arm64")

_PACKAGE = Path(__file__).parent
_COMPILE = "python agent/compile.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentBinary:
    """The agent compiled for Linux on one processor."""

    path: Path
    sha256: str
    version: str


def find_assets() -> Path:
    """The folder that holds `packs/` and `templates/`."""
    in_wheel = _PACKAGE / "_assets"
    return in_wheel if in_wheel.is_dir() else _PACKAGE.parent


def packs_folder() -> Path:
    """The built-in packs, one folder each."""
    return find_assets() / "packs"


def templates_folder() -> Path:
    """The shared chart and file templates."""
    return find_assets() / "templates"


def find_agent(processor: str) -> AgentBinary:
    """The agent for a processor; raises AgentUnavailable, in a checkout also if it is too old."""
    if processor not in AGENT_PROCESSORS:
        raise AgentUnavailable(f"draftpy has no agent for the processor {processor}")
    in_wheel = _PACKAGE / "_agent"
    if in_wheel.is_dir():
        return find_agent_in(in_wheel, processor)
    agent = _PACKAGE.parent / "agent"
    return find_agent_in(agent / "dist", processor, sources=agent)


def digest_agent_sources(folder: Path) -> str:
    """What tells whether a compiled agent is of these sources."""
    digest = hashlib.sha256()
    sources = [path for path in folder.glob("*.go") if not path.name.endswith("_test.go")]
    for path in sorted([*sources, folder / "go.mod", folder / "compile.py"]):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def find_agent_in(folder: Path, processor: str, *, sources: Path | None = None) -> AgentBinary:
    """The agent in a folder; where there are sources, only one that is of them."""
    index = _load_index(folder / AGENT_INDEX)
    path = folder / f"linux-{processor}" / "agent"
    if not path.is_file():
        raise AgentUnavailable(f"the agent is not at {path}", remedy=_COMPILE)
    if sources is not None and index["sources"] != digest_agent_sources(sources):
        raise AgentUnavailable("the agent is older than its source", remedy=_COMPILE)
    return AgentBinary(path=path, sha256=index["sha256"][processor], version=index["version"])


def _load_index(path: Path) -> dict[str, Any]:
    try:
        index: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AgentUnavailable("the agent has not been compiled", remedy=_COMPILE) from error
    except ValueError as error:
        raise AgentUnavailable(f"{path} is damaged", remedy=_COMPILE) from error
    return index
