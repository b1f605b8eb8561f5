"""A server on loopback that accepts websockets, each served by a test's own function."""

import base64
import hashlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import BinaryIO

from tests.support.spdy_stub import end_politely

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
BINARY, CLOSE = 2, 8


@dataclass(slots=True, kw_only=True)
class Peer:
    """The server's side of one websocket."""

    request: str
    headers: dict[str, str]
    reader: BinaryIO
    sock: socket.socket

    def send(self, channel: int, payload: bytes) -> None:
        self.send_frame(BINARY, bytes((channel,)) + payload)

    def send_frame(self, opcode: int, payload: bytes, *, is_last: bool = True) -> None:
        size = len(payload)
        if size < 126:
            length = bytes((size,))
        elif size <= 0xFFFF:
            length = struct.pack("!BH", 126, size)
        else:
            length = struct.pack("!BQ", 127, size)
        self.sock.sendall(bytes((opcode | 0x80 * is_last,)) + length + payload)

    def recv(self) -> tuple[int, bytes]:
        """The channel and the bytes of a frame; -1 for a close or the end."""
        head = self.reader.read(2)
        if len(head) < 2 or head[0] & 0xF == CLOSE:
            return -1, b""
        size = head[1] & 0x7F
        if size >= 126:
            wide = size == 127
            (size,) = struct.unpack("!Q" if wide else "!H", self.reader.read(8 if wide else 2))
        assert head[1] & 0x80, "a client must mask its frames"
        mask = self.reader.read(4)
        payload = bytes(byte ^ mask[at % 4] for at, byte in enumerate(self.reader.read(size)))
        return payload[0], payload[1:]

    def close(self) -> None:
        self.send_frame(CLOSE, struct.pack("!H", 1000))


@dataclass(slots=True, kw_only=True)
class WebsocketStub:
    """What a test tells the server, and what the server saw."""

    url: str
    serve: Callable[[Peer], None]
    protocols: tuple[str, ...] = ("v5.channel.k8s.io", "v4.channel.k8s.io")
    # Sent instead of an upgrade, if set.
    refusal: bytes = b""
    posts: int = 0
    requests: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def accept(self, sock: socket.socket, reader: BinaryIO) -> None:
        method, request, _ = reader.readline().decode().split(" ")
        if method == "POST":
            self.posts += 1
            sock.sendall(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
            return
        self.requests.append(request)
        lines = iter(lambda: reader.readline().decode().strip(), "")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        sock.sendall(self.refusal or self._upgrade(headers))
        if not self.refusal:
            self.serve(Peer(request=request, headers=headers, reader=reader, sock=sock))
        end_politely(sock, reader)

    def _upgrade(self, headers: dict[str, str]) -> bytes:
        key = headers["sec-websocket-key"].encode()
        accept = base64.b64encode(hashlib.sha1(key + _GUID).digest()).decode()
        offered = [each.strip() for each in headers["sec-websocket-protocol"].split(",")]
        protocol = next((each for each in offered if each in self.protocols), self.protocols[0])
        return (
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: {protocol}\r\n\r\n"
        ).encode()


@contextmanager
def websocket_stub(serve: Callable[[Peer], None]) -> Iterator[WebsocketStub]:
    """A running stub; each connection is served on a thread and closed afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        stub = WebsocketStub(url=f"http://127.0.0.1:{server.getsockname()[1]}", serve=serve)

        def run(sock: socket.socket) -> None:
            with sock, sock.makefile("rb") as reader, suppress(OSError):
                stub.accept(sock, reader)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    sock, _ = server.accept()
                    threading.Thread(target=run, args=[sock], daemon=True).start()

        acceptor = threading.Thread(target=accept, name="websocket-stub", daemon=True)
        acceptor.start()
        try:
            yield stub
        finally:
            server.shutdown(socket.SHUT_RDWR)
            acceptor.join()
