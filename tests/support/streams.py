"""Pods that are servers on loopback, and dialers that reach them."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Answer = Callable[[socket.socket], None]


class SocketConnection:
    """A forward.Connection over a real socket; not every transport can end one side alone."""

    def __init__(self, sock: socket.socket, *, can_half_close: bool = True) -> None:
        self._sock = sock
        self._can_half_close = can_half_close

    def recv(self, max_bytes: int) -> bytes:
        return self._sock.recv(max_bytes)

    def send_all(self, payload: bytes) -> None:
        self._sock.sendall(payload)

    def finish_sending(self) -> None:
        if self._can_half_close:
            self._sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        with suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()


class RefusingConnection:
    """What the kubelet gives when nothing listens in the pod: a stream that then says so."""

    def __init__(self, *, after_bytes: int = 1) -> None:
        self.received = bytearray()
        self._after_bytes = after_bytes
        self._has_bytes = threading.Event()
        self.is_closed = False

    def recv(self, max_bytes: int) -> bytes:
        # The refusal comes after the client has begun to send, or when it does not.
        self._has_bytes.wait(1 if self._after_bytes == 1 else 30)
        raise ConnectionRefusedError("connect: connection refused")

    def send_all(self, payload: bytes) -> None:
        if self.is_closed:
            raise OSError("closed")
        self.received += payload
        if len(self.received) >= self._after_bytes:
            self._has_bytes.set()

    def finish_sending(self) -> None:
        pass

    def close(self) -> None:
        self.is_closed = True
        self._has_bytes.set()


class LoopbackDialer:
    """Dials pods by name: a port on loopback, or None for a pod that accepts and then refuses."""

    def __init__(self, *, refuses_after_bytes: int = 1, **pods: int | None) -> None:
        self._refuses_after_bytes = refuses_after_bytes
        self.pods: dict[str, int | None] = dict(pods)
        self.can_half_close = True
        self.dialled: list[str] = []
        self.is_closed = False
        self.refusals: list[RefusingConnection] = []

    def dial(self, pod: str, port: int) -> SocketConnection | RefusingConnection:
        self.dialled.append(pod)
        if pod not in self.pods:
            raise OSError(f"pod {pod} not found")
        local = self.pods[pod]
        if local is None:
            self.refusals.append(RefusingConnection(after_bytes=self._refuses_after_bytes))
            return self.refusals[-1]
        sock = socket.create_connection(("127.0.0.1", local))
        return SocketConnection(sock, can_half_close=self.can_half_close)

    def close(self) -> None:
        self.is_closed = True


@contextmanager
def serving(answer: Answer) -> Iterator[int]:
    """A TCP server on loopback; `answer` serves each connection on a thread; gives the port."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as server:

        def serve(client: socket.socket) -> None:
            with client, suppress(OSError):
                answer(client)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = server.accept()
                    threading.Thread(target=serve, args=[client], daemon=True).start()

        acceptor = threading.Thread(target=accept, daemon=True)
        acceptor.start()
        try:
            yield server.getsockname()[1]
        finally:
            server.shutdown(socket.SHUT_RDWR)
            acceptor.join()


def saying(text: bytes) -> Answer:
    """Read one request of any size up to its first 64 KiB, answer with the text, close."""

    def answer(client: socket.socket) -> None:
        client.recv(65536)
        client.sendall(text)

    return answer


def echoing(client: socket.socket) -> None:
    """Send back what comes, until the end."""
    while payload := client.recv(65536):
        client.sendall(payload)


def is_ended(client: socket.socket) -> bool:
    """Whether the other side ends the connection without another byte, cleanly or by a reset."""
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def read_all(client: socket.socket) -> bytes:
    """Everything until the other side ends."""
    chunks = []
    while chunk := client.recv(65536):
        chunks.append(chunk)
    return b"".join(chunks)
