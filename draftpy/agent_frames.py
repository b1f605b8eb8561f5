"""The frames of agent/PROTOCOL.md: values to bytes, bytes to values."""

import json
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

PROTOCOL = 1
# What `length` may say: it counts the kind, the id, the body.
SMALLEST_LENGTH = 5
LARGEST_LENGTH = 16 * 1024 * 1024
# A file travels in pieces of at most so many bytes.
PIECE_BYTES = 1024 * 1024
LARGEST_ID = 2**32 - 1

_HEAD = struct.Struct(">I1sI")
_LENGTH = struct.Struct(">I")


class Kind(StrEnum):
    """What a frame is, in its fifth byte."""

    HELLO = "H"
    LIST = "L"
    PUT = "P"
    SYNC = "S"
    STATUS = "Q"
    CANCEL = "X"
    OUTPUT = "O"
    RESULT = "R"
    ERROR = "E"
    EVENT = "V"


class FrameError(ValueError):
    """Bytes that are no frame: the connection is of no more use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One message; the client chooses the id, answers repeat it, events have 0."""

    kind: Kind
    id: int
    body: bytes

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; raises FrameError."""
        return _parse_object(self.body)


def encode_frame(kind: Kind, number: int, body: bytes | Mapping[str, Any]) -> bytes:
    """The frame's bytes; a mapping becomes JSON. Raises FrameError if it is too large."""
    content = body if isinstance(body, bytes) else _render_object(body)
    length = SMALLEST_LENGTH + len(content)
    if length > LARGEST_LENGTH or not 0 <= number <= LARGEST_ID:
        raise FrameError(f"a frame of {length} bytes with id {number} cannot be sent")
    return _HEAD.pack(length, kind.encode(), number) + content


def encode_put(
    number: int, path: str, mode: int, chunks: Iterable[bytes], *, link: str = ""
) -> Iterator[bytes]:
    """The frames that put one file, each of at most a piece; a symbolic link has no chunks."""
    if link:
        header = {"path": path, "mode": mode, "last": True, "link": link}
        yield _encode_piece(number, header, b"")
        return
    pending = b""
    for piece in _pieces(chunks):
        if pending:
            yield _encode_piece(number, {"path": path, "mode": mode, "last": False}, pending)
        pending = piece
    yield _encode_piece(number, {"path": path, "mode": mode, "last": True}, pending)


def parse_put(body: bytes) -> tuple[dict[str, Any], bytes]:
    """Header and bytes of a put's body; raises FrameError."""
    if len(body) < _LENGTH.size:
        raise FrameError("a put without a header")
    (length,) = _LENGTH.unpack_from(body)
    end = _LENGTH.size + length
    if end > len(body):
        raise FrameError(f"a put's header of {length} bytes in a body of {len(body)}")
    return _parse_object(body[_LENGTH.size : end]), body[end:]


class FrameReader:
    """Cuts a stream into frames, however it arrives."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def feed(self, payload: bytes) -> list[Frame]:
        """The frames that are complete with these bytes; raises FrameError."""
        self._pending += payload
        frames = []
        while (frame := self._next()) is not None:
            frames.append(frame)
        return frames

    def _next(self) -> Frame | None:
        if len(self._pending) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._pending)
        if not SMALLEST_LENGTH <= length <= LARGEST_LENGTH:
            raise FrameError(f"a frame of {length} bytes")
        end = _LENGTH.size + length
        if len(self._pending) < end:
            return None
        _, letter, number = _HEAD.unpack_from(self._pending)
        body = bytes(self._pending[_HEAD.size : end])
        del self._pending[:end]
        return Frame(kind=_parse_kind(letter), id=number, body=body)


def _encode_piece(number: int, header: Mapping[str, Any], content: bytes) -> bytes:
    head = _render_object(header)
    return encode_frame(Kind.PUT, number, _LENGTH.pack(len(head)) + head + content)


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), PIECE_BYTES):
            yield chunk[start : start + PIECE_BYTES]


def _render_object(body: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    except UnicodeEncodeError as error:
        raise FrameError(f"text that is no UTF-8: {error.object[error.start : error.end]!r}") from (
            error
        )


def _parse_object(text: bytes) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FrameError(f"a body that is no JSON: {text[:40]!r}") from error
    if not isinstance(body, dict):
        raise FrameError(f"a body that is no JSON object: {text[:40]!r}")
    return body


def _parse_kind(letter: bytes) -> Kind:
    try:
        return Kind(letter.decode("ascii"))
    except ValueError:
        raise FrameError(f"a frame of the unknown kind {letter!r}") from None
