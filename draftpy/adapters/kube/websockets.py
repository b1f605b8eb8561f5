"""The client's side of a websocket (RFC 6455): its handshake, its frames."""

import base64
import hashlib
import os
import struct
import threading
from collections.abc import Mapping, Sequence
from typing import Protocol

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0, 1, 2, 8, 9, 10
_LAST, _MASKED = 0x80, 0x80
# A mask keeps scripts in browsers from writing what a proxy takes for HTTP. We are no browser, so
# ours is the one that changes nothing and costs nothing.
_MASK = bytes(4)
_READ_BYTES = 256 * 1024
_HEAD_BYTES = 65536
# No server has a reason to send a longer frame.
_FRAME_BYTES = 64 * 1024 * 1024


class Transport(Protocol):
    """What a websocket needs of a socket."""

    def recv(self, max_bytes: int, /) -> bytes:
        """Some bytes; b"" at the end; raises OSError."""
        ...

    def send(self, payload: memoryview, /) -> int:
        """Send some of the bytes; how many; raises OSError."""
        ...


class HandshakeRefused(OSError):
    """The server answers something else than an upgrade."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"the server answers {status}")
        self.status = status
        self.body = body


class WebSocket:
    """One websocket; one thread may read it while others write."""

    def __init__(self, transport: Transport) -> None:
        self.protocol = ""
        self._transport = transport
        self._buffer = bytearray()
        self._sending = threading.Lock()

    def shake_hands(
        self, host: str, target: str, headers: Mapping[str, str], protocols: Sequence[str]
    ) -> None:
        """Ask for the upgrade to one of the protocols; raises HandshakeRefused, OSError."""
        key = base64.b64encode(os.urandom(16))
        fields = {
            "Host": host,
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": key.decode(),
            "Sec-WebSocket-Protocol": ", ".join(protocols),
            **headers,
        }
        lines = (f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()))
        self._send_all("\r\n".join((*lines, "", "")).encode("latin-1"))
        status, answered = self._read_head()
        if status != 101:
            raise HandshakeRefused(status, self._read_body(answered))
        digest = hashlib.sha1(key + _GUID, usedforsecurity=False).digest()
        if answered.get("sec-websocket-accept") != base64.b64encode(digest).decode():
            raise OSError("the server's answer is no websocket handshake")
        self.protocol = answered.get("sec-websocket-protocol", "")
        if self.protocol not in protocols:
            raise OSError(f"the server speaks none of {', '.join(protocols)}")

    def recv(self) -> bytes | None:
        """The next message; None when the server ends; raises OSError when the stream broke."""
        parts = b""
        while True:
            opcode, is_last, payload = self._recv_frame()
            if opcode == _CLOSE:
                return None
            if opcode == _PING:
                self.send(payload, opcode=_PONG)
            elif opcode in (_BINARY, _TEXT, _CONTINUATION):
                parts = parts + payload if parts else payload
                if is_last:
                    return parts

    def send(self, payload: bytes, *, opcode: int = _BINARY) -> None:
        """Send one message; raises OSError when the stream broke."""
        size = len(payload)
        if size < 126:
            head = struct.pack("!BB", _LAST | opcode, _MASKED | size)
        elif size <= 0xFFFF:
            head = struct.pack("!BBH", _LAST | opcode, _MASKED | 126, size)
        else:
            head = struct.pack("!BBQ", _LAST | opcode, _MASKED | 127, size)
        self._send_all(b"".join((head, _MASK, payload)))

    def _send_all(self, payload: bytes) -> None:
        with self._sending, memoryview(payload) as view:
            sent = 0
            while sent < len(view):
                sent += self._transport.send(view[sent:])

    def _recv_frame(self) -> tuple[int, bool, bytes]:
        first, size = self._take(2)
        if size & _MASKED:
            raise OSError("the server masks its frames")
        if size >= 126:
            size = int.from_bytes(self._take(2 if size == 126 else 8))
        if size > _FRAME_BYTES:
            raise OSError(f"the server sends a frame of {size} bytes")
        return first & 0x0F, bool(first & _LAST), self._take(size)

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._fill()
        with memoryview(self._buffer) as view:
            taken = bytes(view[:size])
        del self._buffer[:size]
        return taken

    def _fill(self) -> None:
        more = self._transport.recv(_READ_BYTES)
        if not more:
            raise OSError("the connection to the server was lost")
        self._buffer += more

    def _read_head(self) -> tuple[int, dict[str, str]]:
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > _HEAD_BYTES:
                raise OSError("the server's answer is no HTTP")
            self._fill()
        first, *lines = self._take(end + 4).decode("latin-1").rstrip("\r\n").split("\r\n")
        words = first.split(" ", 2)
        if not words[0].startswith("HTTP/1.") or not words[1:] or not words[1].isdigit():
            raise OSError("the server's answer is no HTTP")
        fields = (line.partition(":") for line in lines)
        return int(words[1]), {name.lower(): value.strip() for name, _, value in fields}

    def _read_body(self, fields: Mapping[str, str]) -> bytes:
        length = fields.get("content-length", "")
        return self._take(min(int(length), _HEAD_BYTES)) if length.isdigit() else b""
