# ruff: noqa: T201 - printing figures is what it is for
"""Figures of the held port beside kubectl's own, on the real cluster: `bench_forward`."""

import re
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from draftpy.adapters.kube.exec_streams import open_exec
from draftpy.adapters.kube.port_sockets import dial_by_websocket
from draftpy.adapters.kube.streams import KubeDialer
from draftpy.clock import SystemClock
from draftpy.held_ports import ForwardParts, HeldForwards
from draftpy.local_ports import PortMapping, listen_exactly
from draftpy.targets import Connection
from tests.support import port_app
from tests.support.real_release import RealSpace, real_space
from tests.support.reporter import ListReporter

PIECES = 1024**3 // len(port_app.PIECE)
ROUNDS = 3
DIALS = 50
APP_PORT = 8080
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


def main() -> None:
    """Print the figures, one to a line."""
    with tempfile.TemporaryDirectory() as name, real_space(Path(name)) as space:
        source = Path(port_app.__file__).read_text(encoding="utf-8")
        space.install(source.replace('"8000"', f'"{APP_PORT}"'))
        space.wait()
        with _held(space) as ours, _kubectl(space) as theirs:
            _compare("1 GB up", _measure_up, ours, theirs)
            _compare("1 GB down", _measure_down, ours, theirs)
            _tell("a request on a kept connection", ours, theirs, _ask_kept)
            _tell("a request on a new connection", ours, theirs, _ask_new)
        _measure_dials(space)
    print(f"threads left: {threading.active_count() - 1}")


@contextmanager
def _held(space: RealSpace) -> Iterator[int]:
    with closing(listen_exactly(0)) as free:
        port = free.port
    dialer = KubeDialer(space.client, space.namespace)
    parts = ForwardParts(dialer=dialer, reporter=ListReporter(), clock=SystemClock())
    forwards = HeldForwards((PortMapping(local=port, remote=APP_PORT),), parts)
    forwards.start()
    forwards.set_pods(APP_PORT, (space.pod(),))
    try:
        yield port
    finally:
        forwards.stop()


@contextmanager
def _kubectl(space: RealSpace) -> Iterator[int]:
    words = ("kubectl", "-n", space.namespace, "port-forward", space.pod(), f":{APP_PORT}")
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        found = re.search(r":(\d+) ->", running.stdout.readline())
        assert found is not None
        try:
            yield int(found[1])
        finally:
            running.terminate()


def _compare(what: str, measure: Callable[[int], float], ours: int, theirs: int) -> None:
    """MB/s in turns, so that what else the machine does meets both."""
    taken = [(measure(ours), measure(theirs)) for _ in range(ROUNDS)]
    mine, other = (statistics.median(column) for column in zip(*taken, strict=True))
    ratio = statistics.median(one / two for one, two in taken)
    print(f"{what}: held {mine:.0f} MB/s, kubectl {other:.0f} MB/s, {ratio:.2f} x")


def _measure_up(port: int) -> float:
    size = PIECES * len(port_app.PIECE)
    with _connect(port) as client:
        begun = time.perf_counter()
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(PIECES):
            client.sendall(port_app.PIECE)
        _read_until(client, b"version 1")
        return size / 1e6 / (time.perf_counter() - begun)


def _measure_down(port: int) -> float:
    left = PIECES * len(port_app.PIECE)
    with _connect(port) as client:
        begun = time.perf_counter()
        client.sendall(b"GET /big/%d HTTP/1.1\r\nHost: x\r\n\r\n" % PIECES)
        while left > 0:
            left -= len(client.recv(1 << 20)) or left
        return PIECES * len(port_app.PIECE) / 1e6 / (time.perf_counter() - begun)


def _connect(port: int) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def _read_until(client: socket.socket, wanted: bytes) -> None:
    got = b""
    while not got.endswith(wanted):
        more = client.recv(65536)
        assert more, got
        got += more


def _ask_kept(port: int) -> list[float]:
    with _connect(port) as client:
        return [_timed(lambda: _ask(client)) for _ in range(DIALS)]


def _ask_new(port: int) -> list[float]:
    def ask() -> None:
        with _connect(port) as client:
            _ask(client)

    return [_timed(ask) for _ in range(DIALS)]


def _ask(client: socket.socket) -> None:
    client.sendall(REQUEST)
    _read_until(client, b"version 1")


def _timed(run: Callable[[], None]) -> float:
    begun = time.perf_counter()
    run()
    return (time.perf_counter() - begun) * 1000


def _tell(what: str, ours: int, theirs: int, ask: Callable[[int], list[float]]) -> None:
    print(f"{what}: held {_of(ask(ours))}, kubectl {_of(ask(theirs))}")


def _of(taken: list[float]) -> str:
    ordered = sorted(taken)
    return f"p50 {statistics.median(ordered):.1f} ms p95 {ordered[int(len(ordered) * 0.95)]:.1f} ms"


def _measure_dials(space: RealSpace) -> None:
    """A connection with its first answer, by each way there is."""
    pod, client = space.pod(), space.client
    path = f"/api/v1/namespaces/{space.namespace}/pods/{pod}/portforward"
    dialer = KubeDialer(client, space.namespace)
    print("dialled, and answered for the first time:")
    _time_dials("over an open session", lambda: _ask_once(dialer.dial(pod, APP_PORT)))
    _time_dials("a websocket", lambda: _ask_once(dial_by_websocket(client, path, APP_PORT)))
    _time_dials("an exec of cat", lambda: _exec(space, pod))
    dialer.close()


def _time_dials(name: str, dial: Callable[[], None]) -> None:
    print(f"  {name}: {_of([_timed(dial) for _ in range(DIALS)])}")


def _ask_once(connection: Connection) -> None:
    connection.send_all(REQUEST)
    got = b""
    while not got.endswith(b"version 1"):
        got += connection.recv(65536)
    connection.close()


def _exec(space: RealSpace, pod: str) -> None:
    stream = open_exec(space.client, space.namespace, pod, "", ("cat",))
    stream.send_all(b"x")
    assert stream.recv(1) == b"x"
    stream.close()


if __name__ == "__main__":
    main()
