"""Local ports: the same number where it is free, held open while pods are replaced."""

import re
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.support.real_cluster import RealApp, request, wait_answer

pytestmark = pytest.mark.cluster

REDEPLOYS = 20
RATE_HZ = 20.0


@pytest.fixture
def created(app: RealApp) -> RealApp:
    app.cli.run("create", "--port", str(_free_port()))
    return app


class Client:
    """Asks `RATE_HZ` times a second, each time on a new connection, and keeps what went wrong."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.failures: list[str] = []
        self.answers: list[str] = []
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    @contextmanager
    def asking(self) -> Iterator[None]:
        ticker = threading.Thread(target=self._tick, name="client")
        ticker.start()
        try:
            yield
        finally:
            self._stopped.set()
            ticker.join()
            for thread in self._threads:
                thread.join()

    def _tick(self) -> None:
        while not self._stopped.wait(1 / RATE_HZ):
            thread = threading.Thread(target=self._ask, name="client-request")
            self._threads.append(thread)
            thread.start()

    def _ask(self) -> None:
        began = time.monotonic()
        try:
            with urllib.request.urlopen(self._url, timeout=60) as answer:
                self.answers.append(answer.read().decode().strip())
        except OSError as error:
            self.failures.append(f"{error!r} after {time.monotonic() - began:.2f} s")


def test_no_connection_fails_over_many_redeploys(created: RealApp) -> None:
    with created.cli.start("up") as up:
        url = up.wait_for(r"→ (http://\S+)")[1]
        wait_answer(url, lambda body: body.endswith("version 1"))
        client = Client(url)
        with client.asking():
            for version in range(1, REDEPLOYS + 1):
                created.edit("server.py", f'VERSION = "{version}"', f'VERSION = "{version + 1}"')
                wait_answer(url, _is_version(version + 1))
        assert up.stop() == 0
    assert client.failures == []
    versions = {body.rpartition(" ")[2] for body in client.answers}
    assert len(versions) > REDEPLOYS / 2, f"the client saw only {versions}"
    assert len(client.answers) > REDEPLOYS * RATE_HZ / 4


def test_a_container_port_gets_the_same_local_port(created: RealApp) -> None:
    port = _container_port(created)
    with created.cli.start("up", "--no-watch") as up:
        assert up.wait_for(r"→ (http://\S+)")[1] == f"http://localhost:{port}"


def test_a_wanted_local_port_is_used(created: RealApp) -> None:
    local = _free_port()
    with created.cli.start(
        "up", "--no-watch", "--port", f"{local}:{_container_port(created)}"
    ) as up:
        url = up.wait_for(r"→ (http://\S+)")[1]
        assert url == f"http://localhost:{local}"
        assert request(url).endswith("version 1")


def test_a_taken_port_moves_and_that_is_said(created: RealApp) -> None:
    port = _container_port(created)
    with _taken(port), created.cli.start("up", "--no-watch") as up:
        found = up.wait_for(r"→ (http://localhost:(\d+))  \(port (\d+) is taken\)")
        assert (int(found[2]) != port, int(found[3])) == (True, port)
        assert request(found[1]).endswith("version 1")


@pytest.mark.parametrize("command", ["up", "connect"])
def test_a_taken_port_that_was_asked_for_is_an_error(created: RealApp, command: str) -> None:
    port = _free_port()
    created.cli.run("up", "--once")
    with _taken(port):
        ran = created.cli.run(command, "--port", f"{port}:8080", code=2)
    assert f"local port {port} cannot be used" in ran.stderr
    assert "--port LOCAL:REMOTE" in ran.stderr


def test_what_is_no_port_is_an_error(created: RealApp) -> None:
    ran = created.cli.run("up", "--port", "eighty", code=2)
    assert re.search(r"'eighty' is not a port mapping", ran.stderr)


def _is_version(version: int) -> Callable[[str], bool]:
    return lambda body: body.endswith(f"version {version}")


def _container_port(app: RealApp) -> int:
    values = (app.folder / "charts" / app.name / "values.yaml").read_text()
    found = re.search(r"containerPort: (\d+)", values)
    assert found
    return int(found[1])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _taken(port: int) -> Iterator[None]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        yield
