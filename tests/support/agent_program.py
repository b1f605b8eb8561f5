"""The agent's sources, and the Go that compiles them."""

import importlib.util
import os
import subprocess
from pathlib import Path

AGENT = Path(__file__).parents[2] / "agent"


def find_go() -> str:
    """The go command that compiles the agent."""
    spec = importlib.util.spec_from_file_location("agent_compiling", AGENT / "compile.py")
    assert spec is not None
    assert spec.loader is not None
    compiling = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(compiling)
    return str(compiling.find_go())


def run_go(*arguments: str, folder: Path = AGENT, **environ: str) -> str:
    """What a go command prints; raises AssertionError with that if it fails."""
    done = subprocess.run(
        (find_go(), *arguments),
        cwd=folder,
        env={**os.environ, **environ, "PATH": f"{Path(find_go()).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
