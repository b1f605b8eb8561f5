import socket
import ssl
import threading
import time
from collections.abc import Iterator

import pytest

from draftpy.adapters.kube.wire_socket import WireSocket

# Until a thread waits for the network; nothing tells that it does.
SETTLE_S = 0.05


def _context(purpose: int) -> ssl.SSLContext:
    """Without certificates: both sides agree on a key and on nothing else."""
    context = ssl.SSLContext(purpose)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("aNULL:@SECLEVEL=0")
    return context


@pytest.fixture
def ends() -> Iterator[tuple[WireSocket, ssl.SSLSocket]]:
    near, far = socket.socketpair()
    accepted: list[ssl.SSLSocket] = []
    server = _context(ssl.PROTOCOL_TLS_SERVER)
    accepting = threading.Thread(
        target=lambda: accepted.append(server.wrap_socket(far, server_side=True))
    )
    accepting.start()
    tls = WireSocket(_context(ssl.PROTOCOL_TLS_CLIENT).wrap_socket(near))
    accepting.join()
    yield tls, accepted[0]
    tls.close()
    accepted[0].close()


def _start(call: object) -> threading.Thread:
    assert callable(call)
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    time.sleep(SETTLE_S)
    return thread


def test_bytes_go_both_ways(ends: tuple[WireSocket, ssl.SSLSocket]) -> None:
    near, far = ends
    assert near.send(b"ping") == 4
    assert far.recv(10) == b"ping"
    far.send(b"pong")
    assert near.recv(10) == b"pong"


def test_writing_does_not_wait_for_a_read(ends: tuple[WireSocket, ssl.SSLSocket]) -> None:
    near, far = ends
    read: list[bytes] = []
    reading = _start(lambda: read.append(near.recv(10)))
    near.send(b"ping")
    assert far.recv(10) == b"ping"
    far.send(b"pong")
    reading.join(5)
    assert read == [b"pong"]


def test_closing_wakes_a_thread_that_reads(ends: tuple[WireSocket, ssl.SSLSocket]) -> None:
    near, _ = ends
    errors: list[OSError] = []

    def read() -> None:
        try:
            near.recv(10)
        except OSError as error:
            errors.append(error)

    reading = _start(read)
    near.close()
    reading.join(5)
    assert not reading.is_alive()
    assert errors
    assert near.fileno() == -1


def test_a_read_that_takes_too_long_ends(ends: tuple[WireSocket, ssl.SSLSocket]) -> None:
    near, _ = ends
    near.settimeout(0.01)
    with pytest.raises(TimeoutError):
        near.recv(10)


def test_a_reader_can_be_called_away_and_read_on_later(
    ends: tuple[WireSocket, ssl.SSLSocket],
) -> None:
    near, far = ends
    left = threading.Event()

    def read() -> None:
        with pytest.raises(InterruptedError):
            near.recv(10)
        left.set()

    _start(read)
    near.interrupt()
    assert left.wait(5)
    far.send(b"pong")
    assert near.recv(10) == b"pong"


def test_an_interruption_that_nobody_met_can_be_forgotten(
    ends: tuple[WireSocket, ssl.SSLSocket],
) -> None:
    near, _ = ends
    near.interrupt()
    near.calm()
    near.settimeout(0.01)
    with pytest.raises(TimeoutError):
        near.recv(10)


def test_without_tls_it_is_the_same() -> None:
    one, far = socket.socketpair()
    with far:
        near = WireSocket(one)
        got: list[bytes] = []
        reading = _start(lambda: got.append(near.recv(10)))
        far.sendall(b"pong")
        reading.join(5)
        assert (got, near.send(b"ping"), far.recv(10)) == ([b"pong"], 4, b"ping")
        near.close()
