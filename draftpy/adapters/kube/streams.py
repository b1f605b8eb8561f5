"""Byte streams to a port of a pod, by the API server's port-forward over a websocket."""

import socket
import ssl
import threading
from contextlib import suppress
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import websocket

from draftpy.adapters.kube.client import CONNECT_S, TCP_OPTIONS, KubeClient
from draftpy.adapters.kube.tls_socket import TlsSocket

_PROTOCOL = "v4.channel.k8s.io"
_DATA, _ERROR = 0, 1
# The API server reads frames of any size; smaller ones keep both directions moving.
_FRAME_BYTES = 65536


class KubeDialer:
    """See `forward.PodDialer`; for one namespace."""

    def __init__(self, client: KubeClient, namespace: str) -> None:
        self._client = client
        self._namespace = namespace

    def dial(self, pod: str, port: int) -> "PodConnection":
        """Open a stream; raises OSError when the pod is gone or the network refuses."""
        scheme, host, path, _, _ = urlsplit(self._client.server)
        target = f"{path}/api/v1/namespaces/{self._namespace}/pods/{pod}/portforward"
        url = urlunsplit(("wss" if scheme == "https" else "ws", host, target, f"ports={port}", ""))
        headers = [f"{name}: {value}" for name, value in self._client.auth_headers().items()]
        channel: Any = websocket.WebSocket(enable_multithread=True, skip_utf8_validation=True)
        options = {"header": headers, "subprotocols": [_PROTOCOL], "suppress_origin": True}
        transport = self._connect()
        try:
            channel.settimeout(CONNECT_S)
            channel.connect(url, socket=transport, **options)
            # The first frame of each channel repeats the port.
            for _ in (_DATA, _ERROR):
                channel.recv()
            channel.settimeout(None)
        except (websocket.WebSocketException, OSError) as error:
            transport.close()
            why = _describe(error)
            raise OSError(f"port {port} of {pod} cannot be reached: {why}") from error
        return PodConnection(channel, transport)

    def _connect(self) -> "socket.socket | TlsSocket":
        server = urlsplit(self._client.server)
        is_tls = server.scheme == "https"
        address = (server.hostname or "", server.port or (443 if is_tls else 80))
        plain = socket.create_connection(address, timeout=CONNECT_S)
        for level, option, value in TCP_OPTIONS:
            plain.setsockopt(level, option, value)
        if not is_tls:
            return plain
        name = self._client.configuration.tls_server_name or server.hostname
        try:
            return TlsSocket(self._tls.wrap_socket(plain, server_hostname=name))
        except BaseException:
            plain.close()
            raise

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        configuration = self._client.configuration
        context = ssl.create_default_context(cafile=configuration.ssl_ca_cert or None)
        if not configuration.verify_ssl:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if configuration.cert_file:
            context.load_cert_chain(configuration.cert_file, configuration.key_file)
        return context


class PodConnection:
    """See `forward.Connection`."""

    def __init__(self, channel: Any, transport: "socket.socket | TlsSocket") -> None:
        self._channel = channel
        self._transport = transport
        self._rest = b""
        self._closed = threading.Event()

    def recv(self, max_bytes: int) -> bytes:
        """Some bytes; b"" at the end; ConnectionRefusedError if the pod's port refused."""
        while not self._rest:
            try:
                opcode, frame = self._channel.recv_data()
            except (websocket.WebSocketException, OSError, ValueError) as error:
                # The server says when it has sent everything: an end without that is a cut.
                if self._closed.is_set():
                    return b""
                raise OSError(str(error)) from error
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return b""
            if frame and frame[0] == _ERROR and len(frame) > 1:
                # The kubelet tells here that it could not connect: no byte reached the app.
                raise ConnectionRefusedError(frame[1:].decode("utf-8", errors="replace").strip())
            if frame and frame[0] == _DATA:
                self._rest = bytes(frame[1:])
        taken, self._rest = self._rest[:max_bytes], self._rest[max_bytes:]
        return taken

    def send_all(self, payload: bytes) -> None:
        """Send every byte; raises OSError when the stream broke."""
        try:
            for start in range(0, len(payload), _FRAME_BYTES):
                frame = bytes((_DATA,)) + payload[start : start + _FRAME_BYTES]
                self._channel.send_binary(frame)
        except (websocket.WebSocketException, ValueError) as error:
            raise OSError(str(error)) from error

    def finish_sending(self) -> None:
        """Nothing: this protocol has no half close, the stream ends as a whole."""

    def close(self) -> None:
        """End both directions."""
        self._closed.set()
        with suppress(OSError):
            self._transport.shutdown(socket.SHUT_RDWR)
        # The websocket would close none but a plain socket.
        self._transport.close()


def _describe(error: Exception) -> str:
    """Why a handshake failed, without the headers and the body that came with it."""
    if isinstance(error, websocket.WebSocketBadStatusException):
        return f"the API server answers {error.status_code}"
    return str(error)
