# ruff: noqa: T201 - printing figures is what it is for
"""Figures of detect on large trees: time and peak memory, in processes of their own."""

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.source import write_files

FLASK = {"requirements.txt": "flask\n", "app.py": "from flask import Flask\napp = Flask('x')\n"}
RULES = "*.pyc\n__pycache__/\n/dist\n*.log\n.env\n!keep.log\nlocal_settings.py\ninstance/\n.cache\n"
# Runs one expression on a tree and prints seconds, peak memory in MiB, and what came of it.
_MEASURE = """
import resource, sys, time
from pathlib import Path
from draftpy.inspectors.languages import count_languages
from draftpy.inspectors.registry import inspect_source
from draftpy.source import load_source
tree, begun = load_source(Path(sys.argv[1])), time.perf_counter()
if sys.argv[2] == "languages":
    count_languages(tree)
else:
    tree = load_source(Path(sys.argv[1]))
    inspect_source(tree)
taken = time.perf_counter() - begun
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(f"{taken:.2f} s {peak} MiB, {len(tree.files)} files looked at")
"""


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        large = _grow(folder / "large", folders=2_000, files=100, ending="py")
        print(f"scan and inspect, 200,000 files   {_measure(large, 'facts')}   (≤ 1.5 s, 150 MiB)")
        code = _grow(folder / "code", folders=300, files=50, ending="go")
        print(f"byte shares, 15,000 files         {_measure(code, 'languages')}   (≤ 0.3 s)")


def _grow(root: Path, *, folders: int, files: int, ending: str) -> Path:
    write_files(root, {**FLASK, ".gitignore": RULES})
    for number in range(folders):
        folder = root / f"part{number % 100}" / f"module{number}"
        folder.mkdir(parents=True)
        for index in range(files):
            (folder / f"file{index}.{ending}").write_bytes(b"x\n")
    return root


def _measure(root: Path, what: str) -> str:
    words = (sys.executable, "-c", _MEASURE, str(root), what)
    return subprocess.run(words, capture_output=True, check=True, text=True).stdout.strip()


if __name__ == "__main__":
    main()
