"""Byte streams into pods, their logs, and their states, on the real API server."""

import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from draftpy.adapters.kube.exec_streams import ExecEnd, ExecStream, open_exec
from draftpy.adapters.kube.logs import KubeLogSource
from draftpy.adapters.kube.streams import KubeDialer
from draftpy.logs import LogQuery
from draftpy.pods import ReleaseState
from draftpy.targets import Connection
from tests.support.real_cluster import wait_until
from tests.support.real_release import SERVER, RealSpace, real_space

pytestmark = pytest.mark.cluster

# Also sends back whatever it gets, on port 8081, one connection after the other.
ECHO = f"""\
import socket, threading
def echo():
    with socket.create_server(("", 8081)) as server:
        while True:
            connection, _ = server.accept()
            with connection:
                while data := connection.recv(65536):
                    connection.sendall(data)
threading.Thread(target=echo, daemon=True).start()
{SERVER}"""
BIG = 20_000_000


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSpace]:
    """A release that is ready; its tests only read."""
    with real_space(tmp_path_factory.mktemp("streams")) as space:
        space.install(ECHO)
        space.wait()
        yield space


@contextmanager
def dialled(space: RealSpace, port: int = 8080) -> Iterator[Connection]:
    dialer = KubeDialer(space.client, space.namespace)
    connection = dialer.dial(space.pod(), port)
    try:
        yield connection
    finally:
        connection.close()
        dialer.close()


def ask(connection: Connection, size: int) -> bytes:
    """A whole answer of the server, head included."""
    connection.send_all(f"GET /{size} HTTP/1.0\r\n\r\n".encode())
    parts = []
    while part := connection.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)


def test_a_request_gets_its_answer(space: RealSpace) -> None:
    with dialled(space) as connection:
        assert ask(connection, 5).endswith(b"\r\n\r\nxxxxx")


def test_a_large_answer_comes_whole(space: RealSpace) -> None:
    with dialled(space) as connection:
        _, _, body = ask(connection, BIG).partition(b"\r\n\r\n")
    assert len(body) == BIG


def test_both_directions_flow_at_once(space: RealSpace) -> None:
    payload = bytes(range(256)) * (BIG // 512)
    with dialled(space, 8081) as connection:
        sender = threading.Thread(target=connection.send_all, args=(payload,))
        sender.start()
        got = bytearray()
        while len(got) < len(payload):
            got += connection.recv(1 << 16)
        sender.join()
    assert got == payload


def test_few_bytes_at_a_time_lose_nothing(space: RealSpace) -> None:
    with dialled(space, 8081) as connection:
        connection.send_all(b"abcdef")
        assert b"".join(connection.recv(2) for _ in range(3)) == b"abcdef"


def test_a_port_nobody_listens_on_refuses(space: RealSpace) -> None:
    with dialled(space, 9999) as connection:
        with pytest.raises(ConnectionRefusedError, match="9999"):
            connection.recv(1)


def test_connections_one_after_the_other_share_a_session(space: RealSpace) -> None:
    dialer = KubeDialer(space.client, space.namespace)
    pod, waits = space.pod(), []
    for _ in range(20):
        began = time.monotonic()
        connection = dialer.dial(pod, 8080)
        waits.append(time.monotonic() - began)
        assert ask(connection, 5).endswith(b"\r\n\r\nxxxxx")
        connection.close()
    dialer.close()
    assert statistics.median(waits[1:]) < waits[0]


def test_a_pod_that_is_not_there_is_an_os_error(space: RealSpace) -> None:
    dialer = KubeDialer(space.client, space.namespace)
    words = r"^port 80 of nobody .* answers 404: pods \"nobody\" not found$"
    with pytest.raises(OSError, match=words):
        dialer.dial("nobody", 80)
    dialer.close()


def test_closing_wakes_a_reader(space: RealSpace) -> None:
    got: list[bytes] = []
    with dialled(space, 8081) as connection:
        reader = threading.Thread(target=lambda: got.append(connection.recv(1)))
        reader.start()
        connection.close()
        connection.close()
        reader.join(5)
        with pytest.raises(OSError, match=r".+"):
            connection.send_all(b"too late")
    assert got == [b""]


def test_a_pod_that_ends_is_the_end_of_its_streams(tmp_path: Path) -> None:
    with real_space(tmp_path) as space:
        space.install(ECHO)
        space.wait()
        with dialled(space, 8081) as connection:
            space.client.delete(f"/api/v1/namespaces/{space.namespace}/pods/{space.pod()}")
            assert _is_over(connection)


def _is_over(connection: Connection) -> bool:
    """Whether the stream ends: told by the server, or cut off."""
    try:
        return connection.recv(1) == b""
    except OSError:
        return True


def test_a_command_gets_its_stdin_and_its_end_is_known(space: RealSpace) -> None:
    stream = run(space, "cat")
    stream.send_all(b"abc" * 100_000)
    stream.close_stdin()
    assert read_all(stream) == b"abc" * 100_000
    assert stream.end == ExecEnd(exit_code=0)


def test_a_command_that_fails_says_how(space: RealSpace) -> None:
    stream = run(space, "sh", "-c", "echo out; echo err >&2; exit 3")
    assert (read_all(stream), stream.stderr) == (b"out\n", b"err\n")
    assert stream.end is not None
    assert stream.end.exit_code == 3


def test_a_command_that_is_not_there_never_ran(space: RealSpace) -> None:
    stream = run(space, "/no/such")
    assert read_all(stream) == b""
    assert stream.end is not None
    assert stream.end.exit_code is None
    assert "no such file" in stream.end.message


def run(space: RealSpace, *command: str) -> ExecStream:
    return open_exec(space.client, space.namespace, space.pod(), "", command)


def read_all(stream: ExecStream) -> bytes:
    got = b"".join(iter(lambda: stream.recv(1 << 16), b""))
    stream.close()
    return got


def query(pod: str, *, follow: bool = False) -> LogQuery:
    return LogQuery(pod=pod, container="app", follow=follow)


def test_lines_come_with_their_times(space: RealSpace) -> None:
    source = KubeLogSource(space.client, space.namespace)
    with source.open_log(query(space.pod())) as lines:
        ((stamp, text),) = lines
    assert text == "listening"
    assert stamp.startswith("20")
    assert stamp.endswith("Z")


def test_leaving_a_followed_log_wakes_its_reader(space: RealSpace) -> None:
    source = KubeLogSource(space.client, space.namespace)
    seen: list[str] = []
    with source.open_log(query(space.pod(), follow=True)) as lines:
        reader = threading.Thread(target=lambda: seen.extend(text for _, text in lines))
        reader.start()
        wait_until(lambda: seen == ["listening"], "the first line")
    reader.join(5)
    assert not reader.is_alive()


@pytest.mark.parametrize("pod", ["nobody", None])
def test_the_log_of_a_pod_that_is_gone_or_not_started_is_empty(
    tmp_path: Path, pod: str | None
) -> None:
    with real_space(tmp_path) as space:
        # No node takes it, so it never starts.
        space.install(nodeSelector={"no": "such"})
        wait_until(lambda: bool(space.cluster.read_release("probe").pods), "the pod")
        source = KubeLogSource(space.client, space.namespace)
        with source.open_log(query(pod or space.pod(), follow=True)) as lines:
            assert list(lines) == []
        assert space.cluster.last_log_lines("nobody", "app", previous=False, lines=5) == ()


def test_the_last_lines(space: RealSpace) -> None:
    last = space.cluster.last_log_lines(space.pod(), "app", previous=False, lines=5)
    assert last == ("listening",)


def test_a_change_is_told_at_once(space: RealSpace) -> None:
    """Not by polling: far below the second after which a state comes anyway."""
    path = f"/api/v1/namespaces/{space.namespace}/pods/{space.pod()}"
    waits = []
    with space.cluster.watch_release("probe") as states:
        next(states)
        for number in range(5):
            pod = space.client.get(path)
            pod["metadata"].setdefault("annotations", {})["times"] = str(number)
            pod["metadata"]["labels"]["times"] = str(number)
            started = time.monotonic()
            space.client.put(path, pod)
            wait_for(states, ("times", str(number)))
            waits.append(time.monotonic() - started)
    assert min(waits) < 0.5, waits


def wait_for(states: Iterator[ReleaseState], label: tuple[str, str]) -> None:
    for state in states:
        if any(label in pod.labels for pod in state.pods):
            return


def test_leaving_a_watch_ends_its_threads(space: RealSpace) -> None:
    with space.cluster.watch_release("probe") as states:
        next(states)
    wait_until(
        lambda: not any(t.name.startswith("watch-") for t in threading.enumerate()),
        "the end of the watches",
        5,
    )
