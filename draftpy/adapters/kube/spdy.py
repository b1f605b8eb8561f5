"""The client's side of SPDY/3.1, as far as the API server's streams need it."""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from draftpy.adapters.kube.wires import Wire

PROTOCOL = "SPDY/3.1"
# Servers read frames of any size; smaller ones keep both directions moving.
_FRAME_BYTES = 65536
_HEAD_BYTES = 8
# A stream whose end cannot be said at once is in the middle of something.
_SOON_S = 0.2
_CONTROL = 0x80030000
_SYN_STREAM, _SYN_REPLY, _RST_STREAM, _PING, _GOAWAY = 1, 2, 3, 6, 7
_IS_CONTROL, _LAST = 1 << 31, 1 << 24


@dataclass(frozen=True, slots=True, kw_only=True)
class SpdyFrame:
    """Something that happened to one stream: bytes, its end, or both; or that it was accepted."""

    stream: int
    payload: bytes = b""
    is_last: bool = False
    is_accepted: bool = False
    is_broken: bool = False


class SpdySession:
    """Streams over one wire; one thread may read while others write. Windows are not kept to.

    No server that speaks this keeps to windows either: a stream that is not read holds up all.
    """

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        # Without the protocol's dictionary: that is allowed, and only makes headers longer.
        self._headers = zlib.compressobj()
        self._next_stream = 1

    def open_streams(self, *headers: Mapping[str, str]) -> tuple[int, ...]:
        """Open streams; their numbers. Only one thread may open."""
        opened = tuple(self._next_stream + 2 * number for number in range(len(headers)))
        self._next_stream += 2 * len(headers)
        frames = (self._syn(stream, each) for stream, each in zip(opened, headers, strict=True))
        self._wire.send_all(b"".join(frames))
        return opened

    def send(self, stream: int, payload: bytes) -> None:
        """Send every byte on a stream; raises OSError when the wire broke."""
        for start in range(0, len(payload), _FRAME_BYTES):
            piece = payload[start : start + _FRAME_BYTES]
            self._wire.send_all(struct.pack("!II", stream, len(piece)) + piece)

    def finish(self, stream: int) -> None:
        """Say that nothing more comes on a stream."""
        self._wire.send_all(struct.pack("!II", stream, _LAST))

    def finish_soon(self, stream: int) -> bool:
        """Say so if that can be done at once; whether it was. Only for who reads, too."""
        return self._wire.send_soon(struct.pack("!II", stream, _LAST), _SOON_S)

    def recv(self) -> SpdyFrame:
        """What happens next to any stream; raises OSError, InterruptedError."""
        while True:
            first, second = struct.unpack("!II", self._wire.look(_HEAD_BYTES))
            # Nothing is taken before all of it is there: a reader may be called away.
            payload = self._wire.look(second & (_LAST - 1), start=_HEAD_BYTES)
            self._wire.skip(_HEAD_BYTES + len(payload))
            is_last = bool(second & _LAST)
            if not first & _IS_CONTROL:
                return SpdyFrame(stream=first, payload=payload, is_last=is_last)
            frame = self._take_control(first & 0xFFFF, payload, is_last=is_last)
            if frame is not None:
                return frame

    def _take_control(self, kind: int, payload: bytes, *, is_last: bool) -> SpdyFrame | None:
        if kind == _PING:
            self._wire.send_all(struct.pack("!II", _CONTROL | _PING, len(payload)) + payload)
        if kind == _GOAWAY:
            raise OSError("the API server ends the connection")
        if kind not in (_SYN_REPLY, _RST_STREAM) or len(payload) < 4:
            return None
        (stream,) = struct.unpack("!I", payload[:4])
        is_broken = kind == _RST_STREAM
        return SpdyFrame(
            stream=stream, is_last=is_last, is_accepted=not is_broken, is_broken=is_broken
        )

    def _syn(self, stream: int, headers: Mapping[str, str]) -> bytes:
        texts = [text.encode() for pair in headers.items() for text in pair]
        block = struct.pack("!I", len(headers))
        block += b"".join(struct.pack("!I", len(text)) + text for text in texts)
        packed = self._headers.compress(block) + self._headers.flush(zlib.Z_SYNC_FLUSH)
        body = struct.pack("!IIH", stream, 0, 0) + packed
        return struct.pack("!II", _CONTROL | _SYN_STREAM, len(body)) + body
