"""Local ports: the same number where it is free, held open while pods are replaced."""

import hashlib
import re
import socket
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support import port_app
from tests.support.port_clients import PortClient, Tally
from tests.support.real_cluster import RealApp, request, wait_answer

pytestmark = pytest.mark.cluster

APP = Path(port_app.__file__)
REDEPLOYS = 20
SYNCS = 200
RATE_HZ = 25.0  # of each of two clients
BODY_BYTES = 300_000_000


@pytest.fixture
def created(app: RealApp) -> RealApp:
    app.cli.run("create", "--port", str(_free_port()))
    return app


@pytest.fixture
def busy(app: RealApp) -> RealApp:
    """An app that keeps connections, takes large bodies, and speaks a websocket."""
    app.write("server.py", APP.read_text())
    app.cli.run("create", "--port", str(_free_port()))
    return app


@contextmanager
def _asked_by_both(url: str) -> Iterator[tuple[Tally, Tally]]:
    """Short and kept connections, 50 requests a second in all."""
    short = PortClient(url, rate_hz=RATE_HZ, workers=10, keeps=False)
    kept = PortClient(url, rate_hz=RATE_HZ, workers=5, keeps=True)
    with short.asking() as of_short, kept.asking() as of_kept:
        yield of_short, of_kept
    sys.stdout.write(f"short: {of_short}\nkept:  {of_kept}\n")


def _change_versions(app: RealApp, url: str, times: int) -> None:
    for version in range(1, times + 1):
        app.edit("server.py", f'VERSION = "{version}"', f'VERSION = "{version + 1}"')
        wait_answer(url, f"version {version + 1}".__eq__)


def _check_nothing_lost(tallies: tuple[Tally, Tally], changes: int) -> None:
    short, kept = tallies
    assert (short.unanswered, kept.unanswered) == ([], [])
    assert kept.connections == 5 + len(kept.half_answered)
    for tally in tallies:
        assert len(tally.versions) > changes / 2


def test_nothing_is_lost_over_many_redeploys(busy: RealApp) -> None:
    busy.use_images()
    with busy.cli.start("up") as up:
        url = up.wait_for(r"→ (http://\S+)")[1]
        wait_answer(url, lambda body: body == "version 1")
        with _asked_by_both(url) as tallies:
            _change_versions(busy, url, REDEPLOYS)
        assert up.stop() == 0
    _check_nothing_lost(tallies, REDEPLOYS)


def test_nothing_is_lost_over_many_syncs(busy: RealApp) -> None:
    with busy.cli.start("up") as up:
        url = up.wait_for(r"→ (http://\S+)")[1]
        wait_answer(url, lambda body: body == "version 1")
        with _asked_by_both(url) as tallies:
            _change_versions(busy, url, SYNCS)
        assert up.stop() == 0
    _check_nothing_lost(tallies, SYNCS)


def test_large_bodies_arrive_whole_both_ways(busy: RealApp) -> None:
    pieces = BODY_BYTES // len(port_app.PIECE)
    wanted = hashlib.sha256(port_app.PIECE * pieces).hexdigest()
    with busy.cli.start("up", "--no-watch") as up:
        url = up.wait_for(r"→ (http://\S+)")[1]
        wait_answer(url, lambda body: body == "version 1")
        upload = urllib.request.Request(url, data=port_app.PIECE * pieces, method="POST")
        with urllib.request.urlopen(upload, timeout=120) as answer:
            assert answer.read().decode().startswith(wanted)
        digest = hashlib.sha256()
        with urllib.request.urlopen(f"{url}/big/{pieces}", timeout=120) as answer:
            while piece := answer.read(1 << 20):
                digest.update(piece)
    assert digest.hexdigest() == wanted


def test_a_websocket_lives_as_long_as_its_app(busy: RealApp) -> None:
    with busy.cli.start("up") as up:
        url = up.wait_for(r"→ (http://\S+)")[1]
        wait_answer(url, lambda body: body == "version 1")
        with _websocket(url) as first:
            assert [_echo(first, b"%d" % number) for number in range(50)] == [
                b"%d" % number for number in range(50)
            ]
            _change_versions(busy, url, 1)
            assert _is_ended(first)
        with _websocket(url) as second:
            assert _echo(second, b"again") == b"again"


@contextmanager
def _websocket(url: str) -> Iterator[socket.socket]:
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as client:
        fields = ("Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: eA==")
        client.sendall("\r\n".join(("GET / HTTP/1.1", "Host: x", *fields, "", "")).encode())
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += client.recv(1)
        assert head.startswith(b"HTTP/1.1 101 ")
        yield client


def _echo(client: socket.socket, payload: bytes) -> bytes:
    client.sendall(payload)
    return client.recv(len(payload))


def _is_ended(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionError:
        return True


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
