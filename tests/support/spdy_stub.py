"""A server on loopback that speaks port-forward over SPDY, each stream served by a test."""

import socket
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import BinaryIO

UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: SPDY/3.1\r\n\r\n"
SYN_STREAM, SYN_REPLY, RST_STREAM, PING, GOAWAY = 1, 2, 3, 6, 7


@dataclass(slots=True, kw_only=True)
class SpdyPeer:
    """The server's side of one session."""

    target: str
    reader: BinaryIO
    sock: socket.socket
    inflater: "zlib._Decompress" = field(default_factory=zlib.decompressobj)

    def recv(self) -> tuple[int, int, bytes]:
        """Kind (0: data), stream, and bytes: `b"FIN"` for the end of a stream; -1 at the end."""
        head = self.reader.read(8)
        if len(head) < 8:
            return -1, 0, b""
        first, second = struct.unpack("!II", head)
        payload = self.reader.read(second & 0xFFFFFF)
        if first >> 31:
            (stream,) = struct.unpack("!I", payload[:4])
            return first & 0xFFFF, stream, payload
        return 0, first, payload or b"FIN"

    def accept(self, *, replies: bool = True) -> tuple[int, int, dict[str, str]]:
        """Both streams of the next request with the headers of the data stream; accepted."""
        streams: dict[str, int] = {}
        headers: dict[str, str] = {}
        while len(streams) < 2:
            kind, stream, payload = self.recv()
            if kind < 0:
                raise ConnectionError("the client is gone")
            if kind == SYN_STREAM:
                headers = self._headers(payload[10:])
                streams[headers["streamtype"]] = stream
                if replies:
                    self.reply(stream)
        return streams["data"], streams["error"], headers

    def send(self, stream: int, payload: bytes) -> None:
        self.sock.sendall(struct.pack("!II", stream, len(payload)) + payload)

    def finish(self, *streams: int) -> None:
        for stream in streams:
            self.sock.sendall(struct.pack("!II", stream, 1 << 24))

    def reply(self, *streams: int) -> None:
        for stream in streams:
            self.control(SYN_REPLY, struct.pack("!I", stream))

    def control(self, kind: int, payload: bytes) -> None:
        self.sock.sendall(struct.pack("!II", 0x80030000 | kind, len(payload)) + payload)

    def read_data(self, stream: int) -> bytes:
        """The next bytes of a stream; skips everything else; b"" at its end."""
        while True:
            kind, found, payload = self.recv()
            if kind < 0 or (found == stream and payload == b"FIN"):
                return b""
            if kind == 0 and found == stream:
                return payload

    def _headers(self, packed: bytes) -> dict[str, str]:
        block = self.inflater.decompress(packed)
        texts, position = [], 4
        while position < len(block):
            (size,) = struct.unpack("!I", block[position : position + 4])
            texts.append(block[position + 4 : position + 4 + size].decode())
            position += 4 + size
        return dict(zip(texts[::2], texts[1::2], strict=True))


@dataclass(slots=True, kw_only=True)
class SpdyStub:
    """What a test tells the server, and what the server saw."""

    url: str
    serve: Callable[[SpdyPeer], None]
    refusal: bytes = b""
    sessions: int = 0

    def accept(self, sock: socket.socket, reader: BinaryIO) -> None:
        method, target, _ = reader.readline().decode().split(" ")
        while reader.readline().strip():
            pass
        assert method == "POST"
        sock.sendall(self.refusal or UPGRADED)
        if not self.refusal:
            self.sessions += 1
            self.serve(SpdyPeer(target=target, reader=reader, sock=sock))
        end_politely(sock, reader)


def end_politely(sock: socket.socket, reader: BinaryIO) -> None:
    """Unread bytes would reset the connection under what was sent last."""
    sock.shutdown(socket.SHUT_WR)
    while reader.read(65536):
        pass


@contextmanager
def spdy_stub(serve: Callable[[SpdyPeer], None]) -> Iterator[SpdyStub]:
    """A running stub; each session is served on a thread and closed afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        stub = SpdyStub(url=f"http://127.0.0.1:{server.getsockname()[1]}", serve=serve)

        def run(sock: socket.socket) -> None:
            with sock, sock.makefile("rb") as reader, suppress(OSError):
                stub.accept(sock, reader)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    sock, _ = server.accept()
                    threading.Thread(target=run, args=[sock], daemon=True).start()

        acceptor = threading.Thread(target=accept, name="spdy-stub", daemon=True)
        acceptor.start()
        try:
            yield stub
        finally:
            server.shutdown(socket.SHUT_RDWR)
            acceptor.join()


def echoing_once(peer: SpdyPeer) -> None:
    """Serve one request after the other: send back the first bytes of each, and end it."""
    while True:
        data, error, _ = peer.accept()
        peer.send(data, peer.read_data(data))
        peer.finish(data, error)
