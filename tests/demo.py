"""The demo: a folder of source becomes a running app, is edited, rolled back, deleted.

Every command that a person would type is printed with a `$` before it is run. Exit 0 only if each
thing was really seen.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.draft_cli import Running

CHECKOUT = Path(__file__).resolve().parents[1]
# A name that nobody gives to an app of their own: what a broken-off demo left is removed first.
NAME = "draftpy-demo"
EXAMPLE = CHECKOUT / "examples" / "python-plain"
# Long enough for a first build on two slow cores; a person would have given up.
PATIENCE_S = 180.0


class NotSeenError(Exception):
    """Something that the demo promises did not happen."""


def main() -> int:
    """Run the demo; the exit code says whether all was seen."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            app = Path(folder) / NAME
            shutil.copytree(EXAMPLE, app, ignore=shutil.ignore_patterns("expect.yaml"))
            _show(app)
    except (NotSeenError, AssertionError) as error:
        sys.stderr.write(f"\n✗ not seen: {error}\n")
        return 1
    _say("\n✓ everything was seen. Go on by hand:")
    _say(f'  eval "$({_python()} -m devcluster env)"     # when the cluster is the devcluster')
    _say(f"  cp -r examples/python-plain /tmp/hello && cd /tmp/hello && {_program()} up")
    return 0


def _show(app: Path) -> None:
    _say(f"A folder of source code:  {', '.join(sorted(p.name for p in app.iterdir()))}")
    _type(app, "create")
    subprocess.run([_program(), "delete", "--yes", "--quiet"], cwd=app, check=True)
    with _running(app, "up") as up:
        url = up.wait_for(r"→ (http://\S+)", PATIENCE_S)[1]
        _say(f"$ curl {url}")
        first = _request(url, bool)
        _say(f"  {first}")
        _edit_and_see(app, url, first)
        up.wait_for("served in", PATIENCE_S)
    _type(app, "logs", "--tail", "5", expect=r"GET /")
    _type(app, "up", "--once", expect=r"✓ release .*revision 2")
    _type(app, "status", expect=r"revision 2")
    _type(app, "history", expect=r"(?m)^2 ")
    _type(app, "rollback", expect=r"revision 3")
    with _running(app, "connect", "--no-logs") as connect:
        url = connect.wait_for(r"→ (http://\S+)", PATIENCE_S)[1]
        _say(f"$ curl {url}")
        _say(f"  {_request(url, lambda body: body == first)}   as before the edit")
    _type(app, "delete", "--yes")


def _edit_and_see(app: Path, url: str, first: str) -> None:
    source = app / "server.py"
    text = source.read_text()
    edited = text.replace("Hello from", "Good morning from", 1)
    if edited == text:
        raise NotSeenError("the example has no greeting to edit")
    _say("$ sed -i 's/Hello from/Good morning from/' server.py")
    saved_at = time.monotonic()
    source.write_text(edited)
    seen = _request(url, lambda body: body != first)
    _say(f"  {seen}   {(time.monotonic() - saved_at) * 1000:.0f} ms after the save")


def _request(url: str, is_wanted: Callable[[str], bool]) -> str:
    deadline = time.monotonic() + PATIENCE_S
    body: str = ""
    while time.monotonic() < deadline:
        with urllib.request.urlopen(url, timeout=PATIENCE_S) as answer:
            body = str(answer.read(), "utf-8").strip()
        if is_wanted(body):
            return body
        time.sleep(0.01)
    raise NotSeenError(f"the wanted answer of {url}; it says: {body}")


def _type(app: Path, *words: str, expect: str = "") -> None:
    _say(f"\n$ draftpy {' '.join(words)}")
    run = subprocess.run(
        [_program(), *words],
        cwd=app,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    sys.stdout.write(run.stdout)
    if run.returncode:
        raise NotSeenError(f"draftpy {words[0]} ended with {run.returncode}")
    if expect and not re.search(expect, run.stdout):
        raise NotSeenError(f"{expect} in the output of draftpy {words[0]}")


@contextmanager
def _running(app: Path, *words: str) -> Iterator[Running]:
    _say(f"\n$ draftpy {' '.join(words)}")
    process = subprocess.Popen(
        [_program(), *words],
        cwd=app,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    running = Running(process, on_line=_say)
    try:
        yield running
        _say("^C")
        if running.stop() != 0:
            raise NotSeenError("an orderly end after Ctrl-C")
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _program() -> str:
    return str(Path(sys.executable).parent / "draftpy")


def _python() -> str:
    return "python3"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
