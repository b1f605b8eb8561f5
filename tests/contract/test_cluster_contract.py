"""What every rollout.Cluster does: the one of tests, the real one on a stub and on a cluster."""

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest

from draftpy.adapters.kube.watching import KubeCluster
from draftpy.pods import ReleaseState
from draftpy.rollout import Cluster
from tests.support.api_stub import NAMESPACE, Answer, ApiStub, stub_client
from tests.support.cluster_states import StatesCluster
from tests.support.kube_objects import change_json, list_json, pod_json
from tests.support.pods import pod
from tests.support.real_cluster import RealCluster

PODS = f"/api/v1/namespaces/{NAMESPACE}/pods"
LISTED = (
    PODS,
    f"/api/v1/namespaces/{NAMESPACE}/events",
    f"/apis/batch/v1/namespaces/{NAMESPACE}/jobs",
    *(
        f"/apis/apps/v1/namespaces/{NAMESPACE}/{kind}"
        for kind in ("deployments", "statefulsets", "daemonsets", "replicasets")
    ),
)
# What is prompt, on a machine with much else to do.
PROMPT_S = 5.0


@dataclass(kw_only=True)
class Subject:
    """A cluster, and how a test adds a pod of release `hello` to it."""

    cluster: Cluster
    add_pod: Callable[[str], None]


def answer_lists(stub: ApiStub, *pods: str) -> None:
    """Let every kind be listed; of pods there are these."""
    for path in LISTED:
        stub.answer("GET", path, Answer(body=list_json()))
    stub.answer("GET", PODS, Answer(body=list_json(*map(pod_json, pods))))


def memory_subject() -> Iterator[Subject]:
    cluster = StatesCluster()
    yield Subject(cluster=cluster, add_pod=lambda name: cluster.send(pod(name)))


def stub_subject(folder: Path) -> Iterator[Subject]:
    with ApiStub() as stub:
        answer_lists(stub)

        def add_pod(name: str) -> None:
            stub.send(PODS, change_json("ADDED", pod_json(name)))
            stub.answer("GET", PODS, Answer(body=list_json(pod_json(name))))

        yield Subject(cluster=KubeCluster(stub_client(stub, folder), NAMESPACE), add_pod=add_pod)


def real_subject() -> Iterator[Subject]:
    real, namespace = RealCluster(), f"cc{uuid.uuid4().hex[:8]}"
    real.make_namespace(namespace)

    def add_pod(name: str) -> None:
        # No node needs to take it: that it is there is what counts.
        spec: dict[str, object] = {
            "containers": [{"name": "app", "image": "none"}],
            "nodeSelector": {"none": "none"},
            "automountServiceAccountToken": False,
        }
        metadata = {"name": name, "labels": {"app.kubernetes.io/instance": "hello"}}
        real.client.post(
            f"/api/v1/namespaces/{namespace}/pods", {"metadata": metadata, "spec": spec}
        )

    try:
        yield Subject(cluster=KubeCluster(real.client, namespace), add_pod=add_pod)
    finally:
        real.remove_namespace(namespace)


@pytest.fixture(params=["memory", "stub", pytest.param("real", marks=pytest.mark.cluster)])
def subject(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Subject]:
    match request.param:
        case "memory":
            yield from memory_subject()
        case "stub":
            yield from stub_subject(tmp_path)
        case _:
            yield from real_subject()


def next_with(states: Iterator[ReleaseState], pod_name: str) -> ReleaseState:
    return next(state for state in states if pod_name in [p.name for p in state.pods])


def test_of_an_unknown_release_there_is_nothing(subject: Subject) -> None:
    assert subject.cluster.read_release("nothing").pods == ()


def test_the_first_state_comes_though_nothing_changes(subject: Subject) -> None:
    with subject.cluster.watch_release("hello") as states:
        assert next(states).pods == ()


def test_a_change_makes_a_state_and_can_be_read(subject: Subject) -> None:
    with subject.cluster.watch_release("hello") as states:
        next(states)
        subject.add_pod("hello-1")
        assert [p.name for p in next_with(states, "hello-1").pods] == ["hello-1"]
    assert [p.name for p in subject.cluster.read_release("hello").pods] == ["hello-1"]


def test_leaving_the_context_ends_the_states_of_another_thread(subject: Subject) -> None:
    seen = threading.Event()

    def read(states: Iterator[ReleaseState]) -> None:
        for _ in states:
            seen.set()

    watch: AbstractContextManager[Iterator[ReleaseState]] = subject.cluster.watch_release("hello")
    with watch as states:
        reader = threading.Thread(target=read, args=(states,), name="reader", daemon=True)
        reader.start()
        assert seen.wait(PROMPT_S)
    reader.join(PROMPT_S)
    assert not reader.is_alive()


def test_a_container_that_is_not_there_said_nothing(subject: Subject) -> None:
    lines = subject.cluster.last_log_lines("nobody", "app", previous=False, lines=5)
    assert lines == ()
