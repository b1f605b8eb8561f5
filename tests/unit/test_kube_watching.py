"""Watching a release through everything that an API server does to a watch."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from draftpy.adapters.kube import watching
from draftpy.adapters.kube.watching import KubeCluster
from draftpy.errors import ClusterUnreachable, Rejected, ReleaseFailed
from draftpy.pods import ReleaseState
from tests.contract.test_cluster_contract import PODS, answer_lists
from tests.support.api_stub import NAMESPACE, Answer, ApiStub, api_stub, stub_client
from tests.support.kube_objects import change_json, list_json, pod_json

EVENTS = f"/api/v1/namespaces/{NAMESPACE}/events"
LOG = f"{PODS}/hello-1/log"


@pytest.fixture
def stub() -> Iterator[ApiStub]:
    with api_stub() as running:
        answer_lists(running, "hello-1")
        yield running


@pytest.fixture
def cluster(stub: ApiStub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KubeCluster:
    monkeypatch.setattr(watching, "_RETRY_S", 0.01)
    # No test waits for the pulse: what changes is told at once.
    monkeypatch.setattr(watching, "_PULSE_S", 60.0)
    return KubeCluster(stub_client(stub, tmp_path), NAMESPACE)


def wait_pods(states: Iterator[ReleaseState], *names: str) -> None:
    """Until these pods, and no others, are there."""
    next(state for state in states if tuple(p.name for p in state.pods) == names)


def refused(status: int) -> Answer:
    return Answer(status, {"kind": "Status", "message": "because"})


def test_only_the_releases_objects_and_warnings_are_asked_for(
    stub: ApiStub, cluster: KubeCluster
) -> None:
    cluster.read_release("hello")
    queries = {asked.path: asked.query for asked in stub.asked}
    assert queries.pop(EVENTS) == {"fieldSelector": "type=Warning"}
    assert set(map(str, queries.values())) == {
        str({"labelSelector": "app.kubernetes.io/instance=hello"})
    }


def test_the_watch_begins_where_the_list_ended(stub: ApiStub, cluster: KubeCluster) -> None:
    stub.answer("GET", PODS, Answer(body=list_json(version="41")))
    with cluster.watch_release("hello") as states:
        next(states)
        stub.wait_asked(PODS, streams=True)
    (watch,) = [asked for asked in stub.asked if asked.path == PODS and "watch" in asked.query]
    assert watch.query["resourceVersion"] == "41"


def test_what_is_modified_and_deleted_is_followed(stub: ApiStub, cluster: KubeCluster) -> None:
    with cluster.watch_release("hello") as states:
        wait_pods(states, "hello-1")
        stub.send(PODS, change_json("BOOKMARK", {"metadata": {"resourceVersion": "7"}}))
        stub.send(PODS, change_json("MODIFIED", pod_json("renamed", uid="uid-hello-1")))
        wait_pods(states, "renamed")
        stub.send(PODS, change_json("DELETED", pod_json("renamed", uid="uid-hello-1")))
        wait_pods(states)


def test_states_come_though_nothing_changes(
    cluster: KubeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_PULSE_S", 0.01)
    with cluster.watch_release("hello") as states:
        assert [len(next(states).pods) for _ in range(12)][-1] == 1


@pytest.mark.parametrize("cut", [False, True])
def test_after_a_watch_that_ended_all_is_listed_again(
    stub: ApiStub, cluster: KubeCluster, *, cut: bool
) -> None:
    with cluster.watch_release("hello") as states:
        wait_pods(states, "hello-1")
        stub.answer("GET", PODS, Answer(body=list_json(pod_json("hello-2"))))
        stub.end(PODS, cut=cut)
        wait_pods(states, "hello-2")


def test_half_a_line_of_a_cut_watch_is_no_event(stub: ApiStub, cluster: KubeCluster) -> None:
    with cluster.watch_release("hello") as states:
        wait_pods(states, "hello-1")
        stub.answer("GET", PODS, Answer(body=list_json(pod_json("hello-2"))))
        stub.send(PODS, b'{"type": "ADDED", "obj')
        stub.end(PODS, cut=True)
        wait_pods(states, "hello-2")


def test_an_expired_version_is_listed_anew(stub: ApiStub, cluster: KubeCluster) -> None:
    with cluster.watch_release("hello") as states:
        wait_pods(states, "hello-1")
        stub.answer("GET", PODS, Answer(body=list_json(pod_json("hello-2"))))
        stub.send(PODS, change_json("ERROR", {"code": 410, "message": "too old"}))
        wait_pods(states, "hello-2")


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_an_api_server_that_starts_anew_may_refuse_for_a_while(
    stub: ApiStub, cluster: KubeCluster, status: int
) -> None:
    with cluster.watch_release("hello") as states:
        wait_pods(states, "hello-1")
        new = Answer(body=list_json(pod_json("hello-2")))
        stub.answer("GET", PODS, refused(status), refused(status), new)
        stub.end(PODS, cut=True)
        wait_pods(states, "hello-2")


def test_one_that_stays_away_is_told(
    stub: ApiStub, cluster: KubeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_AWAY_S", 0.1)
    with cluster.watch_release("hello") as states:
        wait_pods(states, "hello-1")
        stub.answer("GET", PODS, refused(503))
        stub.end(PODS, cut=True)
        with pytest.raises(ReleaseFailed, match=r"\(503\)"):
            wait_pods(states, "never")


def test_what_cannot_even_be_listed_is_told_at_once(stub: ApiStub, cluster: KubeCluster) -> None:
    stub.answer("GET", PODS, refused(403))
    with pytest.raises(Rejected), cluster.watch_release("hello") as states:
        next(states)
    with pytest.raises(Rejected):
        cluster.read_release("hello")


def test_who_may_not_read_events_still_learns_the_rest(stub: ApiStub, cluster: KubeCluster) -> None:
    stub.answer("GET", EVENTS, refused(403))
    with cluster.watch_release("hello") as states:
        wait_pods(states, "hello-1")
    assert len(cluster.read_release("hello").pods) == 1


@pytest.mark.parametrize("kind", ["statefulsets", "daemonsets", "replicasets"])
def test_a_small_role_is_enough(stub: ApiStub, cluster: KubeCluster, kind: str) -> None:
    stub.answer("GET", f"/apis/apps/v1/namespaces/{NAMESPACE}/{kind}", refused(403))
    assert [pod.name for pod in cluster.read_release("hello").pods] == ["hello-1"]
    with cluster.watch_release("hello") as states:
        wait_pods(states, "hello-1")


def test_a_watch_leaves_no_thread(stub: ApiStub, cluster: KubeCluster) -> None:
    with cluster.watch_release("hello") as states:
        wait_pods(states, "hello-1")
        stub.wait_asked(PODS, streams=True)
        watching_threads = [t for t in threading.enumerate() if t.name.startswith("watch-")]
        assert watching_threads
    for thread in watching_threads:
        thread.join(5)
        assert not thread.is_alive(), thread.name


def test_a_reader_need_not_wait_for_the_pulse_to_end(cluster: KubeCluster) -> None:
    seen = threading.Event()

    def read(states: Iterator[ReleaseState]) -> None:
        for _ in states:
            seen.set()

    with cluster.watch_release("hello") as states:
        reader = threading.Thread(target=read, args=(states,), name="reader", daemon=True)
        reader.start()
        assert seen.wait(5)
    reader.join(5)
    assert not reader.is_alive()


def test_last_lines_are_asked_for_by_container(stub: ApiStub, cluster: KubeCluster) -> None:
    stub.answer("GET", LOG, Answer(body=b"one\ntwo \xff\n"))
    said = cluster.last_log_lines("hello-1", "app", previous=True, lines=7)
    assert said == ("one", "two \ufffd")
    query = stub.asked[-1].query
    assert int(query.pop("limitBytes")) > 0
    assert query == {"container": "app", "tailLines": "7", "previous": "true"}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500])
def test_what_cannot_be_read_of_a_log_is_nothing_said(
    stub: ApiStub, cluster: KubeCluster, status: int
) -> None:
    stub.answer("GET", LOG, refused(status))
    assert cluster.last_log_lines("hello-1", "app", previous=False, lines=7) == ()


def test_last_lines_of_a_cluster_that_is_away(stub: ApiStub, cluster: KubeCluster) -> None:
    stub.close()
    with pytest.raises(ClusterUnreachable):
        cluster.last_log_lines("hello-1", "app", previous=False, lines=7)
