"""Kubernetes objects as records."""

from typing import Any

from draftpy.adapters.kube.states import parse_pod, parse_release, parse_workload
from draftpy.pods import WorkloadState

Json = dict[str, Any]


def made_pod(status: Json, spec: Json | None = None) -> Json:
    spec = spec or {"containers": [{"name": "app", "image": "hello:1"}]}
    return {"metadata": {"name": "hello-1"}, "spec": spec, "status": status}


def with_state(state: Json, **status: Any) -> Json:
    return made_pod({"containerStatuses": [{"name": "app", "state": state, **status}]})


def test_a_pod_that_nobody_looked_at_yet_waits() -> None:
    pod = parse_pod(made_pod({"phase": "Pending"}))
    (container,) = pod.containers
    assert (pod.phase, pod.ready, container.name, container.running) == (
        "Pending",
        False,
        "app",
        False,
    )


def test_why_a_container_waits() -> None:
    waiting = {"reason": "ErrImagePull", "message": "not found"}
    (container,) = parse_pod(with_state({"waiting": waiting})).containers
    assert (container.waiting_reason, container.waiting_message) == ("ErrImagePull", "not found")


def test_how_a_container_ended_this_time() -> None:
    ended = {"exitCode": 137, "reason": "OOMKilled", "message": "too much\n"}
    (container,) = parse_pod(with_state({"terminated": ended})).containers
    assert (container.exit_code, container.exit_reason) == (137, "OOMKilled")
    assert container.exit_message == "too much"


def test_how_a_container_ended_before() -> None:
    ended = {"terminated": {"exitCode": 128, "reason": "StartError", "message": "no such file"}}
    waiting = {"waiting": {"reason": "CrashLoopBackOff"}}
    pod = parse_pod(with_state(waiting, lastState=ended, restartCount=2))
    (container,) = pod.containers
    assert (container.exit_code, container.last_exit_code) == (None, 128)
    assert (container.last_reason, container.exit_message) == ("StartError", "no such file")
    assert container.restarts == 2


def test_init_containers_come_first_and_are_told_apart() -> None:
    spec = {
        "containers": [{"name": "app", "ports": [{"containerPort": 8080}]}],
        "initContainers": [{"name": "before"}],
    }
    pod = parse_pod(made_pod({}, spec))
    assert [(c.name, c.is_init) for c in pod.containers] == [("before", True), ("app", False)]
    assert pod.containers[1].ports == (8080,)


def test_that_no_node_takes_it_is_kept() -> None:
    condition = {"type": "PodScheduled", "status": "False", "message": "0/1 nodes"}
    assert parse_pod(made_pod({"conditions": [condition]})).unschedulable == "0/1 nodes"
    assert (
        parse_pod(made_pod({"conditions": [{**condition, "status": "True"}]})).unschedulable == ""
    )


def test_ready_and_deleting() -> None:
    found = made_pod({"conditions": [{"type": "Ready", "status": "True"}]})
    assert parse_pod(found).ready
    found["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
    assert parse_pod(found).deleting


def test_a_deployment_and_why_its_pods_are_refused() -> None:
    refused = {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"}
    deployment = {
        "metadata": {"name": "hello", "generation": 3},
        "spec": {"replicas": 2},
        "status": {
            "observedGeneration": 3,
            "updatedReplicas": 1,
            "readyReplicas": 1,
            "replicas": 2,
            "conditions": [refused],
        },
    }
    found = parse_workload("Deployment", deployment)
    assert (found.generation, found.observed_generation) == (3, 3)
    assert (found.desired, found.updated, found.ready, found.total) == (2, 1, 1, 2)
    assert found.failure == "exceeded quota"


def test_a_daemon_set_counts_nodes() -> None:
    status = {
        "desiredNumberScheduled": 3,
        "updatedNumberScheduled": 2,
        "numberReady": 1,
        "currentNumberScheduled": 3,
    }
    found = parse_workload("DaemonSet", {"metadata": {"name": "a"}, "status": status})
    assert (found.desired, found.updated, found.ready, found.total) == (3, 2, 1, 3)


def job(status: Json) -> WorkloadState:
    return parse_workload("Job", {"metadata": {"name": "a", "generation": 1}, "status": status})


def test_a_job_wants_its_pod_until_it_is_done() -> None:
    assert (job({}).desired, job({"active": 1}).updated) == (1, 1)
    done = job({"conditions": [{"type": "Complete", "status": "True"}], "succeeded": 1})
    assert (done.desired, done.failure) == (0, "")
    assert done.observed_generation >= done.generation


def test_a_job_that_failed_says_why() -> None:
    failed = {"type": "Failed", "status": "True", "message": "BackoffLimitExceeded"}
    assert job({"conditions": [failed]}).failure == "BackoffLimitExceeded"


def test_only_warnings_about_the_release_are_kept() -> None:
    def event(kind: str, name: str) -> Json:
        target = {"kind": kind, "name": name}
        return {"involvedObject": target, "reason": "Bad", "message": "because"}

    objects = {
        "Deployment": [{"metadata": {"name": "hello"}}],
        "Pod": [made_pod({})],
        "Event": [
            event("Pod", "hello-1"),
            event("Pod", "hello-gone"),
            event("ReplicaSet", "hello-5d57658d78"),
            event("ReplicaSet", "other-5d57658d78"),
            event("Deployment", "other"),
        ],
    }
    assert parse_release(objects, "hello").warnings == (
        "Pod hello-1: Bad: because",
        "ReplicaSet hello-5d57658d78: Bad: because",
    )
