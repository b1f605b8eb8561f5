"""Websockets to the API server whose frames each belong to a numbered channel."""

import json
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

import websocket

from draftpy.adapters.kube.client import CONNECT_S, TCP_OPTIONS, KubeClient
from draftpy.adapters.kube.tls_socket import TlsSocket

# The API server reads frames of any size; smaller ones keep both directions moving.
FRAME_BYTES = 65536


class ChannelSocket:
    """One open websocket; one thread may read it while others write."""

    def __init__(self, channel: Any, transport: "socket.socket | TlsSocket") -> None:
        self.protocol = str(channel.subprotocol or "")
        self._channel = channel
        self._transport = transport
        self._is_closed = threading.Event()

    def recv(self) -> tuple[int, bytes] | None:
        """A frame's channel with its bytes; None at the end, by either side; raises OSError."""
        while True:
            try:
                opcode, frame = self._channel.recv_data()
            except (websocket.WebSocketException, OSError, ValueError) as error:
                # The server says when it has sent everything: an end without that is a cut.
                if self._is_closed.is_set():
                    return None
                raise OSError(str(error)) from error
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return None
            if frame:
                return frame[0], bytes(frame[1:])

    def send(self, channel: int, payload: bytes) -> None:
        """Send every byte on a channel; raises OSError when the stream broke."""
        head = bytes((channel,))
        try:
            for start in range(0, len(payload), FRAME_BYTES):
                self._channel.send_binary(head + payload[start : start + FRAME_BYTES])
        except (websocket.WebSocketException, ValueError) as error:
            raise OSError(str(error)) from error

    def set_timeout(self, timeout_s: float | None) -> None:
        """How long one read or write may wait for the network; None: for ever."""
        self._channel.settimeout(timeout_s)

    def close(self) -> None:
        """End both directions, from any thread; wakes who reads; safe to call twice."""
        self._is_closed.set()
        with suppress(OSError):
            self._transport.shutdown(socket.SHUT_RDWR)
        # The websocket would close none but a plain socket.
        self._transport.close()


def open_channels(
    client: KubeClient, path: str, query: Sequence[tuple[str, str]], protocols: Sequence[str]
) -> ChannelSocket:
    """Open a websocket; raises OSError if the server cannot be reached, or refuses."""
    scheme, host, base, _, _ = urlsplit(client.server)
    scheme = "wss" if scheme == "https" else "ws"
    url = urlunsplit((scheme, host, base + path, urlencode(query), ""))
    headers = [f"{name}: {value}" for name, value in client.auth_headers().items()]
    options = {"header": headers, "subprotocols": list(protocols), "suppress_origin": True}
    channel: Any = websocket.WebSocket(enable_multithread=True, skip_utf8_validation=True)
    transport = _connect(client)
    try:
        channel.settimeout(CONNECT_S)
        channel.connect(url, socket=transport, **options)
    except (websocket.WebSocketException, OSError) as error:
        transport.close()
        raise OSError(_describe(error)) from error
    return ChannelSocket(channel, transport)


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


def _describe(error: Exception) -> str:
    """Why a handshake failed, without the headers and the whole body that came with it."""
    if not isinstance(error, websocket.WebSocketBadStatusException):
        return str(error)
    return f"the API server answers {error.status_code}{_message_of(error.resp_body)}"


def _message_of(body: bytes | str | None) -> str:
    try:
        status = json.loads(body or "")
    except ValueError:
        return ""
    message = status.get("message") if isinstance(status, dict) else None
    return f": {message}" if isinstance(message, str) else ""
