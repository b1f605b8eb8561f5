import struct
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from socket import create_connection

import pytest

from draftpy.adapters.kube.websockets import WebSocket
from draftpy.adapters.kube.wire_socket import WireSocket
from draftpy.adapters.kube.wires import UpgradeRefused, Wire
from tests.support.websocket_stub import Peer, websocket_stub

PROTOCOL = "v4.channel.k8s.io"
CONTINUATION, BINARY, PING = 0, 2, 9


@contextmanager
def connected(serve: Callable[[Peer], None], **stub: bytes) -> Iterator[WebSocket]:
    with websocket_stub(serve) as server:
        server.refusal = stub.get("refusal", b"")
        wire = Wire(WireSocket(create_connection(("127.0.0.1", server.port), timeout=5)))
        with closing(wire):
            yield WebSocket(wire)


def shake(websocket: WebSocket) -> None:
    fields = {"Host": "here", "Authorization": "Bearer t"}
    websocket.shake_hands("/path?x=1", fields, [PROTOCOL])


def test_the_handshake_asks_as_a_websocket_does() -> None:
    asked: list[Peer] = []
    with connected(asked.append) as websocket:
        shake(websocket)
        assert is_lost(websocket)
    (peer,) = asked
    wanted = {"host": "here", "authorization": "Bearer t", "sec-websocket-version": "13"}
    assert (peer.request, peer.headers) == ("/path?x=1", {**peer.headers, **wanted})
    assert websocket.protocol == PROTOCOL


def is_lost(websocket: WebSocket) -> bool:
    with pytest.raises(OSError, match="lost"):
        websocket.recv()
    return True


@pytest.mark.parametrize("size", [0, 1, 124, 125, 126, 65534, 65535, 65536, 300_000])
def test_messages_of_every_length_come_and_go_whole(size: int) -> None:
    def echo(peer: Peer) -> None:
        channel, payload = peer.recv()
        peer.send(channel, payload)
        peer.close()

    with connected(echo) as websocket:
        shake(websocket)
        message = (b"0123456789" * (size // 10 + 1))[: size + 1]
        websocket.send(message)
        assert websocket.recv() == message
        assert websocket.recv() is None


def test_a_message_in_parts_is_one() -> None:
    def serve(peer: Peer) -> None:
        peer.send_frame(BINARY, b"one ", is_last=False)
        peer.send_frame(PING, b"?")
        peer.send_frame(CONTINUATION, b"two", is_last=True)
        peer.recv()

    with connected(serve) as websocket:
        shake(websocket)
        assert websocket.recv() == b"one two"


def test_a_ping_is_answered() -> None:
    got: list[tuple[int, bytes]] = []

    def serve(peer: Peer) -> None:
        peer.send_frame(PING, b"abc")
        peer.send_frame(BINARY, b"x")
        got.append(peer.recv())

    with connected(serve) as websocket:
        shake(websocket)
        assert websocket.recv() == b"x"
        assert is_lost(websocket)
    assert got == [(ord("a"), b"bc")]


@pytest.mark.parametrize(
    "frame",
    [
        b"\x82\x81\0\0\0\0x",  # masked
        b"\x82\x7f" + struct.pack("!Q", 1 << 40),  # longer than anything
        b"\x82\x05ab",  # cut off
    ],
)
def test_a_bad_frame_is_a_broken_stream(frame: bytes) -> None:
    with connected(lambda peer: peer.sock.sendall(frame)) as websocket:
        shake(websocket)
        with pytest.raises(OSError, match=r".+"):
            websocket.recv()


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (b"HTTP/1.1 101 Yes\r\nSec-WebSocket-Accept: wrong\r\n\r\n", "no websocket handshake"),
        (b"SSH-2.0-x\r\n\r\n", "no HTTP"),
        (b"HTTP/1.1 403 No\r\nContent-Length: 900\r\n\r\ncut", "lost"),
    ],
)
def test_what_is_no_handshake_is_an_error(answer: bytes, text: str) -> None:
    with connected(lambda peer: None, refusal=answer) as websocket:
        with pytest.raises(OSError, match=text):
            shake(websocket)


def test_a_refusal_keeps_the_servers_words() -> None:
    refusal = b'HTTP/1.1 403 Forbidden\r\nContent-Length: 17\r\n\r\n{"message": "no"}'
    with connected(lambda peer: None, refusal=refusal) as websocket:
        with pytest.raises(UpgradeRefused) as caught:
            shake(websocket)
    assert (caught.value.status, str(caught.value)) == (403, "the API server answers 403: no")


def test_a_protocol_that_nobody_asked_for_is_refused() -> None:
    with websocket_stub(lambda peer: None) as server:
        server.protocols = ("other",)
        wire = Wire(WireSocket(create_connection(("127.0.0.1", server.port), timeout=5)))
        with closing(wire), pytest.raises(OSError, match="speaks none of a, b"):
            WebSocket(wire).shake_hands("/", {}, ["a", "b"])
