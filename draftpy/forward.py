"""A local connection to a port of whichever pod serves it, held while pods are replaced."""

import itertools
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from draftpy.clock import Deadline
from draftpy.gate import Gate

# A pod that is ready but refuses is asked again after this; a new pod at once.
RETRY_S = 0.1
CHUNK_BYTES = 256 * 1024
# What a client has sent is kept up to this size until the pod answers, in case it is refused.
KEEP_BYTES = 256 * 1024
# A client that has ended its side: how long its connection may be idle after its answer came, or
# while it waits for one. Not every transport can tell the app that the client has ended.
ANSWERED_IDLE_S = 0.5
UNANSWERED_IDLE_S = 60.0
CLOSING_S = 1.0
# Requests that may be asked again if a pod went away before it answered (RFC 9110, 9.2.2).
_SAFE_REQUESTS = (b"GET ", b"HEAD ", b"OPTIONS ")
# How long a pod that broke a connection may take to be seen as gone.
GONE_S = 0.5
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_numbers = itertools.count(1)


class Connection(Protocol):
    """A byte stream to a port of a pod."""

    def recv(self, max_bytes: int) -> bytes:
        """Some bytes; b"" at the end; raises OSError when the stream broke.

        ConnectionRefusedError says that nothing listens on the port: no byte reached the app.
        """
        ...

    def send_all(self, payload: bytes) -> None:
        """Send every byte; raises OSError when the stream broke."""
        ...

    def finish_sending(self) -> None:
        """Tell the other side that nothing more comes, where the transport can."""
        ...

    def close(self) -> None:
        """End both directions; safe to call twice, from any thread, and unblocks `recv`."""
        ...


class PodDialer(Protocol):
    """How to reach a port inside a pod."""

    def dial(self, pod: str, port: int) -> Connection:
        """Open a stream; raises OSError when the pod is gone or refuses."""
        ...


@dataclass(slots=True, kw_only=True)
class Targets:
    """The pods that connections may go to at this moment, best first."""

    _pods: tuple[str, ...] = ()
    _is_closed: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def pods(self) -> tuple[str, ...]:
        """The pods now."""
        return self._pods

    @property
    def is_closed(self) -> bool:
        """Whether nobody shall be dialled any more."""
        return self._is_closed

    def set_pods(self, pods: tuple[str, ...]) -> None:
        """From now on these."""
        with self._changed:
            if pods != self._pods:
                self._pods = pods
                self._changed.notify_all()

    def close(self) -> None:
        """Wake whoever waits, for good."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def wait_pods(self, timeout_s: float) -> tuple[str, ...]:
        """The pods, as soon as there are any or the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._pods or self._is_closed, timeout_s)
            return self._pods

    def wait_change(self, timeout_s: float) -> None:
        """Block until there are other pods, or the time is over."""
        with self._changed:
            before = self._pods
            self._changed.wait_for(lambda: self._pods != before or self._is_closed, timeout_s)


@dataclass(slots=True, kw_only=True, eq=False)
class HeldConnection:
    """One client's connection: waits for a pod, then carries bytes both ways."""

    client: socket.socket
    targets: Targets
    dialer: PodDialer
    gate: Gate
    port: int
    deadline: Deadline
    _number: int = field(default_factory=lambda: next(_numbers))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _is_ended: threading.Event = field(default_factory=threading.Event)
    _uplink: threading.Thread | None = None
    _pod: Connection | None = None
    # What the client has sent; None once it cannot be sent again.
    _kept: bytearray | None = field(default_factory=bytearray)
    _has_client_finished: bool = False
    _has_answer: bool = False
    _answers: int = 0
    _pod_name: str = ""
    _was_asked_again: bool = False

    def run(self) -> None:
        """Serve the client to its end, over several pods if one refuses; closes the socket."""
        try:
            refused: set[str] = set()
            while (pod := self._dial(refused)) is not None:
                if self._carry_down(pod):
                    return
                refused.add(self._pod_name)
        finally:
            self._close()

    def abort(self) -> None:
        """End both directions, from any thread; `run` returns soon after."""
        self._is_ended.set()
        with suppress(OSError):
            self.client.shutdown(socket.SHUT_RDWR)
        with self._lock:
            pod = self._pod
        if pod is not None:
            pod.close()

    def _close(self) -> None:
        self._is_ended.set()
        if self._pod is not None:
            self._pod.close()
        if self._uplink is not None:
            # Closing with unread bytes would reset the connection under the answer's last bytes.
            self._uplink.join(CLOSING_S)
            with suppress(OSError):
                self.client.shutdown(socket.SHUT_RD)
            self._uplink.join(CLOSING_S)
        self.client.close()

    def _dial(self, refused: set[str]) -> Connection | None:
        while not (self.deadline.has_passed() or self._is_over()):
            if not self.gate.wait_open(min(RETRY_S, self.deadline.left_s())):
                continue
            for pod in self.targets.wait_pods(min(RETRY_S, self.deadline.left_s())):
                if pod in refused:
                    continue
                self._pod_name = pod
                with suppress(OSError):
                    return self.dialer.dial(pod, self.port)
            if self.targets.pods:
                # Nothing listens anywhere: the app is just starting or stopping.
                self.targets.wait_change(RETRY_S)
                refused.clear()
        return None

    def _is_over(self) -> bool:
        """Whether we stop, or the client went away before it was served."""
        if self.targets.is_closed or self._is_ended.is_set():
            return True
        if self._uplink is not None:
            return False
        try:
            return self.client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def _carry_down(self, pod: Connection) -> bool:
        """Carry bytes until a side ends; False if another pod may be tried."""
        self._adopt(pod)
        try:
            while chunk := pod.recv(CHUNK_BYTES):
                self._note_answer()
                self.client.sendall(chunk)
        except ConnectionRefusedError:
            is_torn, can_retry = True, self._kept is not None
        except OSError:
            is_torn, can_retry = True, self._may_ask_again()
        else:
            is_torn, can_retry = False, self._may_ask_again()
        if can_retry and not self._is_ended.is_set():
            pod.close()
            return False
        self._end_answer(is_torn=is_torn)
        return True

    def _may_ask_again(self) -> bool:
        """Whether a pod went away with an unanswered request that changes nothing: once only."""
        if self._was_asked_again or not self._kept or not self._kept.startswith(_SAFE_REQUESTS):
            return False
        self._was_asked_again = True
        if self._pod_name in self.targets.pods:
            self.targets.wait_change(GONE_S)
        return self._pod_name not in self.targets.pods[:1]

    def _end_answer(self, *, is_torn: bool) -> None:
        """Tell the client the end; it must not take a torn answer for a whole one."""
        with suppress(OSError):
            if is_torn:
                self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
                self.client.shutdown(socket.SHUT_RD)
            else:
                self.client.shutdown(socket.SHUT_WR)

    def _adopt(self, pod: Connection) -> None:
        """From now on the client's bytes go to this pod, after those that it has sent already."""
        with self._lock:
            self._pod = pod
            with suppress(OSError):  # what it was, `recv` tells better
                if self._kept:
                    pod.send_all(bytes(self._kept))
                if self._has_client_finished:
                    pod.finish_sending()
        if self._is_ended.is_set():
            pod.close()
        elif self._uplink is None:
            name = f"forward-up-{self._number}"
            self._uplink = threading.Thread(target=self._carry_up, name=name, daemon=True)
            self._uplink.start()

    def _note_answer(self) -> None:
        self._has_answer = True
        self._answers += 1
        if self._kept is not None:
            with self._lock:
                self._kept = None

    def _carry_up(self) -> None:
        """Carry the client's bytes to whichever pod is the one now; body of the second thread."""
        try:
            while payload := self.client.recv(CHUNK_BYTES):
                self._send_up(payload)
        except OSError:
            self.abort()
            return
        with self._lock:
            self._has_client_finished = True
            pod = self._pod
        if pod is not None:
            with suppress(OSError):
                pod.finish_sending()
        self._wait_last_answer()

    def _send_up(self, payload: bytes) -> None:
        """Raises OSError if the bytes are lost: not sent, and not kept to be sent again."""
        with self._lock:
            self._has_answer = False
            if self._kept is not None and len(self._kept) + len(payload) <= KEEP_BYTES:
                self._kept += payload
            else:
                self._kept = None
            is_kept, pod = self._kept is not None, self._pod
        try:
            if pod is not None:
                pod.send_all(payload)
        except OSError:
            if not is_kept:
                raise

    def _wait_last_answer(self) -> None:
        """End the connection when nothing has come for long after the client's end."""
        answers = -1
        while answers != self._answers:
            answers = self._answers
            idle_s = ANSWERED_IDLE_S if self._has_answer else UNANSWERED_IDLE_S
            if self._is_ended.wait(idle_s):
                return
        self.abort()
