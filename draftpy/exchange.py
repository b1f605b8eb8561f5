"""One request with its answer, as far as both have passed through a forward."""

import bisect

from draftpy.http_messages import AnswerMessage, RequestMessage

# What a client has sent is kept until the first byte of its answer, up to this size. A pod that
# refuses has said so long before that many bytes.
KEEP_BYTES = 32 * 1024 * 1024
# Smaller pieces are joined, larger ones kept as they came.
_PIECE_BYTES = 64 * 1024
# A client that has ended its side: how long its connection may be idle after its answer came, in
# the middle of an answer, or while it waits for one. Not every transport can tell the app that the
# client has ended.
ANSWERED_IDLE_S = 0.5
ANSWERING_IDLE_S = 5.0
UNANSWERED_IDLE_S = 60.0


class KeptBytes:
    """What was sent, to be sent again; no longer `is_whole` once it is too much."""

    def __init__(self) -> None:
        self.size = 0
        self.is_whole = True
        self._pieces: list[bytes | bytearray] = []
        self._starts: list[int] = []

    def add(self, payload: bytes) -> None:
        """Keep these too, unless it would be too much: then nothing is kept any more."""
        if self.size + len(payload) > KEEP_BYTES:
            self.drop()
        if not (self.is_whole and payload):
            return
        last = self._pieces[-1] if self._pieces else b""
        if isinstance(last, bytearray) and len(last) + len(payload) <= _PIECE_BYTES:
            last += payload
        else:
            is_small = len(payload) < _PIECE_BYTES
            self._pieces.append(bytearray(payload) if is_small else payload)
            self._starts.append(self.size)
        self.size += len(payload)

    def read(self, start: int) -> bytes:
        """Some bytes from `start` on; b"" at the end."""
        if start >= self.size:
            return b""
        number = bisect.bisect_right(self._starts, start) - 1
        return bytes(self._pieces[number][start - self._starts[number] :])

    def drop(self) -> None:
        """Keep nothing from now on."""
        self.is_whole = False
        self.size = 0
        self._pieces, self._starts = [], []


class Exchange:
    """A request and its answer; raw from the moment one of them cannot be followed as HTTP/1."""

    def __init__(self) -> None:
        self.request = RequestMessage()
        self.answer = AnswerMessage(self.request)
        self.kept = KeptBytes()
        self.was_asked_again = False
        self._is_raw = False

    @property
    def is_raw(self) -> bool:
        """Whether it is bytes until the connection ends."""
        return self._is_raw or self.request.is_raw or self.answer.is_raw

    @property
    def has_begun(self) -> bool:
        """Whether any byte has passed, either way."""
        return self.request.has_begun or self.answer.has_begun

    @property
    def is_over(self) -> bool:
        """Whether both are complete."""
        return not self.is_raw and self.request.is_complete and self.answer.is_complete

    @property
    def is_last(self) -> bool:
        """Whether the connection ends after it."""
        return self.request.closes or self.answer.closes

    @property
    def patience_s(self) -> float:
        """How long nothing may come for a client that sends nothing more."""
        if not self.answer.has_begun:
            return UNANSWERED_IDLE_S
        return ANSWERED_IDLE_S if self.is_raw else ANSWERING_IDLE_S

    def take_up(self, payload: bytes) -> bytes:
        """The bytes from the client that belong to this exchange."""
        return payload if self.is_raw else payload[: self.request.feed(payload)]

    def take_down(self, payload: bytes) -> bytes:
        """The bytes from the pod that belong to this exchange."""
        if not self.request.has_begun:
            # The server speaks first: that is no HTTP.
            self._is_raw = self.request.has_begun = True
        if self.is_raw:
            self.answer.has_begun = True
            return payload
        return payload[: self.answer.feed(payload)]
