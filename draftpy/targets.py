"""Pods that connections may be sent to, as far as forwarding needs to know them."""

import threading
from dataclasses import dataclass, field
from typing import Protocol


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

    def close(self) -> None:
        """Let go of what is kept ready; streams that are open stay so."""
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
