"""A socket that one thread reads while another writes, and a third may call away."""

import errno
import selectors
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class WireSocket:
    """What a wire needs of a socket, of TLS or not.

    OpenSSL allows one thread at a time inside a connection, and Python 3.12 and older do not see to
    that: a read and a write at once mix up each other's bytes. So each call holds a lock, and none
    waits for the network while it holds it.
    """

    def __init__(self, wrapped: socket.socket) -> None:
        self._wrapped = wrapped
        self._alarm, self._alarmed = socket.socketpair()
        self._alarmed.settimeout(0)
        self._timeout_s = wrapped.gettimeout()
        self._lock = threading.Lock()
        self._waiting = 0
        self._is_closed = False
        wrapped.settimeout(0)

    def recv(self, max_bytes: int, _flags: int = 0) -> bytes:
        """Some bytes; b"" at the end; raises OSError, TimeoutError, InterruptedError."""
        return self._retry(lambda: self._wrapped.recv(max_bytes), selectors.EVENT_READ)

    def send(self, payload: Any, _flags: int = 0) -> int:
        """Send some of the bytes; how many."""
        return self._retry(lambda: self._wrapped.send(payload), selectors.EVENT_WRITE)

    def interrupt(self) -> None:
        """Let who waits for bytes, or is the next to, leave with InterruptedError."""
        with suppress(OSError):
            self._alarm.send(b"!")

    def calm(self) -> None:
        """Forget an interruption that nobody has met."""
        with suppress(OSError):
            self._alarmed.recv(16)

    def settimeout(self, timeout_s: float | None) -> None:
        """How long a call may wait for the network; None: for ever."""
        self._timeout_s = timeout_s

    def gettimeout(self) -> float | None:
        """How long a call may wait for the network."""
        return self._timeout_s

    def fileno(self) -> int:
        """The descriptor."""
        return self._wrapped.fileno()

    def shutdown(self, how: int) -> None:
        """End the connection below TLS, so that a thread that waits for it wakes up."""
        socket.socket.shutdown(self._wrapped, how)

    def close(self) -> None:
        """Give the descriptor back, as soon as no thread waits for the network any more.

        Closed under a waiting thread it would never wake it, or be another connection's by then.
        """
        with self._lock:
            self._is_closed = True
            if not self._waiting:
                self._give_back()
                return
        with suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)

    def _give_back(self) -> None:
        for each in (self._wrapped, self._alarm, self._alarmed):
            each.close()

    def _retry(self, call: Callable[[], Answer], usual: int) -> Answer:
        while True:
            with self._lock:
                if self._is_closed:
                    raise OSError(errno.EBADF, "the connection was closed")
                try:
                    return call()
                except ssl.SSLWantReadError:
                    waits_for = selectors.EVENT_READ
                except ssl.SSLWantWriteError:
                    waits_for = selectors.EVENT_WRITE
                except BlockingIOError:
                    waits_for = usual
                self._waiting += 1
            try:
                self._wait(waits_for, can_leave=usual == selectors.EVENT_READ)
            finally:
                self._end_wait()

    def _end_wait(self) -> None:
        with self._lock:
            self._waiting -= 1
            if self._is_closed and not self._waiting:
                self._give_back()

    def _wait(self, waits_for: int, *, can_leave: bool) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._wrapped, waits_for)
            if can_leave:
                selector.register(self._alarmed, selectors.EVENT_READ)
            ready = selector.select(self._timeout_s)
        if not ready:
            raise TimeoutError("the other side does not answer")
        if all(key.fileobj is self._alarmed for key, _ in ready):
            self.calm()
            raise InterruptedError("called away")
