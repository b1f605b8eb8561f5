"""A relay in front of something real, to take it away for a while and bring it back."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

Address = tuple[str, int] | str
_CHUNK = 1 << 16


class Relay:
    """Passes connections on to `target`; a text is the path of a unix socket."""

    def __init__(self, address: Address, target: Address) -> None:
        self.address = address
        self._target = target
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        """The local port; only for TCP."""
        return int(self.address[1])

    def open(self) -> None:
        """Listen, at the same address as before."""
        if isinstance(self.address, str):
            Path(self.address).unlink(missing_ok=True)
        listener = _socket(self.address)
        if not isinstance(self.address, str):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(self.address)
        listener.listen(64)
        if not isinstance(self.address, str):
            self.address = listener.getsockname()
        self._listener = listener
        threading.Thread(
            target=self._accept, args=(listener,), name="relay-accept", daemon=True
        ).start()

    def close(self) -> None:
        """Refuse new connections and cut those there are."""
        if self._listener:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        if isinstance(self.address, str):
            Path(self.address).unlink(missing_ok=True)
        with self._lock:
            cut, self._open = self._open, set()
        for each in cut:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = _socket(self._target)
                far.connect(self._target)
            except OSError:
                near.close()
                continue
            with self._lock:
                self._open |= {near, far}
            ends = _Ends((near, far), self._forget)
            for source, sink in ((near, far), (far, near)):
                threading.Thread(
                    target=ends.pump, args=(source, sink), name="relay-pump", daemon=True
                ).start()

    def _forget(self, sockets: tuple[socket.socket, socket.socket]) -> None:
        with self._lock:
            self._open -= set(sockets)
        for each in sockets:
            each.close()


class _Ends:
    """Both ends of a connection; closed when nothing comes from either any more."""

    def __init__(
        self,
        sockets: tuple[socket.socket, socket.socket],
        when_over: Callable[[tuple[socket.socket, socket.socket]], None],
    ) -> None:
        self._sockets = sockets
        self._when_over = when_over
        self._running = 2
        self._lock = threading.Lock()

    def pump(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while chunk := source.recv(_CHUNK):
                sink.sendall(chunk)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)
        with self._lock:
            self._running -= 1
            is_over = not self._running
        if is_over:
            self._when_over(self._sockets)


@contextmanager
def relay(address: Address, target: Address) -> Iterator[Relay]:
    """An open relay; `("127.0.0.1", 0)` takes any free port."""
    found = Relay(address, target)
    found.open()
    try:
        yield found
    finally:
        found.close()


def engine_socket() -> str:
    """The path of the engine's socket."""
    host = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    assert host.startswith("unix://"), f"these tests need an engine at a unix socket, not {host}"
    return host.removeprefix("unix://")


def _socket(address: Address) -> socket.socket:
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    return socket.socket(family, socket.SOCK_STREAM)
