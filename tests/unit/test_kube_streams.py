"""Ports of pods: over SPDY, or by a websocket where that is not to be had."""

import select
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from draftpy.adapters.kube.client import KubeClient
from draftpy.adapters.kube.port_failures import read_failure
from draftpy.adapters.kube.streams import KubeDialer
from draftpy.targets import Connection
from tests.support.api_stub import write_kubeconfig
from tests.support.reporter import ListReporter
from tests.support.spdy_stub import (
    GOAWAY,
    PING,
    RST_STREAM,
    SpdyPeer,
    echoing_once,
    spdy_stub,
)
from tests.support.websocket_stub import Peer, websocket_stub

Serve = Callable[[SpdyPeer], None]


@contextmanager
def dialling(folder: Path, url: str) -> Iterator[KubeDialer]:
    client = KubeClient(str(write_kubeconfig(folder, url)), "", ListReporter())
    dialer = KubeDialer(client, "space")
    try:
        yield dialer
    finally:
        dialer.close()


@contextmanager
def dialled(folder: Path, serve: Serve) -> Iterator[Connection]:
    with spdy_stub(serve) as stub, dialling(folder, stub.url) as dialer:
        connection = dialer.dial("pod", 8080)
        try:
            yield connection
        finally:
            connection.close()


def echo(connection: Connection, payload: bytes) -> bytes:
    connection.send_all(payload)
    got = b""
    while more := connection.recv(1 << 16):
        got += more
    return got


def test_the_pod_its_port_and_both_streams_are_asked_for(tmp_path: Path) -> None:
    asked: list[object] = []

    def serve(peer: SpdyPeer) -> None:
        if not asked:
            asked.extend((peer.target, peer.accept()[2]))

    with dialled(tmp_path, serve):
        path = "/api/v1/namespaces/space/pods/pod/portforward"
        headers = {"streamtype": "data", "port": "8080", "requestid": "1"}
        assert asked == [path, headers]


def test_bytes_go_both_ways(tmp_path: Path) -> None:
    with dialled(tmp_path, echoing_once) as connection:
        assert echo(connection, b"abc") == b"abc"


def test_large_bodies_come_in_frames(tmp_path: Path) -> None:
    sizes: list[int] = []

    def serve(peer: SpdyPeer) -> None:
        data, error, _ = peer.accept()
        while sum(sizes) < 200_000:
            sizes.append(len(peer.read_data(data)))
        peer.send(data, b"x" * 1_000_000)
        peer.finish(data, error)

    with dialled(tmp_path, serve) as connection:
        assert echo(connection, b"y" * 200_000) == b"x" * 1_000_000
    assert max(sizes) == 65536


def test_a_session_is_used_again(tmp_path: Path) -> None:
    with spdy_stub(echoing_once) as stub, dialling(tmp_path, stub.url) as dialer:
        for number in range(20):
            connection = dialer.dial("pod", 8080)
            assert echo(connection, b"%d" % number) == b"%d" % number
            connection.close()
        assert stub.sessions <= 2  # one, and the spare one


def test_a_session_is_used_again_though_somebody_was_reading(tmp_path: Path) -> None:
    def serve(peer: SpdyPeer) -> None:
        for number in range(20):
            data, _, _ = peer.accept()
            peer.send(data, b"%d" % number)
        peer.read_data(-1)

    with spdy_stub(serve) as stub, dialling(tmp_path, stub.url) as dialer:
        for number in range(20):
            connection = dialer.dial("pod", 8080)
            assert connection.recv(100) == b"%d" % number
            reader = threading.Thread(target=connection.recv, args=[1])
            reader.start()
            connection.close()
            reader.join(5)
        assert stub.sessions <= 2


def test_a_connection_in_the_middle_of_an_upload_is_cut(tmp_path: Path) -> None:
    with dialled(tmp_path, stay) as connection:
        sender = threading.Thread(target=send_for_ever, args=[connection])
        sender.start()
        sender.join(0.1)
        connection.close()
        sender.join(5)
        assert not sender.is_alive()


def stay(peer: SpdyPeer) -> None:
    """Take no more than the first frames."""
    peer.accept()
    threading.Event().wait(5)


def send_for_ever(connection: Connection) -> None:
    with suppress(OSError):
        while True:
            connection.send_all(b"x" * 1_000_000)


def test_each_connection_at_a_time_has_its_own_session(tmp_path: Path) -> None:
    with spdy_stub(echoing_once) as stub, dialling(tmp_path, stub.url) as dialer:
        connections = [dialer.dial("pod", 8080) for _ in range(3)]
        assert [echo(each, b"abc") for each in reversed(connections)] == [b"abc"] * 3
        assert stub.sessions >= 3
        for connection in connections:
            connection.close()


def test_a_session_that_was_lost_meanwhile_is_replaced(tmp_path: Path) -> None:
    def serve_one(peer: SpdyPeer) -> None:
        data, error, _ = peer.accept()
        peer.send(data, peer.read_data(data))
        peer.finish(data, error)

    with spdy_stub(serve_one) as stub, dialling(tmp_path, stub.url) as dialer:
        for _ in range(5):
            connection = dialer.dial("pod", 8080)
            assert echo(connection, b"abc") == b"abc"
            connection.close()


def test_what_an_earlier_stream_still_sends_is_not_the_next_ones(tmp_path: Path) -> None:
    def serve(peer: SpdyPeer) -> None:
        first, _, _ = peer.accept()
        peer.send(first, b"first")
        second, error, _ = peer.accept()
        peer.send(first, b"late")
        peer.send(second, b"second")
        peer.finish(first, second, error)

    with spdy_stub(serve) as stub, dialling(tmp_path, stub.url) as dialer:
        for wanted in (b"first", b"second"):
            connection = dialer.dial("pod", 8080)
            assert connection.recv(100) == wanted
            connection.close()


def test_closing_wakes_a_reader(tmp_path: Path) -> None:
    with dialled(tmp_path, hold) as connection:
        got: list[bytes] = []
        reader = threading.Thread(target=lambda: got.append(connection.recv(1)))
        reader.start()
        connection.close()
        reader.join(5)
    assert got == [b""]


def hold(peer: SpdyPeer) -> None:
    peer.read_data(peer.accept()[0])


def test_a_ping_is_answered(tmp_path: Path) -> None:
    got: list[bytes] = []

    def serve(peer: SpdyPeer) -> None:
        data, error, _ = peer.accept()
        peer.control(PING, b"\0\0\0\2")
        kind = 0
        while kind not in (PING, -1):
            kind, _, payload = peer.recv()
        got.append(payload)
        peer.finish(data, error)

    with dialled(tmp_path, serve) as connection:
        assert connection.recv(1) == b""
    assert got == [b"\0\0\0\2"]


@pytest.mark.parametrize(
    "tear",
    [
        lambda peer, data: peer.control(RST_STREAM, struct.pack("!II", data, 2)),
        lambda peer, data: peer.control(GOAWAY, bytes(8)),
        lambda peer, data: None,
    ],
    ids=["reset", "going away", "cut"],
)
def test_what_is_torn_is_no_end(tmp_path: Path, tear: Callable[[SpdyPeer, int], None]) -> None:
    def serve(peer: SpdyPeer) -> None:
        data, _, _ = peer.accept()
        peer.send(data, b"half")
        tear(peer, data)

    with dialled(tmp_path, serve) as connection:
        assert connection.recv(100) == b"half"
        with pytest.raises(OSError, match=r".+"):
            connection.recv(100)


@pytest.mark.parametrize("size", [1, 100_000])
def test_bytes_that_may_not_have_been_taken_end_a_session(tmp_path: Path, size: int) -> None:
    """A server passes nothing on to any stream while one has bytes that nobody takes."""

    def serve(peer: SpdyPeer) -> None:
        data, _, _ = peer.accept()
        if size > 1:
            peer.send(data, b"answer in between")
        peer.read_data(-1)

    with spdy_stub(serve) as stub, dialling(tmp_path, stub.url) as dialer:
        for _ in range(3):
            connection = dialer.dial("pod", 8080)
            connection.send_all(b"x" * size)
            if size > 1:
                connection.recv(100)
            connection.close()
        assert stub.sessions >= 3


def test_a_session_outlives_refusals(tmp_path: Path) -> None:
    def refuse(peer: SpdyPeer) -> None:
        while True:
            data, error, _ = peer.accept()
            peer.finish(data)
            peer.send(error, b"connection refused")
            peer.finish(error)

    with spdy_stub(refuse) as stub, dialling(tmp_path, stub.url) as dialer:
        for _ in range(10):
            connection = dialer.dial("pod", 8080)
            with pytest.raises(ConnectionRefusedError):
                connection.recv(1)
            connection.close()
        assert stub.sessions <= 2


def test_a_refusal_that_follows_the_end_of_the_data_is_seen(tmp_path: Path) -> None:
    def serve(peer: SpdyPeer) -> None:
        data, error, _ = peer.accept()
        peer.finish(data)
        peer.send(error, b"error forwarding port 8080: connect: connection refused")
        peer.finish(error)

    with dialled(tmp_path, serve) as connection, pytest.raises(ConnectionRefusedError):
        connection.recv(1)


def test_a_refusal_that_overtakes_the_acceptance_is_seen(tmp_path: Path) -> None:
    def serve(peer: SpdyPeer) -> None:
        data, error, _ = peer.accept(replies=False)
        peer.finish(data)
        peer.send(error, b"connection refused")
        peer.finish(error)
        peer.reply(error, data)

    with dialled(tmp_path, serve) as connection, pytest.raises(ConnectionRefusedError):
        connection.recv(1)


def test_nothing_is_sent_before_the_data_stream_is_accepted(tmp_path: Path) -> None:
    """What comes before that, servers drop."""
    got: list[object] = []

    def serve(peer: SpdyPeer) -> None:
        data, error, _ = peer.accept(replies=False)
        peer.reply(error)
        got.extend(select.select([peer.sock], [], [], 0.1)[0])
        peer.reply(data)
        peer.finish(data, error)

    with dialled(tmp_path, serve) as connection:
        connection.send_all(b"abc")
        assert connection.recv(1) == b""
    assert got == []


def test_bytes_that_overtake_the_acceptance_are_not_lost(tmp_path: Path) -> None:
    def serve(peer: SpdyPeer) -> None:
        data, error, _ = peer.accept(replies=False)
        peer.reply(error)
        peer.send(data, b"220 ready")
        peer.reply(data)
        peer.finish(data, error)

    with dialled(tmp_path, serve) as connection:
        assert [connection.recv(100), connection.recv(100)] == [b"220 ready", b""]


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        (b"dial tcp4 127.0.0.1:8080: connect: connection refused", True),
        (b"failed to find sandbox: not found", True),
        (b"read tcp 127.0.0.1:1->127.0.0.1:8080: read: connection reset by peer", False),
        (b"broken pipe", False),
    ],
)
def test_only_what_was_never_connected_was_refused(text: bytes, is_refused: bool) -> None:
    assert isinstance(read_failure(text), ConnectionRefusedError) == is_refused


def test_a_pod_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with spdy_stub(hold) as stub, dialling(tmp_path, stub.url) as dialer:
        stub.refusal = b'HTTP/1.1 404 No\r\nContent-Length: 18\r\n\r\n{"message": "none"}'
        with pytest.raises(OSError, match=r"port 80 of nobody .* answers 404"):
            dialer.dial("nobody", 80)


@contextmanager
def dialled_by_websocket(folder: Path, *frames: tuple[int, bytes]) -> Iterator[Connection]:
    def serve(peer: Peer) -> None:
        for channel, payload in ((0, b"\x90\x1f"), (1, b"\x90\x1f"), *frames):
            peer.send(channel, payload)
        peer.close()

    with websocket_stub(serve) as stub, dialling(folder, stub.url) as dialer:
        connection = dialer.dial("pod", 8080)
        yield connection
        connection.close()


def test_without_spdy_a_websocket_does_it(tmp_path: Path) -> None:
    with dialled_by_websocket(tmp_path, (0, b"abc")) as connection:
        assert [connection.recv(2), connection.recv(2), connection.recv(2)] == [b"ab", b"c", b""]


def test_by_websocket_a_refusal_is_seen_too(tmp_path: Path) -> None:
    with dialled_by_websocket(tmp_path, (1, b"connect: connection refused")) as connection:
        with pytest.raises(ConnectionRefusedError):
            connection.recv(1)


def test_that_there_is_no_spdy_is_asked_once(tmp_path: Path) -> None:
    def serve(peer: Peer) -> None:
        peer.send(0, b"\x90\x1f")
        peer.send(1, b"\x90\x1f")
        peer.close()

    with websocket_stub(serve) as stub, dialling(tmp_path, stub.url) as dialer:
        for _ in range(3):
            dialer.dial("pod", 8080).close()
        assert stub.posts == 1
