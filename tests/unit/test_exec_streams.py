import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from draftpy.adapters.kube.client import KubeClient
from draftpy.adapters.kube.exec_streams import STDERR_BYTES, ExecEnd, ExecStream, open_exec
from draftpy.adapters.kube.exec_streams import parse_end as parse
from tests.support.api_stub import write_kubeconfig
from tests.support.reporter import ListReporter
from tests.support.websocket_stub import Peer, WebsocketStub, websocket_stub

SUCCESS = b'{"status": "Success"}'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@contextmanager
def running(
    folder: Path, serve: Callable[[Peer], None], *command: str
) -> Iterator[tuple[ExecStream, WebsocketStub]]:
    with websocket_stub(serve) as stub:
        stream = open_command(folder, stub, *command)
        try:
            yield stream, stub
        finally:
            stream.close()


def open_command(folder: Path, stub: WebsocketStub, *command: str) -> ExecStream:
    client = KubeClient(str(write_kubeconfig(folder, stub.url)), "", ListReporter())
    return open_exec(client, "space", "pod", "app", command or ("cat",))


def read_all(stream: ExecStream) -> bytes:
    return b"".join(iter(lambda: stream.recv(1000), b""))


def test_the_command_its_container_and_its_streams_are_asked_for(folder: Path) -> None:
    with running(folder, lambda peer: None, "echo", "a b") as (_, stub):
        assert stub.requests == [
            "/api/v1/namespaces/space/pods/pod/exec"
            "?command=echo&command=a+b&container=app&stdin=true&stdout=true&stderr=true"
        ]


def test_stdout_comes_whole_and_the_end_is_known(folder: Path) -> None:
    def serve(peer: Peer) -> None:
        peer.send(1, b"")
        peer.send(1, b"one ")
        peer.send(1, b"two" * 40_000)
        peer.send(3, SUCCESS)

    with running(folder, serve) as (stream, _):
        assert read_all(stream) == b"one " + b"two" * 40_000
        assert stream.end == ExecEnd(exit_code=0)


def test_stderr_is_kept_apart_and_only_its_last_bytes(folder: Path) -> None:
    def serve(peer: Peer) -> None:
        peer.send(2, b"a" * STDERR_BYTES)
        peer.send(1, b"out")
        peer.send(2, b"end")
        peer.send(3, SUCCESS)

    with running(folder, serve) as (stream, _):
        assert read_all(stream) == b"out"
        assert (len(stream.stderr), stream.stderr[-4:]) == (STDERR_BYTES, b"aend")


def test_stdin_goes_up_in_order_and_can_be_ended_alone(folder: Path) -> None:
    def serve(peer: Peer) -> None:
        got = bytearray()
        while (frame := peer.recv())[0] == 0:
            got += frame[1]
        peer.send(1, b"%d %d" % (frame[0], frame[1][0]) + bytes(got))
        peer.send(3, SUCCESS)

    with running(folder, serve) as (stream, _):
        stream.send_all(b"x" * 100_000)
        stream.send_all(b"end")
        stream.close_stdin()
        assert stream.recv(5) == b"255 0"
        assert read_all(stream) == b"x" * 100_000 + b"end"


def test_an_older_server_cannot_end_stdin_alone(folder: Path) -> None:
    got: list[tuple[int, bytes]] = []
    with websocket_stub(lambda peer: got.append(peer.recv())) as stub:
        stub.protocols = ("v4.channel.k8s.io",)
        stream = open_command(folder, stub)
        assert not stream.can_close_stdin
        stream.close_stdin()
        stream.send_all(b"x")
        assert read_all_or_cut(stream) == b""
        stream.close()
    assert got == [(0, b"x")]


def read_all_or_cut(stream: ExecStream) -> bytes:
    try:
        return read_all(stream)
    except OSError:
        return b""


def test_a_cut_is_no_end(folder: Path) -> None:
    with running(folder, lambda peer: peer.send(1, b"half")) as (stream, _):
        assert stream.recv(10) == b"half"
        with pytest.raises(OSError, match=r".+"):
            stream.recv(10)
        assert stream.end is None


def test_closing_wakes_a_reader(folder: Path) -> None:
    with running(folder, lambda peer: void(peer.recv())) as (stream, _):
        got: list[bytes] = []
        reader = threading.Thread(target=lambda: got.append(stream.recv(1)))
        reader.start()
        stream.close()
        reader.join(5)
    assert got == [b""]


def void(_: object) -> None:
    """For a function that must return nothing."""


def test_a_refusal_says_why_in_the_servers_words(folder: Path) -> None:
    body = json.dumps({"kind": "Status", "message": 'pods "pod" not found'}).encode()
    head = b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n" % len(body)
    with websocket_stub(lambda peer: None) as stub:
        stub.refusal = head + body
        with pytest.raises(
            OSError, match=r'^cat cannot be run in pod: .*404: pods "pod" not found'
        ):
            open_command(folder, stub)


FAILED = {
    "status": "Failure",
    "message": "command terminated",
    "reason": "NonZeroExitCode",
    "details": {"causes": [{"reason": "ExitCode", "message": "3"}]},
}
NEVER_RAN = {"status": "Failure", "message": "no such file", "details": {}}


@pytest.mark.parametrize(
    ("payload", "end"),
    [
        (SUCCESS, ExecEnd(exit_code=0)),
        (json.dumps(FAILED).encode(), ExecEnd(exit_code=3, message="command terminated")),
        (json.dumps(NEVER_RAN).encode(), ExecEnd(exit_code=None, message="no such file")),
        (b"plain words\n", ExecEnd(exit_code=None, message="plain words")),
        (b"[1]", ExecEnd(exit_code=None, message="[1]")),
    ],
)
def test_how_a_command_ended(payload: bytes, end: ExecEnd) -> None:
    assert parse(payload) == end
