"""A Kubernetes API server on loopback that says what a test tells it to, and nothing else."""

import json
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml

from draftpy.adapters.kube.client import KubeClient
from tests.support.reporter import ListReporter

Json = dict[str, Any]
# How long a test may wait for a request that does not come.
PATIENCE_S = 10.0
NAMESPACE = "hello"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    body: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request gets; `body` is sent as JSON unless it is bytes."""

    status: int = 200
    body: Any = field(default_factory=dict)


class _End:
    """A stream ends: as the server means it, or because the connection is cut."""

    def __init__(self, *, cut: bool) -> None:
        self.cut = cut


class ApiStub:
    """Unknown paths are 404; `answer` sets what a path says, `send` feeds an open stream of it."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: dict[tuple[str, str], list[Answer]] = {}
        self._streams: dict[str, queue.SimpleQueue[bytes | _End]] = {}
        self._open: dict[str, int] = {}
        self._changed = threading.Condition()
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, method: str, path: str, *answers: Answer) -> None:
        """The answers in order; the last one stays."""
        with self._changed:
            self._answers[method, path] = list(answers)

    def send(self, path: str, payload: bytes | Json) -> None:
        """Bytes, or a line of JSON, for whoever streams this path."""
        line = payload if isinstance(payload, bytes) else json.dumps(payload).encode() + b"\n"
        self.stream_of(path).put(line)

    def end(self, path: str, *, cut: bool = False) -> None:
        """End the open stream of this path."""
        self.stream_of(path).put(_End(cut=cut))

    def wait_asked(self, path: str, times: int = 1, *, streams: bool = False) -> None:
        """Until this path was asked for so often."""

        def is_so() -> bool:
            found = self._open.get(path, 0) if streams else self.count(path)
            return found >= times

        with self._changed:
            assert self._changed.wait_for(is_so, PATIENCE_S), f"{path} was not asked for: {self}"

    def count(self, path: str) -> int:
        return sum(asked.path == path for asked in list(self.asked))

    def stream_of(self, path: str) -> "queue.SimpleQueue[bytes | _End]":
        with self._changed:
            return self._streams.setdefault(path, queue.SimpleQueue())

    def note(self, asked: Asked) -> None:
        with self._changed:
            self.asked.append(asked)
            self._changed.notify_all()

    def note_stream(self, path: str) -> None:
        with self._changed:
            self._open[path] = self._open.get(path, 0) + 1
            self._changed.notify_all()

    def find_answer(self, method: str, path: str) -> Answer:
        with self._changed:
            found = self._answers.get((method, path))
            if not found:
                return Answer(404, {"kind": "Status", "message": f"{path} not found"})
            return found.pop(0) if len(found) > 1 else found[0]

    def close(self) -> None:
        for path in list(self._streams):
            self.end(path, cut=True)
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> "ApiStub":
        threading.Thread(
            target=self._server.serve_forever, args=(0.01,), name="api-stub", daemon=True
        ).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, stub: ApiStub) -> None:
        self.stub = stub
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are two writes: without this each answer takes 40 ms.
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        asked = self._note()
        answer = self.server.stub.find_answer("GET", asked.path)
        if answer.status == 200 and {"watch", "follow"} & asked.query.keys():
            self._stream(asked.path)
        else:
            self._send(answer)

    def do_POST(self) -> None:
        self._send(self.server.stub.find_answer(self.command, self._note().path))

    def do_PUT(self) -> None:
        self.do_POST()

    def do_DELETE(self) -> None:
        self.do_POST()

    def log_message(self, format: str, *args: Any) -> None:
        """Tests look at `asked`."""

    def _note(self) -> Asked:
        url, length = urlsplit(self.path), int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        asked = Asked(
            method=self.command,
            path=url.path,
            query=dict(parse_qsl(url.query)),
            body=json.loads(body) if body else None,
        )
        self.server.stub.note(asked)
        return asked

    def _send(self, answer: Answer) -> None:
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, path: str) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        stub = self.server.stub
        payloads = stub.stream_of(path)
        stub.note_stream(path)
        while not isinstance(payload := payloads.get(), _End):
            with suppress(OSError):
                self.wfile.write(f"{len(payload):x}\r\n".encode() + payload + b"\r\n")
        if not payload.cut:
            with suppress(OSError):
                self.wfile.write(b"0\r\n\r\n")
        self.close_connection = True


@contextmanager
def api_stub() -> Iterator[ApiStub]:
    """A running stub."""
    with ApiStub() as stub:
        yield stub


def write_kubeconfig(folder: Path, server: str, *names: str) -> Path:
    """A kubeconfig whose kube contexts all lead to one server; the first is current."""
    names = names or ("stub",)
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": names[0],
        "clusters": [{"name": "stub", "cluster": {"server": server}}],
        "users": [{"name": "stub", "user": {"token": "s3cret-token"}}],
        "contexts": [
            {"name": name, "context": {"cluster": "stub", "user": "stub"}} for name in names
        ],
    }
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def stub_client(stub: ApiStub, folder: Path) -> KubeClient:
    """A client of the stub."""
    return KubeClient(str(write_kubeconfig(folder, stub.url)), "", ListReporter())
