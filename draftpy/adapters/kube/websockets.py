"""The client's side of a websocket (RFC 6455): its handshake, its frames."""

import base64
import hashlib
import os
import struct
from collections.abc import Mapping, Sequence

from draftpy.adapters.kube.wires import Wire

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_CONTINUATION, _TEXT, _BINARY, _CLOSE, _PING, _PONG = 0, 1, 2, 8, 9, 10
_LAST, _MASKED = 0x80, 0x80
# A mask keeps scripts in browsers from writing what a proxy takes for HTTP. We are no browser, so
# ours is the one that changes nothing and costs nothing.
_MASK = bytes(4)
# No server has a reason to send a longer frame.
_FRAME_BYTES = 64 * 1024 * 1024


class WebSocket:
    """One websocket; one thread may read it while others write."""

    def __init__(self, wire: Wire) -> None:
        self.protocol = ""
        self._wire = wire

    def shake_hands(self, target: str, fields: Mapping[str, str], protocols: Sequence[str]) -> None:
        """Ask for the upgrade to one of the protocols; raises UpgradeRefused, OSError."""
        key = base64.b64encode(os.urandom(16))
        wanted = {
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": key.decode(),
            "Sec-WebSocket-Protocol": ", ".join(protocols),
        }
        answered = self._wire.upgrade("GET", target, {**fields, **wanted})
        digest = hashlib.sha1(key + _GUID, usedforsecurity=False).digest()
        if answered.get("sec-websocket-accept") != base64.b64encode(digest).decode():
            raise OSError("the answer is no websocket handshake")
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
        self._wire.send_all(b"".join((head, _MASK, payload)))

    def _recv_frame(self) -> tuple[int, bool, bytes]:
        first, size = self._wire.take(2)
        if size & _MASKED:
            raise OSError("the server masks its frames")
        if size >= 126:
            size = int.from_bytes(self._wire.take(2 if size == 126 else 8))
        if size > _FRAME_BYTES:
            raise OSError(f"the server sends a frame of {size} bytes")
        return first & 0x0F, bool(first & _LAST), self._wire.take(size)
