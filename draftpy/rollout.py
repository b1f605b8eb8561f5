"""Watch a Release until it is ready or until the cause of its failure is known."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerState:
    """One container of a pod; `last_exit_code` and `last_reason` are of the run before."""

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
    started_at: str = ""
    is_init: bool = False
    ports: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PodState:
    """A pod at a moment; `ready` is its Ready condition, `template_hash` ties it to a ReplicaSet."""

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


class Cluster(Protocol):
    """The part of the Kubernetes API that following a release needs, in one namespace."""

    def watch_release(self, release: str) -> AbstractContextManager[Iterator[ReleaseState]]:
        """States of the release: the first at once, then one after each change.

        Yields the state again at least each second, so that a caller can look at its deadline;
        survives broken watches; raises ClusterUnreachable only if the API server is gone for long.
        Leaving the context ends the iterator, from any thread.
        """
        ...

    def read_release(self, release: str) -> ReleaseState:
        """The state now; raises ClusterUnreachable, Rejected."""
        ...

    def last_log_lines(self, pod: str, container: str, *, previous: bool, lines: int) -> tuple[str, ...]:
        """The last lines a container wrote; empty if there are none."""
        ...
