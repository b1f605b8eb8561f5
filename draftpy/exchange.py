"""One request with its answer, as far as both have passed through a forward."""

import tempfile
from typing import IO

from draftpy.http_messages import AnswerMessage, RequestMessage

# What a client has sent is kept until the first byte of its answer: in memory up to the first
# size, in a file up to the second. A pod that refuses has said so long before that many bytes.
MEMORY_BYTES = 1024 * 1024
KEEP_BYTES = 64 * MEMORY_BYTES
_CHUNK_BYTES = 256 * 1024
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
        self._memory = bytearray()
        self._file: IO[bytes] | None = None

    def add(self, payload: bytes) -> None:
        """Keep these too, unless it would be too much: then nothing is kept any more."""
        if self.size + len(payload) > KEEP_BYTES:
            self.drop()
        if not self.is_whole:
            return
        self.size += len(payload)
        self._memory += payload
        if len(self._memory) > MEMORY_BYTES:
            self._spill()

    def read(self, start: int) -> bytes:
        """Some bytes from `start` on; b"" at the end."""
        filed = self.size - len(self._memory)
        if start >= filed:
            return bytes(self._memory[start - filed : start - filed + _CHUNK_BYTES])
        assert self._file is not None
        self._file.seek(start)
        return self._file.read(min(_CHUNK_BYTES, filed - start))

    def drop(self) -> None:
        """Keep nothing from now on."""
        self.is_whole = False
        self.size = 0
        self._memory = bytearray()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _spill(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by drop
        self._file.seek(self.size - len(self._memory))
        self._file.write(self._memory)
        self._memory = bytearray()


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
