"""Local ports: what the user asked for, and sockets on loopback."""

import errno
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass

from draftpy.errors import UsageError

LOOPBACKS = ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
# Machines without IPv6 say one of these.
_NO_SUCH_ADDRESS = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT)
# Ports below 1024 may need privileges: 80 becomes 8080, 443 becomes 8443.
_FIRST_FREE_FOR_ALL = 1024
_UNPRIVILEGED_OFFSET = 8000
_TRIES = 20
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortMapping:
    """A local port for a container port; `local` 0 means any free one."""

    local: int
    remote: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Sockets that listen on one port of the loopback addresses."""

    port: int
    sockets: tuple[socket.socket, ...]

    def close(self) -> None:
        """Give the port back."""
        for listening in self.sockets:
            listening.close()


def parse_port_mapping(text: str) -> PortMapping:
    """Parse `LOCAL:REMOTE`, `PORT` (both the same) or `:REMOTE` (any local); raises UsageError."""
    local, colon, remote = text.rpartition(":")
    ports = (local or "0" if colon else remote, remote)
    is_number = all(port.isascii() and port.isdigit() and int(port) < 65536 for port in ports)
    if not is_number or int(remote) == 0:
        raise UsageError(f"{text!r} is not a port mapping", remedy="use LOCAL:REMOTE, as 9000:8080")
    return PortMapping(local=int(ports[0]), remote=int(remote))


def listen_exactly(port: int) -> Listener:
    """Listen on this port (0: any free one); raises UsageError if it cannot be had."""
    try:
        return _listen(port)
    except OSError as error:
        raise UsageError(
            f"local port {port} cannot be used",
            evidence=error.strerror or str(error),
            remedy="end what listens there, or choose another: --port LOCAL:REMOTE",
        ) from error


def listen_near(port: int) -> Listener:
    """Listen on this port or, if it is taken, on one like it, or on any free one."""
    for candidate in _candidates(port):
        try:
            return _listen(candidate)
        except OSError:
            continue
    return listen_exactly(0)


def end_client(client: socket.socket, *, is_torn: bool) -> None:
    """Tell a client that nothing more comes; it must not take a torn answer for a whole one."""
    with suppress(OSError):
        if is_torn:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            client.shutdown(socket.SHUT_RD)
        else:
            client.shutdown(socket.SHUT_WR)


def _candidates(port: int) -> list[int]:
    base = port + _UNPRIVILEGED_OFFSET if port < _FIRST_FREE_FOR_ALL else port + 1
    return [port, *range(base, min(base + _TRIES, 65536))]


def _listen(port: int) -> Listener:
    sockets: list[socket.socket] = []
    for family, address in LOOPBACKS:
        try:
            sockets.append(_listen_on(family, address, port))
        except OSError as error:
            if sockets and error.errno in _NO_SUCH_ADDRESS:
                continue
            for listening in sockets:
                listening.close()
            raise
        port = sockets[0].getsockname()[1]
    return Listener(port=port, sockets=tuple(sockets))


def _listen_on(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        # A port whose connections are just ending can be had again at once.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((address, port))
        listening.listen(128)
        listening.settimeout(0)
    except OSError:
        listening.close()
        raise
    return listening
