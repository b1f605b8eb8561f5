"""Whether a component answers."""

import http.client
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

_TIMEOUT_S = 2.0
Probe = Callable[[], bool]


def http_ok(port: int, path: str) -> Probe:
    """Plain HTTP on loopback answers 200."""
    return lambda: _answers_200(
        http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S), path
    )


def https_ok(port: int, path: str, certificate: tuple[Path, Path] | None = None) -> Probe:
    """HTTPS on loopback answers 200; who it is does not matter for a health question."""

    def probe() -> bool:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if certificate:
            context.load_cert_chain(*certificate)
        return _answers_200(
            http.client.HTTPSConnection("127.0.0.1", port, timeout=_TIMEOUT_S, context=context),
            path,
        )

    return probe


def socket_ok(path: Path, http_path: str = "") -> Probe:
    """A Unix socket accepts; with `http_path` it answers 200 there."""

    def probe() -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(_TIMEOUT_S)
            try:
                client.connect(str(path))
                if not http_path:
                    return True
                client.sendall(f"GET {http_path} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
                return b" 200 " in client.recv(64)
            except OSError:
                return False

    return probe


def is_port_free(port: int) -> bool:
    """Whether nobody listens on this loopback port."""
    with socket.socket() as client:
        client.settimeout(_TIMEOUT_S)
        return client.connect_ex(("127.0.0.1", port)) != 0


def _answers_200(connection: http.client.HTTPConnection, path: str) -> bool:
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
