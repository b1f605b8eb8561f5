"""Where each HTTP/1 message ends in a stream of bytes, none of which is changed.

A message that cannot be followed for certain is `is_raw`: from there on it is bytes.
"""

import re
from collections.abc import Iterable
from typing import Protocol

# A head longer than this is none.
HEAD_BYTES = 65536
_LINE_BYTES = 8192
_LENGTH_DIGITS = 18
_REQUEST_LINE = re.compile(rb"([A-Z][A-Z_-]*) \S+ HTTP/1\.([01])\r\n")
_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) (\d{3})(?: [^\r\n]*)?\r\n")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\Z")
_METHOD_START = re.compile(rb"[A-Z][A-Z_-]{0,31}(?: |\Z)")
# Requests that may be asked again if a pod went away before it answered (RFC 9110, 9.2.2).
_SAFE_METHODS = frozenset((b"GET", b"HEAD", b"OPTIONS"))
_SWITCHING = 101
_WITHOUT_BODY = frozenset((204, 304))


class _Unclear(Exception):
    """Where the message ends cannot be known."""


class _Body(Protocol):
    is_complete: bool

    def feed(self, payload: bytes, start: int) -> int:
        """Take what belongs to the body; where it ends in the payload."""
        ...


class _Sized:
    """A body of a known length."""

    def __init__(self, size: int) -> None:
        self._left = size
        self.is_complete = size == 0

    def feed(self, payload: bytes, start: int) -> int:
        taken = min(self._left, len(payload) - start)
        self._left -= taken
        self.is_complete = self._left == 0
        return start + taken


class _Endless:
    """A body that ends with the connection."""

    is_complete = False

    def feed(self, payload: bytes, start: int) -> int:
        return max(start, len(payload))


class _Chunked:
    """A body in chunks, with its trailers."""

    def __init__(self) -> None:
        self.is_complete = False
        self._chunk = _Sized(0)
        self._line = b""
        self._is_in_trailers = False
        self._is_after_chunk = False

    def feed(self, payload: bytes, start: int) -> int:
        while start < len(payload) and not self.is_complete:
            if self._chunk.is_complete:
                start = self._feed_line(payload, start)
            else:
                start = self._chunk.feed(payload, start)
        return start

    def _feed_line(self, payload: bytes, start: int) -> int:
        end = payload.find(b"\n", start) + 1
        self._line += payload[start : end or None]
        if len(self._line) > _LINE_BYTES:
            raise _Unclear
        if end == 0:
            return len(payload)
        line, self._line = self._line[:-1], b""
        self._take_line(line)
        return end

    def _take_line(self, line: bytes) -> None:
        if self._is_in_trailers:
            self.is_complete = not line.rstrip(b"\r")
        elif self._is_after_chunk:
            if line.rstrip(b"\r"):
                raise _Unclear
            self._is_after_chunk = False
        else:
            found = _CHUNK_SIZE.match(line)
            if found is None:
                raise _Unclear
            self._chunk = _Sized(int(found[1], 16))
            self._is_in_trailers = self._chunk.is_complete
            self._is_after_chunk = not self._is_in_trailers


class _Message:
    """What requests and answers have in common; `closes`: the connection ends after it."""

    def __init__(self) -> None:
        self.has_begun = False
        self.is_raw = False
        self.closes = False
        self._head = b""
        self._body: _Body | None = None

    @property
    def is_complete(self) -> bool:
        """Whether all of it has been seen."""
        return self._body is not None and self._body.is_complete

    def feed(self, payload: bytes) -> int:
        """How many of these bytes belong to the message; all of them if it is raw."""
        self.has_begun = self.has_begun or bool(payload)
        position = 0
        try:
            while position < len(payload) and not (self.is_raw or self.is_complete):
                if self._body is None:
                    position = self._feed_head(payload, position)
                else:
                    position = self._body.feed(payload, position)
        except _Unclear:
            self.is_raw = True
        return len(payload) if self.is_raw else position

    def _feed_head(self, payload: bytes, start: int) -> int:
        before = len(self._head)
        self._head += payload[start : start + HEAD_BYTES]
        end = self._head.find(b"\r\n\r\n", max(0, before - 3))
        if end < 0:
            if len(self._head) >= HEAD_BYTES or not self._may_be_head(self._head):
                raise _Unclear
            return len(payload)
        head, self._head = self._head[: end + 2], b""
        self._body = self._find_body(head)
        return start + end + 4 - before

    def _may_be_head(self, begun: bytes) -> bool:
        raise NotImplementedError

    def _find_body(self, head: bytes) -> _Body | None:
        """The body that a head announces; None: another head follows."""
        raise NotImplementedError


class RequestMessage(_Message):
    """A request."""

    def __init__(self) -> None:
        super().__init__()
        self.method = b""

    @property
    def is_safe(self) -> bool:
        """Whether it may be asked twice."""
        return self.method in _SAFE_METHODS

    def _may_be_head(self, begun: bytes) -> bool:
        found = _METHOD_START.match(begun)
        if found and found[0].endswith(b" "):
            self.method = found[0][:-1]
        return found is not None

    def _find_body(self, head: bytes) -> _Body:
        line = _REQUEST_LINE.match(head)
        if line is None or line[1] == b"CONNECT":
            raise _Unclear
        self.method = line[1]
        fields = _Fields(head[line.end() :].split(b"\r\n"))
        self.closes = fields.closes(is_old=line[2] == b"0")
        return fields.find_body(_Sized(0))


class AnswerMessage(_Message):
    """The answer to a request."""

    def __init__(self, request: RequestMessage) -> None:
        super().__init__()
        self._request = request

    def _may_be_head(self, begun: bytes) -> bool:
        return begun[:7] == b"HTTP/1."[: len(begun)]

    def _find_body(self, head: bytes) -> _Body | None:
        line = _STATUS_LINE.match(head)
        if line is None:
            raise _Unclear
        status = int(line[2])
        if status == _SWITCHING:
            raise _Unclear
        if status < 200:
            return None
        fields = _Fields(head[line.end() :].split(b"\r\n"))
        body = fields.find_body(_Endless())
        if self._request.method == b"HEAD" or status in _WITHOUT_BODY:
            body = _Sized(0)
        self.closes = isinstance(body, _Endless) or fields.closes(is_old=line[1] == b"0")
        return body


class _Fields:
    """The header fields that say where a message ends."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._lengths: set[bytes] = set()
        self._codings: list[bytes] = []
        self._options: set[bytes] = set()
        for line in filter(None, lines):
            name, colon, value = line.partition(b":")
            if not colon or name[:1] in b" \t":
                raise _Unclear
            self._take(name.lower(), value.strip(b" \t").lower())

    def _take(self, name: bytes, value: bytes) -> None:
        if name == b"content-length":
            self._lengths.add(value)
        elif name == b"transfer-encoding":
            self._codings += _list(value)
        elif name == b"connection":
            self._options.update(_list(value))

    def closes(self, *, is_old: bool) -> bool:
        """Whether the connection ends after this message; `is_old`: in HTTP/1.0."""
        return b"close" in self._options or (is_old and b"keep-alive" not in self._options)

    def find_body(self, unsaid: _Body) -> _Body:
        """The body; `unsaid` if no field speaks of one."""
        if self._codings:
            if self._lengths or self._codings[-1] != b"chunked":
                raise _Unclear
            return _Chunked()
        if not self._lengths:
            return unsaid
        (length,) = self._lengths if len(self._lengths) == 1 else (b"",)
        if not length.isdigit() or len(length) > _LENGTH_DIGITS:
            raise _Unclear
        return _Sized(int(length))


def _list(value: bytes) -> list[bytes]:
    return [each.strip(b" \t") for each in value.split(b",")]
