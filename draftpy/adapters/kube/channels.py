"""Websockets to the API server whose frames each belong to a numbered channel."""

import json
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlencode, urlsplit

from draftpy.adapters.kube.client import CONNECT_S, TCP_OPTIONS, KubeClient
from draftpy.adapters.kube.tls_socket import TlsSocket
from draftpy.adapters.kube.websockets import HandshakeRefused, WebSocket

# The API server reads frames of any size; smaller ones keep both directions moving.
FRAME_BYTES = 65536


class ChannelSocket:
    """One open websocket; one thread may read it while others write."""

    def __init__(self, frames: WebSocket, transport: "socket.socket | TlsSocket") -> None:
        self.protocol = frames.protocol
        self._frames = frames
        self._transport = transport
        self._is_closed = threading.Event()

    def recv(self) -> tuple[int, bytes] | None:
        """A frame's channel with its bytes; None at the end, by either side; raises OSError."""
        try:
            while (frame := self._frames.recv()) is not None:
                if frame:
                    return frame[0], frame[1:]
        except OSError:
            # The server says when it has sent everything: an end without that is a cut.
            if not self._is_closed.is_set():
                raise
        return None

    def send(self, channel: int, payload: bytes) -> None:
        """Send every byte on a channel; raises OSError when the stream broke."""
        head = bytes((channel,))
        for start in range(0, len(payload), FRAME_BYTES):
            self._frames.send(head + payload[start : start + FRAME_BYTES])

    def set_timeout(self, timeout_s: float | None) -> None:
        """How long one read or write may wait for the network; None: for ever."""
        self._transport.settimeout(timeout_s)

    def close(self) -> None:
        """End both directions, from any thread; wakes who reads; safe to call twice."""
        self._is_closed.set()
        with suppress(OSError):
            self._transport.shutdown(socket.SHUT_RDWR)
        self._transport.close()


def open_channels(
    client: KubeClient, path: str, query: Sequence[tuple[str, str]], protocols: Sequence[str]
) -> ChannelSocket:
    """Open a websocket; raises OSError if the server cannot be reached, or refuses."""
    server = urlsplit(client.server)
    target = f"{server.path.rstrip('/')}{path}?{urlencode(query)}"
    headers = client.auth_headers()
    transport = _connect(client)
    frames = WebSocket(transport)
    try:
        transport.settimeout(CONNECT_S)
        frames.shake_hands(server.netloc, target, headers, protocols)
        transport.settimeout(None)
    except OSError as error:
        transport.close()
        raise OSError(_describe(error)) from error
    return ChannelSocket(frames, transport)


def _connect(client: KubeClient) -> "socket.socket | TlsSocket":
    server = urlsplit(client.server)
    is_tls = server.scheme == "https"
    address = (server.hostname or "", server.port or (443 if is_tls else 80))
    plain = socket.create_connection(address, timeout=CONNECT_S)
    for level, option, value in TCP_OPTIONS:
        plain.setsockopt(level, option, value)
    if not is_tls:
        return plain
    name = client.configuration.tls_server_name or server.hostname
    try:
        return TlsSocket(client.tls.wrap_socket(plain, server_hostname=name))
    except BaseException:
        plain.close()
        raise


def _describe(error: OSError) -> str:
    """Why a handshake failed, in the server's own words where it has some."""
    if not isinstance(error, HandshakeRefused):
        return str(error)
    return f"the API server answers {error.status}{_message_of(error.body)}"


def _message_of(body: bytes) -> str:
    try:
        status = json.loads(body)
    except ValueError:
        return ""
    message = status.get("message") if isinstance(status, dict) else None
    return f": {message}" if isinstance(message, str) else ""
