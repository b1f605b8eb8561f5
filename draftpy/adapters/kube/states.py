"""Kubernetes objects (JSON) → the records of rollout."""

from collections.abc import Iterable, Mapping
from typing import Any

from draftpy.pods import ContainerState, PodState, ReleaseState, WorkloadState

Json = dict[str, Any]
WORKLOAD_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "Job")
# Deployments number their templates; the ReplicaSet of the present one has the same number.
_REVISION = "deployment.kubernetes.io/revision"
# StatefulSets name theirs, on each pod too.
_REVISION_HASH = "controller-revision-hash"


def parse_release(objects: Mapping[str, Iterable[Json]], release: str) -> ReleaseState:
    """The state of a release: its workloads, ReplicaSets, pods and events, by kind."""
    workloads = tuple(
        parse_workload(kind, item) for kind in WORKLOAD_KINDS for item in objects.get(kind, ())
    )
    old = _find_old_revisions(objects)
    pods = tuple(parse_pod(item, old) for item in objects.get("Pod", ()))
    names = {pod.name for pod in pods} | {workload.name for workload in workloads}
    warnings = (parse_warning(e) for e in objects.get("Event", ()) if _concerns(e, release, names))
    return ReleaseState(workloads=workloads, pods=pods, warnings=tuple(warnings))


def _find_old_revisions(objects: Mapping[str, Iterable[Json]]) -> frozenset[str]:
    """Names of the ReplicaSets, and hashes of StatefulSets, that are being replaced."""
    present = {
        item["metadata"]["name"]: item["metadata"].get("annotations", {}).get(_REVISION)
        for item in objects.get("Deployment", ())
    }
    old = {
        item["metadata"]["name"]
        for item in objects.get("ReplicaSet", ())
        for owner in item["metadata"].get("ownerReferences", ())
        if owner["name"] in present
        and item["metadata"].get("annotations", {}).get(_REVISION) != present[owner["name"]]
    }
    for item in objects.get("StatefulSet", ()):
        status = item.get("status", {})
        if status.get("currentRevision") != status.get("updateRevision"):
            old.add(status.get("currentRevision", ""))
    return frozenset(old)


def _is_old(pod: Json, old_revisions: frozenset[str]) -> bool:
    metadata = pod.get("metadata", {})
    owners = {owner["name"] for owner in metadata.get("ownerReferences", ())}
    return not old_revisions.isdisjoint(owners | {metadata.get("labels", {}).get(_REVISION_HASH)})


def _concerns(event: Json, release: str, names: set[str]) -> bool:
    """Whether an event is about one of these objects, or about a ReplicaSet of the release."""
    target = event.get("involvedObject", {})
    name = str(target.get("name", ""))
    return name in names or (
        target.get("kind") == "ReplicaSet" and name.rpartition("-")[0] in (release, *names)
    )


def parse_pod(pod: Json, old_revisions: frozenset[str] = frozenset()) -> PodState:
    """A pod as the API gives it."""
    metadata, status = pod.get("metadata", {}), pod.get("status", {})
    conditions = {c.get("type"): c for c in status.get("conditions", ())}
    scheduled = conditions.get("PodScheduled", {})
    unschedulable = scheduled.get("message", "") if scheduled.get("status") == "False" else ""
    return PodState(
        name=metadata.get("name", ""),
        uid=metadata.get("uid", ""),
        phase=status.get("phase", ""),
        ready=conditions.get("Ready", {}).get("status") == "True",
        deleting="deletionTimestamp" in metadata,
        created_at=metadata.get("creationTimestamp", ""),
        labels=tuple(sorted(metadata.get("labels", {}).items())),
        containers=_parse_containers(pod),
        unschedulable=unschedulable,
        ip=status.get("podIP", ""),
        is_old=_is_old(pod, old_revisions),
    )


def parse_workload(kind: str, workload: Json) -> WorkloadState:
    """A Deployment, StatefulSet, DaemonSet or Job as the API gives it."""
    if kind == "Job":
        return _parse_job(workload)
    metadata, spec = workload.get("metadata", {}), workload.get("spec", {})
    status = workload.get("status", {})
    is_daemon = kind == "DaemonSet"
    failure = next(
        (
            c.get("message", "")
            for c in status.get("conditions", ())
            if (c.get("type"), c.get("status")) == ("ReplicaFailure", "True")
        ),
        "",
    )
    desired = status.get("desiredNumberScheduled", 0) if is_daemon else spec.get("replicas", 1)
    updated = status.get("updatedNumberScheduled" if is_daemon else "updatedReplicas", 0)
    ready = status.get("numberReady" if is_daemon else "readyReplicas", 0)
    total = status.get("currentNumberScheduled" if is_daemon else "replicas", 0)
    return WorkloadState(
        kind=kind,
        name=metadata.get("name", ""),
        generation=metadata.get("generation", 0),
        observed_generation=status.get("observedGeneration", 0),
        desired=desired,
        updated=updated,
        ready=ready,
        total=total,
        failure=failure,
    )


def _parse_job(job: Json) -> WorkloadState:
    """A Job that is done wants no pod any more; its spec cannot change, so it counts as seen."""
    metadata, status = job.get("metadata", {}), job.get("status", {})
    conditions = {
        c.get("type"): c for c in status.get("conditions", ()) if c.get("status") == "True"
    }
    desired = 0 if "Complete" in conditions else job.get("spec", {}).get("parallelism", 1)
    active = status.get("active", 0)
    return WorkloadState(
        kind="Job",
        name=metadata.get("name", ""),
        generation=0,
        observed_generation=0,
        desired=desired,
        updated=active,
        ready=status.get("ready", 0),
        total=active,
        failure=conditions.get("Failed", {}).get("message", ""),
    )


def parse_warning(event: Json) -> str:
    """A Warning event as one line: `Pod hello-abc: FailedMount: …`."""
    target = event.get("involvedObject", {})
    return (
        f"{target.get('kind', '')} {target.get('name', '')}:"
        f" {event.get('reason', '')}: {event.get('message', '')}"
    )


def _parse_containers(pod: Json) -> tuple[ContainerState, ...]:
    spec, status = pod.get("spec", {}), pod.get("status", {})
    found = []
    for kind, is_init in (("initContainers", True), ("containers", False)):
        statuses = "initContainerStatuses" if is_init else "containerStatuses"
        by_name = {s.get("name"): s for s in status.get(statuses, ())}
        for container in spec.get(kind, ()):
            state = by_name.get(container.get("name"), {})
            found.append(_parse_container(container, state, is_init=is_init))
    return tuple(found)


def _parse_container(container: Json, status: Json, *, is_init: bool) -> ContainerState:
    state, last = status.get("state", {}), status.get("lastState", {}).get("terminated", {})
    waiting, ended = state.get("waiting", {}), state.get("terminated", {})
    running = state.get("running", {})
    return ContainerState(
        name=container.get("name", ""),
        image=container.get("image", ""),
        ready=bool(status.get("ready")),
        restarts=status.get("restartCount", 0),
        running="running" in state,
        waiting_reason=waiting.get("reason", ""),
        waiting_message=waiting.get("message", ""),
        exit_code=ended.get("exitCode"),
        exit_reason=ended.get("reason", ""),
        last_exit_code=last.get("exitCode"),
        last_reason=last.get("reason", ""),
        exit_message=(ended.get("message") or last.get("message") or "").strip(),
        started_at=running.get("startedAt", "") or ended.get("startedAt", ""),
        is_init=is_init,
        ready_when_open="tcpSocket" in container.get("readinessProbe", {}),
        ports=tuple(p["containerPort"] for p in container.get("ports", ()) if "containerPort" in p),
    )
