"""up when it is told to end, when its terminal goes, and when cluster or engine go away."""

import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import yaml

from tests.support.draft_cli import Running, command
from tests.support.proxies import engine_socket, relay
from tests.support.real_cluster import RealApp, wait_answer, wait_until

pytestmark = pytest.mark.cluster

# A session leader that opens a terminal gets it as its own: then closing it means hang-up.
_IN_TERMINAL = (
    "import os, sys; os.open(sys.argv[1], os.O_RDWR); os.execv(sys.argv[2], sys.argv[2:])"
)


@contextmanager
def _running(app: RealApp, *words: str) -> Iterator[Running]:
    app.cli.run("create")
    with app.cli.start("up", "--port", ":8080", *words) as up:
        yield up


def _url(up: Running) -> str:
    return up.wait_for(r"→ (http://\S+)")[1]


def _check_nothing_left(pids: set[int]) -> None:
    left = [pid for pid in pids if psutil.pid_exists(pid)]
    names = [psutil.Process(pid).cmdline() for pid in left]
    assert not left, f"still there: {names}"


def _family(up_pid: int) -> set[int]:
    process = psutil.Process(up_pid)
    return {process.pid, *(child.pid for child in process.children(recursive=True))}


def test_ctrl_c_says_what_stays_and_how_to_remove_it(app: RealApp) -> None:
    with _running(app) as up:
        up.wait_for("watching")
        began = time.monotonic()
        code = up.stop()
        assert time.monotonic() - began < 3
        assert code == 0
        assert f"{app.name} keeps running in namespace {app.namespace}" in up.text
        assert "draftpy delete" in up.text
        assert len(app.pods()) == 1


def test_ctrl_c_during_a_build_leaves_no_process_and_no_release(app: RealApp) -> None:
    app.cli.run("create")
    # Named, since what was built once would come from the cache.
    app.edit("Dockerfile", "ENV PORT", f"RUN sleep 60 && echo {app.name}\nENV PORT")
    with app.cli.start("up") as up:
        up.wait_for(r"step \d/\d: RUN sleep")
        family = _family(up.process.pid)
        began = time.monotonic()
        assert up.stop() == 0
        assert time.monotonic() - began < 3
        wait_until(lambda: not any(map(psutil.pid_exists, family)), "the end of its children", 5)
    assert app.helm_secrets() == []


def test_ctrl_c_during_a_rollout_leaves_a_release_that_can_be_gone_on_with(app: RealApp) -> None:
    app.cli.run("create")
    app.edit("server.py", "ThreadingHTTPServer((", "import time; time.sleep(3600)\n    print((")
    with app.cli.start("up", "--once") as up:
        up.wait_for("✓ release")
        up.wait_for("rollout")
        assert up.stop() == 130
    (secret,) = app.helm_secrets()
    assert secret["metadata"]["labels"]["status"] == "deployed"
    app.edit("server.py", "import time; time.sleep(3600)\n    print((", "ThreadingHTTPServer((")
    app.cli.run("up", "--once")


def test_being_told_to_terminate_ends_it_too(app: RealApp) -> None:
    with _running(app) as up:
        up.wait_for("watching")
        family = _family(up.process.pid)
        up.interrupt(signal.SIGTERM)
        assert up.wait_end(3) in {0, 130}
        _check_nothing_left(family)


def test_a_terminal_that_goes_away_ends_it(app: RealApp) -> None:
    app.cli.run("create")
    with _terminal() as terminal:
        process = subprocess.Popen(
            [sys.executable, "-c", _IN_TERMINAL, terminal.name, *command("up", "--port", ":8080")],
            cwd=app.folder,
            env={**app.cli.environ, "TERM": "xterm-256color"},
            stdin=terminal.far,
            stdout=terminal.far,
            stderr=terminal.far,
            start_new_session=True,
        )
        os.close(terminal.far)
        try:
            wait_until(lambda: "watching" in terminal.text(), terminal.text)
            family = _family(process.pid)
            terminal.close()
            assert process.wait(5) in {0, 130}
            _check_nothing_left(family)
        finally:
            process.kill()
            process.wait()


def test_a_cluster_that_goes_away_is_waited_for(app: RealApp, tmp_path: Path) -> None:
    kubeconfig = yaml.safe_load(app.cluster.kubeconfig.read_text())
    entry = kubeconfig["clusters"][0]["cluster"]
    host, _, port = entry["server"].removeprefix("https://").partition(":")
    app.cli.run("create")
    with relay(("127.0.0.1", 0), (host, int(port))) as api:
        entry["server"] = f"https://127.0.0.1:{api.port}"
        own = tmp_path / "kubeconfig"
        own.write_text(yaml.safe_dump(kubeconfig))
        cli = app.cli.with_environ(KUBECONFIG=str(own))
        with cli.start("up", "--port", ":8080") as up:
            url = _url(up)
            up.wait_for("watching")
            api.close()
            app.edit("server.py", 'VERSION = "1"', 'VERSION = "2"')
            up.wait_for(r"✗ .*(does not answer|cannot be reached)")
            assert up.process.poll() is None
            api.open()
            # No key is pressed and nothing is saved: it is tried again by itself.
            wait_answer(url, lambda body: body.endswith("version 2"))
            app.edit("server.py", 'VERSION = "2"', 'VERSION = "3"')
            wait_answer(url, lambda body: body.endswith("version 3"))
            assert up.stop() == 0
            assert "Traceback" not in up.text


def test_an_engine_that_goes_away_is_waited_for(app: RealApp, tmp_path: Path) -> None:
    app.cli.run("create")
    app.use_images()
    with relay(str(tmp_path / "engine.sock"), engine_socket()) as engine:
        cli = app.cli.with_environ(DOCKER_HOST=f"unix://{engine.address}")
        with cli.start("up", "--port", ":8080") as up:
            url = _url(up)
            up.wait_for("watching")
            engine.close()
            app.edit("server.py", 'VERSION = "1"', 'VERSION = "2"')
            up.wait_for(r"✗ .*no Docker engine answers")
            engine.open()
            wait_answer(url, lambda body: body.endswith("version 2"))
            assert up.stop() == 0


def test_up_without_watching_ignores_saves(app: RealApp) -> None:
    with _running(app, "--no-watch") as up:
        url = _url(up)
        wait_answer(url, lambda body: body.endswith("version 1"))
        app.edit("server.py", 'VERSION = "1"', 'VERSION = "2"')
        up.wait_for(r"GET / HTTP")
        assert wait_answer(url, bool).endswith("version 1")
        assert up.stop() == 0
        assert not re.search(r"server\.py changed", up.text)


class _Terminal:
    """A pseudo-terminal whose window can be closed; what is written to it is kept."""

    def __init__(self) -> None:
        self._near, self.far = os.openpty()
        self.name = os.ttyname(self.far)
        self._seen = bytearray()
        self._closing = threading.Event()
        self._reader = threading.Thread(target=self._read, name="terminal", daemon=True)
        self._reader.start()

    def text(self) -> str:
        return self._seen.decode("utf-8", errors="replace")

    def close(self) -> None:
        self._closing.set()
        self._reader.join()

    def _read(self) -> None:
        # A terminal stays open as long as somebody waits in a read of it.
        while not self._closing.is_set():
            if select.select([self._near], [], [], 0.05)[0]:
                self._seen += os.read(self._near, 1 << 16)
        os.close(self._near)


@contextmanager
def _terminal() -> Iterator[_Terminal]:
    terminal = _Terminal()
    try:
        yield terminal
    finally:
        terminal.close()
        print(terminal.text())  # noqa: T201
