"""HTTP/1.1 as short as tests can have it: servers that play pods, and clients that ask them."""

import socket
from collections.abc import Callable
from contextlib import closing

from tests.support.streams import Answer


def read_request(client: socket.socket) -> bytes:
    """One whole request with a Content-Length, or none; b"" at the end."""
    got = b""
    while b"\r\n\r\n" not in got:
        more = client.recv(65536)
        if not more:
            return b""
        got += more
    head, _, body = got.partition(b"\r\n\r\n")
    _, found, length = head.lower().partition(b"content-length: ")
    wanted = int(length.split(b"\r\n")[0]) if found else 0
    whole = bytearray(body)
    while len(whole) < wanted:
        whole += client.recv(1 << 20)
    return head + b"\r\n\r\n" + whole


def answer_of(body: bytes, *fields: bytes) -> bytes:
    lines = (b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *fields, b"", body)
    return b"\r\n".join(lines)


def request_of(method: str = "GET", body: bytes = b"", *fields: bytes) -> bytes:
    length = (b"Content-Length: %d" % len(body),) if body else ()
    lines = (f"{method} / HTTP/1.1".encode(), b"Host: here", *length, *fields, b"", body)
    return b"\r\n".join(lines)


def answering(body: bytes, *, times: int = 1_000_000, asked: list[bytes] | None = None) -> Answer:
    """Answer so many requests on each connection, then close it."""

    def serve(client: socket.socket) -> None:
        for _ in range(times):
            request = read_request(client)
            if not request:
                return
            if asked is not None:
                asked.append(request)
            client.sendall(answer_of(body))

    return serve


def read_answer(client: socket.socket) -> bytes:
    """The body of one answer with a Content-Length; raises ConnectionError if it is not whole."""
    with closing(client.makefile("rb", buffering=0)) as reader:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = reader.read(1)
            if not byte:
                raise ConnectionError(f"the connection ended after {head!r}")
            head += byte
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        body = b""
        while len(body) < length:
            more = reader.read(length - len(body))
            if not more:
                raise ConnectionError("the connection ended inside the body")
            body += more
        return body


def ask_on(client: socket.socket, request: bytes | None = None) -> bytes:
    """The body of the answer to a request on an open connection."""
    client.sendall(request or request_of())
    return read_answer(client)


Hook = Callable[[], object]


def dying_after(request_seen: Hook) -> Answer:
    """Take one request, and end without an answer."""

    def serve(client: socket.socket) -> None:
        if read_request(client):
            request_seen()

    return serve
