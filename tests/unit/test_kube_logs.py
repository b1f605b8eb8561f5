"""A container's log as the kubelet streams it."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from draftpy.adapters.kube.client import ApiError
from draftpy.adapters.kube.logs import KubeLogSource
from draftpy.errors import ClusterUnreachable, Rejected
from draftpy.logs import LogQuery
from tests.support.api_stub import NAMESPACE, Answer, ApiStub, api_stub, stub_client

PATH = f"/api/v1/namespaces/{NAMESPACE}/pods/hello-1/log"
ONCE = LogQuery(pod="hello-1", container="app", follow=False)
FOLLOW = replace(ONCE, follow=True)
AT = "2026-01-02T03:04:05.000000001Z"


@pytest.fixture
def stub() -> Iterator[ApiStub]:
    with api_stub() as running:
        running.answer("GET", PATH, Answer(body=b""))
        yield running


@pytest.fixture
def source(stub: ApiStub, tmp_path: Path) -> KubeLogSource:
    return KubeLogSource(stub_client(stub, tmp_path), NAMESPACE)


def read(source: KubeLogSource, query: LogQuery = ONCE) -> list[tuple[str, str]]:
    with source.open_log(query) as lines:
        return list(lines)


@pytest.mark.parametrize(
    ("query", "parameters"),
    [
        (ONCE, {}),
        (replace(ONCE, previous=True), {"previous": "true"}),
        (replace(ONCE, tail=0), {"tailLines": "0"}),
        (replace(ONCE, since_s=90), {"sinceSeconds": "90"}),
        (replace(ONCE, since_s=0), {"sinceSeconds": "1"}),
        (replace(ONCE, since_s=90, since_time=AT), {"sinceTime": AT}),
    ],
)
def test_what_is_wanted_is_asked_for(
    stub: ApiStub, source: KubeLogSource, query: LogQuery, parameters: dict[str, str]
) -> None:
    read(source, query)
    assert stub.asked[0].query == {"container": "app", "timestamps": "true", **parameters}


def test_lines_are_a_time_and_a_text(stub: ApiStub, source: KubeLogSource) -> None:
    said = f"{AT} one  two\r\n{AT} \n{AT} \xe4\n{AT} no end".encode("latin-1")
    stub.answer("GET", PATH, Answer(body=said))
    assert read(source) == [(AT, "one  two"), (AT, ""), (AT, "\ufffd"), (AT, "no end")]


def test_what_the_kubelet_says_itself_is_no_line_of_the_app(
    stub: ApiStub, source: KubeLogSource
) -> None:
    stub.answer("GET", PATH, Answer(body=b"unable to retrieve container logs for containerd://1"))
    assert read(source) == []


@pytest.mark.parametrize("status", [400, 404])
def test_a_container_that_is_not_there_has_no_lines(
    stub: ApiStub, source: KubeLogSource, status: int
) -> None:
    body = {"kind": "Status", "message": f'{AT} container "app" is waiting to start'}
    stub.answer("GET", PATH, Answer(status, body))
    assert read(source) == []
    assert read(source, FOLLOW) == []


@pytest.mark.parametrize(("status", "kind"), [(403, Rejected), (500, ApiError)])
def test_any_other_refusal_is_told(
    stub: ApiStub, source: KubeLogSource, status: int, kind: type[Exception]
) -> None:
    stub.answer("GET", PATH, Answer(status))
    with pytest.raises(kind):
        read(source)


def test_a_cluster_that_is_away_is_told(stub: ApiStub, source: KubeLogSource) -> None:
    stub.close()
    with pytest.raises(ClusterUnreachable):
        read(source)


def test_followed_lines_come_as_they_are_written(stub: ApiStub, source: KubeLogSource) -> None:
    with source.open_log(FOLLOW) as lines:
        stub.send(PATH, f"{AT} one\n{AT} tw".encode())
        assert next(lines) == (AT, "one")
        stub.send(PATH, b"o\n")
        assert next(lines) == (AT, "two")
        stub.end(PATH)
        assert list(lines) == []


def test_half_a_line_of_a_cut_stream_is_no_line(stub: ApiStub, source: KubeLogSource) -> None:
    with source.open_log(FOLLOW) as lines:
        stub.send(PATH, f"{AT} one\n{AT} tw".encode())
        stub.end(PATH, cut=True)
        assert list(lines) == [(AT, "one")]


def test_leaving_the_context_unblocks_a_reading_thread(
    stub: ApiStub, source: KubeLogSource
) -> None:
    started = threading.Event()

    def read_all(lines: Iterator[tuple[str, str]]) -> None:
        for _ in lines:
            started.set()

    with source.open_log(FOLLOW) as lines:
        reader = threading.Thread(target=read_all, args=(lines,), name="reader", daemon=True)
        reader.start()
        stub.send(PATH, f"{AT} one\n".encode())
        assert started.wait(5)
    reader.join(5)
    assert not reader.is_alive()
