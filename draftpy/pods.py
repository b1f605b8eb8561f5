"""A release's workloads, pods and containers at a moment, as records."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerState:
    """One container of a pod; `last_exit_code` and `last_reason` are of the run before.

    `exit_message` is what the kubelet says of the end, of this run or of the one before.
    """

    name: str
    image: str
    ready: bool
    restarts: int
    running: bool
    waiting_reason: str = ""
    waiting_message: str = ""
    exit_code: int | None = None
    exit_reason: str = ""
    last_exit_code: int | None = None
    last_reason: str = ""
    exit_message: str = ""
    started_at: str = ""
    is_init: bool = False
    ports: tuple[int, ...] = ()
    # Whether it is ready as soon as its port is open: its readiness probe asks nothing more.
    ready_when_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PodState:
    """A pod at a moment; `ready` is its Ready condition, `labels` are sorted.

    `is_old` says that its workload has another template by now and replaces it.
    """

    name: str
    uid: str
    phase: str
    ready: bool
    deleting: bool
    created_at: str
    labels: tuple[tuple[str, str], ...]
    containers: tuple[ContainerState, ...]
    unschedulable: str = ""
    ip: str = ""
    is_old: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadState:
    """A Deployment (or StatefulSet, DaemonSet, Job) at a moment."""

    kind: str
    name: str
    generation: int
    observed_generation: int
    desired: int
    updated: int
    ready: int
    total: int
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseState:
    """What the cluster says of a release at a moment."""

    workloads: tuple[WorkloadState, ...]
    pods: tuple[PodState, ...]
    warnings: tuple[str, ...] = ()
