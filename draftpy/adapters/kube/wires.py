"""Connections to the API server that it upgrades from HTTP to another protocol."""

import json
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Protocol
from urllib.parse import urlsplit

from draftpy.adapters.kube.client import CONNECT_S, TCP_OPTIONS, KubeClient
from draftpy.adapters.kube.wire_socket import WireSocket

_READ_BYTES = 256 * 1024
_HEAD_BYTES = 65536


class Transport(Protocol):
    """What a wire needs of a socket."""

    def recv(self, max_bytes: int, /) -> bytes:
        """Some bytes; b"" at the end; raises OSError."""
        ...

    def send(self, payload: memoryview, /) -> int:
        """Send some of the bytes; how many; raises OSError."""
        ...

    def settimeout(self, timeout_s: float | None, /) -> None:
        """How long a call may wait for the network."""
        ...

    def interrupt(self) -> None:
        """Let who waits for bytes, or is the next to, leave with InterruptedError."""
        ...

    def calm(self) -> None:
        """Forget an interruption that nobody has met."""
        ...

    def shutdown(self, how: int, /) -> None:
        """End it, so that a thread that waits for it wakes up."""
        ...

    def close(self) -> None:
        """Give the descriptor back."""
        ...


class UpgradeRefused(OSError):
    """The server answers something else than an upgrade; `status` is its HTTP status."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"the API server answers {status}{_message_of(body)}")
        self.status = status


class Wire:
    """A byte stream that one thread may read while others write whole messages."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._buffer = bytearray()
        self._sending = threading.Lock()
        self._closed = threading.Event()

    @property
    def is_closed(self) -> bool:
        """Whether this side closed it."""
        return self._closed.is_set()

    def upgrade(self, method: str, target: str, fields: Mapping[str, str]) -> dict[str, str]:
        """Ask for another protocol; the fields of the answer; raises UpgradeRefused, OSError."""
        lines = [f"{name}: {value}" for name, value in fields.items()]
        head = (f"{method} {target} HTTP/1.1", "Connection: Upgrade", *lines, "", "")
        self.send_all("\r\n".join(head).encode("latin-1"))
        status, answered = self._read_head()
        if status != 101:
            raise UpgradeRefused(status, self._read_body(answered))
        return answered

    def take(self, size: int) -> bytes:
        """The next bytes, so many; raises OSError when the stream broke."""
        taken = self.look(size)
        del self._buffer[:size]
        return taken

    def look(self, size: int, *, start: int = 0) -> bytes:
        """The next bytes from `start` on, so many; they stay where they are; raises OSError."""
        while len(self._buffer) < start + size:
            self._fill()
        with memoryview(self._buffer) as view:
            return bytes(view[start : start + size])

    def skip(self, size: int) -> None:
        """Pass over bytes that were looked at."""
        del self._buffer[:size]

    def send_all(self, payload: bytes) -> None:
        """Send every byte, with none of another thread in between; raises OSError."""
        with self._sending, memoryview(payload) as view:
            sent = 0
            while sent < len(view):
                sent += self._transport.send(view[sent:])

    def send_soon(self, payload: bytes, timeout_s: float) -> bool:
        """Send a few bytes if that can be done at once; only for who reads, too."""
        if not self._sending.acquire(blocking=False):
            return False
        try:
            self.set_timeout(timeout_s)
            with memoryview(payload) as view:
                is_sent = self._transport.send(view) == len(payload)
            self.set_timeout(None)
        except OSError:
            return False
        else:
            return is_sent
        finally:
            self._sending.release()

    def interrupt(self) -> None:
        """Let who reads leave with InterruptedError; nothing that has come is lost."""
        self._transport.interrupt()

    def calm(self) -> None:
        """Forget an interruption that nobody has met."""
        self._transport.calm()

    def set_timeout(self, timeout_s: float | None) -> None:
        """How long one read or write may wait for the network; None: for ever."""
        self._transport.settimeout(timeout_s)

    def close(self) -> None:
        """End both directions, from any thread; wakes who reads; safe to call twice."""
        self._closed.set()
        with suppress(OSError):
            self._transport.shutdown(socket.SHUT_RDWR)
        self._transport.close()

    def _fill(self) -> None:
        more = self._transport.recv(_READ_BYTES)
        if not more:
            raise OSError("the connection to the API server was lost")
        self._buffer += more

    def _read_head(self) -> tuple[int, dict[str, str]]:
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > _HEAD_BYTES:
                raise OSError("the answer is no HTTP")
            self._fill()
        first, *lines = self.take(end + 4).decode("latin-1").rstrip("\r\n").split("\r\n")
        words = first.split(" ", 2)
        if not words[0].startswith("HTTP/1.") or not words[1:] or not words[1].isdigit():
            raise OSError("the answer is no HTTP")
        fields = (line.partition(":") for line in lines)
        return int(words[1]), {name.lower(): value.strip() for name, _, value in fields}

    def _read_body(self, fields: Mapping[str, str]) -> bytes:
        length = fields.get("content-length", "")
        return self.take(min(int(length), _HEAD_BYTES)) if length.isdigit() else b""


def open_wire(client: KubeClient) -> Wire:
    """Connect to the API server, with a limit to each wait; raises OSError."""
    server = urlsplit(client.server)
    is_tls = server.scheme == "https"
    address = (server.hostname or "", server.port or (443 if is_tls else 80))
    plain = socket.create_connection(address, timeout=CONNECT_S)
    for level, option, value in TCP_OPTIONS:
        plain.setsockopt(level, option, value)
    if not is_tls:
        return Wire(WireSocket(plain))
    name = client.configuration.tls_server_name or server.hostname
    try:
        return Wire(WireSocket(client.tls.wrap_socket(plain, server_hostname=name)))
    except BaseException:
        plain.close()
        raise


def request_fields(client: KubeClient) -> dict[str, str]:
    """The fields that every request needs."""
    return {"Host": urlsplit(client.server).netloc, **client.auth_headers()}


def target_of(client: KubeClient, path: str) -> str:
    """What stands in a request for a path of the API."""
    return urlsplit(client.server).path.rstrip("/") + path


def _message_of(body: bytes) -> str:
    try:
        status = json.loads(body)
    except ValueError:
        return ""
    message = status.get("message") if isinstance(status, dict) else None
    return f": {message}" if isinstance(message, str) else ""
