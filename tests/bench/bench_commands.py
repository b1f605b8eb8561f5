# ruff: noqa: T201 - printing figures is what it is for
"""Figures of whole commands: start-up, create, an unchanged up; as processes, warm."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.support.draft_cli import DraftCli, command
from tests.support.examples import Example

RUNS = 9


def median_s(words: Sequence[str], folder: Path, runs: int = RUNS) -> float:
    """The median of so many runs, after one that warms the caches."""
    taken = []
    for _ in range(runs + 1):
        begun = time.perf_counter()
        subprocess.run(words, cwd=folder, capture_output=True, check=True)
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken[1:])


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        typer = median_s((sys.executable, "-c", "import typer"), folder)
        start = median_s(command("--help"), folder)
        ratio = start / typer
        print(
            f"draftpy --help                    {start * 1000:6.0f} ms  {ratio:.1f} × import typer"
        )
        app = Example(name="python-flask", expect={}).copy_to(folder)
        create = median_s((*command("create"), "--force"), app)
        print(f"draftpy create (python-flask)     {create * 1000:6.0f} ms")
        _measure_unchanged_up(Example(name="python-plain", expect={}).copy_to(folder))


def _measure_unchanged_up(app: Path) -> None:
    draftpy = DraftCli(folder=app)
    draftpy.run("create", "--name", "bench-commands")
    try:
        draftpy.run("up", "--once")
        unchanged = median_s(command("up", "--once"), app)
        print(f"draftpy up --once, unchanged      {unchanged * 1000:6.0f} ms")
    finally:
        draftpy.run("delete", "--yes")


if __name__ == "__main__":
    main()
