"""One local listener per container port, held open while pods are replaced."""

from typing import Protocol


class Connection(Protocol):
    """A byte stream to a port of a pod."""

    def recv(self, max_bytes: int) -> bytes:
        """Some bytes; b"" at the end; raises OSError when the stream broke."""
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
