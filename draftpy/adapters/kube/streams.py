"""Byte streams to a port of a pod, by the API server's port-forward over a websocket."""

import ssl
import threading
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import websocket

from draftpy.adapters.kube.client import CONNECT_S, KubeClient

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
        socket: Any = websocket.WebSocket(
            sslopt=_tls(self._client.configuration),
            enable_multithread=True,
            skip_utf8_validation=True,
        )
        headers = [f"{name}: {value}" for name, value in self._client.auth_headers().items()]
        try:
            socket.settimeout(CONNECT_S)
            socket.connect(url, header=headers, subprotocols=[_PROTOCOL], suppress_origin=True)
            # The first frame of each channel repeats the port.
            for _ in (_DATA, _ERROR):
                socket.recv()
            socket.settimeout(None)
        except (websocket.WebSocketException, OSError) as error:
            with suppress(Exception):
                socket.shutdown()
            raise OSError(f"port {port} of {pod} cannot be reached: {error}") from error
        return PodConnection(socket)


class PodConnection:
    """See `forward.Connection`."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._rest = b""
        self._closed = threading.Event()

    def recv(self, max_bytes: int) -> bytes:
        """Some bytes; b"" at the end; ConnectionRefusedError if the pod's port refused."""
        while not self._rest:
            try:
                opcode, frame = self._socket.recv_data()
            except (websocket.WebSocketConnectionClosedException, ConnectionError, ssl.SSLError):
                return b""
            except (websocket.WebSocketException, OSError, ValueError) as error:
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
                self._socket.send_binary(frame)
        except websocket.WebSocketException as error:
            raise OSError(str(error)) from error

    def finish_sending(self) -> None:
        """Nothing: this protocol has no half close, the stream ends as a whole."""

    def close(self) -> None:
        """End both directions."""
        self._closed.set()
        with suppress(Exception):
            self._socket.sock.shutdown(2)
        with suppress(Exception):
            self._socket.shutdown()


def _tls(configuration: Any) -> dict[str, Any]:
    options: dict[str, Any] = {
        "cert_reqs": ssl.CERT_REQUIRED if configuration.verify_ssl else ssl.CERT_NONE,
        "check_hostname": bool(configuration.verify_ssl),
    }
    for name, value in (
        ("ca_certs", configuration.ssl_ca_cert),
        ("certfile", configuration.cert_file),
        ("keyfile", configuration.key_file),
        ("server_hostname", configuration.tls_server_name),
    ):
        if value:
            options[name] = value
    return options
