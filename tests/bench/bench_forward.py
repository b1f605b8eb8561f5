# ruff: noqa: T201 - printing figures is what it is for
"""Figures of the held port on loopback: `python -m tests.bench.bench_forward`; asserts nothing."""

import socket
import statistics
import threading
import time
from collections.abc import Callable

from draftpy.clock import SystemClock
from draftpy.gate import Gate
from draftpy.held_ports import ForwardParts, HeldForward
from draftpy.local_ports import listen_exactly
from tests.support.reporter import ListReporter
from tests.support.streams import LoopbackDialer, echoing, saying, serving

BODY_BYTES = 1024**3
CHUNK = b"x" * 262_144
CONNECTIONS = 1000


def forward_to(port: int) -> HeldForward:
    """A running forward to a server on loopback."""
    parts = ForwardParts(
        dialer=LoopbackDialer(pod=port), reporter=ListReporter(), clock=SystemClock()
    )
    forward = HeldForward(listen_exactly(0), 8080, parts, Gate(SystemClock()))
    forward.set_pods(("pod",))
    forward.start()
    return forward


def draining(client: socket.socket) -> None:
    """Take everything, then say so."""
    while client.recv(262_144):
        pass
    client.sendall(b"done")


def giving(client: socket.socket) -> None:
    """Send one body."""
    client.recv(1)
    for _ in range(BODY_BYTES // len(CHUNK)):
        client.sendall(CHUNK)


def measure_up(port: int) -> float:
    """MB/s of one body to the server."""
    with socket.create_connection(("127.0.0.1", port)) as client:
        begun = time.perf_counter()
        for _ in range(BODY_BYTES // len(CHUNK)):
            client.sendall(CHUNK)
        client.shutdown(socket.SHUT_WR)
        client.recv(4)
        return BODY_BYTES / 1e6 / (time.perf_counter() - begun)


def measure_down(port: int) -> float:
    """MB/s of one body from the server."""
    with socket.create_connection(("127.0.0.1", port)) as client:
        begun = time.perf_counter()
        client.sendall(b"x")
        while client.recv(262_144):
            pass
        return BODY_BYTES / 1e6 / (time.perf_counter() - begun)


def measure_short(port: int) -> float:
    """Milliseconds of one short connection, p50."""
    waits = []
    for _ in range(CONNECTIONS):
        begun = time.perf_counter()
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET")
            while client.recv(1024):
                pass
        waits.append(time.perf_counter() - begun)
    return statistics.median(waits) * 1000


def measure_round_trip(port: int) -> float:
    """Milliseconds of one byte there and back over an open connection, p50."""
    waits = []
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(CONNECTIONS):
            begun = time.perf_counter()
            client.sendall(b"x")
            client.recv(1)
            waits.append(time.perf_counter() - begun)
    return statistics.median(waits) * 1000


def compare(
    name: str, unit: str, answer: Callable[[socket.socket], None], measure: Callable[[int], float]
) -> None:
    """Print one figure, directly and through the held port."""
    with serving(answer) as port:
        direct = measure(port)
        forward = forward_to(port)
        held = measure(forward.local_port)
        forward.stop()
    print(f"{name}: direct {direct:.3f} {unit}, held {held:.3f} {unit}, {held / direct:.2f} x")


def main() -> None:
    """Print the figures, one to a line."""
    compare("1 GB up", "MB/s", draining, measure_up)
    compare("1 GB down", "MB/s", giving, measure_down)
    compare("short connection", "ms", saying(b"ok"), measure_short)
    compare("round trip", "ms", echoing, measure_round_trip)
    print(f"threads left: {threading.active_count() - 1}")


if __name__ == "__main__":
    main()
