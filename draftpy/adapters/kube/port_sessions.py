"""Byte streams to ports of one pod, one after the other over one connection to the API server."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from draftpy.adapters.kube.client import CONNECT_S, KubeClient
from draftpy.adapters.kube.port_failures import read_failure
from draftpy.adapters.kube.spdy import PROTOCOL, SpdyFrame, SpdySession
from draftpy.adapters.kube.wires import Wire, open_wire, request_fields, target_of

_FORWARDING = "portforward.k8s.io"
# What ends a stream and leaves its session as it was.
_HARMLESS = (InterruptedError, ConnectionRefusedError)
_SMALL_BYTES = 16 * 1024
# What an earlier stream may still send before the session is worth less than a fresh one.
_STALE_FRAMES = 64


@dataclass(slots=True, kw_only=True)
class _Streams:
    """The two streams of one connection; `early` came before they were accepted."""

    data: int
    error: int
    early: list[SpdyFrame] = field(default_factory=list)

    def is_decided(self, frame: SpdyFrame) -> bool:
        """Whether the data stream is accepted, or over already."""
        is_accepted = frame.stream == self.data and frame.is_accepted
        return is_accepted or (frame.stream == self.error and frame.is_last)


class PortSession:
    """A port-forward that carries one stream at a time."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.spdy = SpdySession(wire)
        self._requests = 0

    def open(self, port: int) -> _Streams:
        """Fresh streams to a port; raises OSError."""
        self._requests += 1
        common = {"port": str(port), "requestid": str(self._requests)}
        streams = ({"streamtype": kind, **common} for kind in ("error", "data"))
        error, data = self.spdy.open_streams(*streams)
        opened = _Streams(data=data, error=error)
        self.wire.set_timeout(CONNECT_S)
        self._wait_accepted(opened)
        self.wire.set_timeout(None)
        self.spdy.finish(error)
        return opened

    def close(self) -> None:
        """End it; safe from any thread."""
        self.wire.close()

    def _wait_accepted(self, opened: _Streams) -> None:
        """What is sent before that, the server drops; what happens to a stream may overtake it."""
        for _ in range(_STALE_FRAMES):
            frame = self.spdy.recv()
            if frame.stream in (opened.data, opened.error):
                if frame.is_broken:
                    raise OSError("the API server refuses the stream")
                opened.early.append(frame)
                if opened.is_decided(frame):
                    return
        raise OSError("an earlier stream does not end")


class SessionConnection:
    """See `targets.Connection`; gives its session back when it is closed.

    Who is the last to use it does so: who closes it or, if somebody reads meanwhile, the reader.
    """

    def __init__(
        self, session: PortSession, port: int, give_back: Callable[[PortSession], None]
    ) -> None:
        self._session = session
        self._give_back = give_back
        self._streams = session.open(port)
        self._rest = b""
        self._lock = threading.Lock()
        self._is_reading = False
        self._is_closed = False
        self._is_broken = False
        self._unanswered_bytes = 0

    def recv(self, max_bytes: int) -> bytes:
        """Some bytes; b"" at the end; ConnectionRefusedError if the pod's port refused."""
        if not self._rest and self._begin_reading():
            try:
                self._rest = self._read()
            except OSError as error:
                self._is_broken = not isinstance(error, _HARMLESS)
                if not self._is_closed:
                    raise
            finally:
                self._end_reading()
        taken, self._rest = self._rest[:max_bytes], self._rest[max_bytes:]
        return taken

    def send_all(self, payload: bytes) -> None:
        """Send every byte; raises OSError when the stream broke."""
        if self._is_closed:
            raise OSError("the connection was closed")
        self._unanswered_bytes += len(payload)
        self._session.spdy.send(self._streams.data, payload)

    def finish_sending(self) -> None:
        """Nothing: the container runtime would cut the answer off a second later."""

    def close(self) -> None:
        """End both directions; waits for nothing."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            if self._is_reading:
                self._session.wire.interrupt()
                return
        self._release()

    def _begin_reading(self) -> bool:
        with self._lock:
            self._is_reading = not self._is_closed
            return self._is_reading

    def _end_reading(self) -> None:
        with self._lock:
            self._is_reading = False
            is_last = self._is_closed
        if is_last:
            self._session.wire.calm()
            self._release()

    def _release(self) -> None:
        # Bytes that nobody takes hold up the server's other streams for ever.
        is_taken = not self._unanswered_bytes
        if is_taken and not self._is_broken and self._session.spdy.finish_soon(self._streams.data):
            self._give_back(self._session)
        else:
            self._session.close()

    def _read(self) -> bytes:
        """Bytes of the data stream; b"" once the error stream has ended without a word, too."""
        while True:
            frame = self._next_frame()
            if frame.stream not in (self._streams.data, self._streams.error):
                continue
            if frame.is_broken:
                raise OSError("the stream was reset")
            if frame.stream == self._streams.error and frame.payload:
                raise read_failure(frame.payload)
            if frame.payload:
                self._note_answer()
                return frame.payload
            if frame.stream == self._streams.error and frame.is_last:
                return b""

    def _note_answer(self) -> None:
        """An app that answers has read a small request; of a large one nobody knows how much."""
        if self._unanswered_bytes <= _SMALL_BYTES:
            self._unanswered_bytes = 0

    def _next_frame(self) -> SpdyFrame:
        early = self._streams.early
        return early.pop(0) if early else self._session.spdy.recv()


def open_session(client: KubeClient, path: str) -> PortSession:
    """Open a session; `path` is the pod's port-forward; raises UpgradeRefused, OSError."""
    wire = open_wire(client)
    wanted = {
        "Upgrade": PROTOCOL,
        "X-Stream-Protocol-Version": _FORWARDING,
        "Content-Length": "0",
    }
    try:
        wire.upgrade("POST", target_of(client, path), {**request_fields(client), **wanted})
        wire.set_timeout(None)
    except BaseException:
        wire.close()
        raise
    return PortSession(wire)
