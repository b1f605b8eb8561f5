"""Watch a Release until it is ready or until the cause of its failure is known."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from draftpy.clock import Clock, Deadline
from draftpy.diagnose import Cause, Words, find_cause
from draftpy.errors import Interrupted, RolloutFailed
from draftpy.events import Reporter, Stage, StageProgress, Warned
from draftpy.labels import LABEL_BUILD_ID
from draftpy.pods import ContainerState, PodState, ReleaseState

# How many of a container's last lines are looked at for the cause.
_WORD_LINES = 40


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

    def last_log_lines(
        self, pod: str, container: str, *, previous: bool, lines: int
    ) -> tuple[str, ...]:
        """The last lines a container wrote; empty if there are none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """A rollout that is done: how many pods are ready."""

    ready: int
    desired: int


def no_crash() -> Cause | None:
    """Where only Kubernetes tells of crashes."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutWait:
    """What to wait for: only pods with `build_id` count, "" counts all.

    `find_crash` tells of an app that does not run though its container does.
    """

    release: str
    build_id: str
    deadline: Deadline
    find_crash: Callable[[], Cause | None] = no_crash


def wait_rollout(
    cluster: Cluster,
    wait: RolloutWait,
    reporter: Reporter,
    is_cancelled: Callable[[], bool],
) -> Rollout:
    """Wait until every workload runs the new pods and they are ready.

    Raises RolloutFailed with the cause: at once if it cannot heal, else at the deadline;
    Interrupted when cancelled; ClusterUnreachable.
    """
    waiting = _Waiting(wait.deadline.clock)
    with cluster.watch_release(wait.release) as states:
        for found in states:
            state = _only_new(found, wait.build_id)
            if _is_nothing(state):
                reporter.report(_nothing_to_wait_for(wait.release))
                return Rollout(ready=0, desired=0)
            if is_ready(state):
                return _summary(state)
            if is_cancelled():
                raise Interrupted("the rollout is left to itself")
            cause = wait.find_crash() or _find_cause(cluster, state)
            text = cause.what if cause else describe_wait(state)
            is_news = waiting.note(text)
            if cause and (not cause.heals or waiting.lasts_s() >= cause.heals_within_s):
                raise _failed(wait.release, cause)
            if wait.deadline.has_passed():
                raise _failed(wait.release, cause or _not_in_time(state))
            if is_news:
                reporter.report(StageProgress(stage=Stage.ROLLOUT, text=text))
    raise Interrupted("the rollout is left to itself")


def _find_cause(cluster: Cluster, state: ReleaseState) -> Cause | None:
    # Until the new spec was seen, the pods are still those of the older one.
    return find_cause(state, read_words(cluster, state)) if is_observed(state) else None


class _Waiting:
    """What is waited for, and for how long already."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._text = ""
        self._since = clock.now()

    def note(self, text: str) -> bool:
        """Whether this is something new."""
        if text == self._text:
            return False
        self._text, self._since = text, self._clock.now()
        return True

    def lasts_s(self) -> float:
        return self._clock.now() - self._since


def is_ready(state: ReleaseState) -> bool:
    """Whether every workload has observed its spec and has all its new pods, ready."""
    workloads = state.workloads
    new_ready = sum(pod.ready and not pod.deleting for pod in state.pods)
    return (
        bool(workloads)
        and is_observed(state)
        and all(w.updated >= w.desired for w in workloads)
        and new_ready >= sum(w.desired for w in workloads)
    )


def is_observed(state: ReleaseState) -> bool:
    """Whether the cluster's controllers have seen the present spec of every workload."""
    return all(w.observed_generation >= w.generation for w in state.workloads)


def describe_wait(state: ReleaseState) -> str:
    """What a rollout waits for at the moment."""
    if not state.workloads:
        return "waiting for the workload"
    if not state.pods:
        return "waiting for pods"
    for pod in state.pods:
        if pod.ready or pod.deleting:
            continue
        waiting = [c for c in pod.containers if not c.ready and not c.is_init]
        reason = next((c.waiting_reason for c in waiting if c.waiting_reason), "")
        if reason:
            return f"{pod.name}: {reason}"
        return f"{pod.name}: {'starting' if pod.phase == 'Running' else pod.phase.lower()}"
    return "waiting for the last pods"


def _only_new(state: ReleaseState, build_id: str) -> ReleaseState:
    """Without the pods that are being replaced: neither their health nor their end counts.

    A chart of the user's own may not pass on the label of the build; then the template decides.
    """
    new = tuple(pod for pod in state.pods if not pod.is_old)
    builds = {pod.name: dict(pod.labels).get(LABEL_BUILD_ID) for pod in new}
    if build_id and any(builds.values()):
        new = tuple(pod for pod in new if builds[pod.name] == build_id)
    return ReleaseState(workloads=state.workloads, pods=new, warnings=state.warnings)


def _is_nothing(state: ReleaseState) -> bool:
    return not state.workloads and not state.pods


def _nothing_to_wait_for(release: str) -> Warned:
    label = f"app.kubernetes.io/instance: {release}"
    return Warned(
        text=f"{release} has no Deployment, StatefulSet, DaemonSet or Job that is labelled {label}",
        remedy="give this label to the workloads of the chart, and to their pods: by it draftpy"
        " finds what to wait for, whose logs to show and where ports lead",
    )


def _summary(state: ReleaseState) -> Rollout:
    desired = sum(workload.desired for workload in state.workloads)
    return Rollout(ready=min(desired, sum(pod.ready for pod in state.pods)), desired=desired)


def read_words(
    cluster: Cluster, state: ReleaseState, *, of_running: bool = False
) -> dict[str, dict[str, Words]]:
    """The last words of containers that ended; `of_running` asks those that just start, too."""
    return {
        pod.name: {
            c.name: _words_of(cluster, pod, c)
            for c in pod.containers
            if of_running or _has_ended(c)
        }
        for pod in state.pods
        if not pod.ready
    }


def _has_ended(container: ContainerState) -> bool:
    return container.exit_code is not None or container.last_exit_code is not None


def _words_of(cluster: Cluster, pod: PodState, container: ContainerState) -> Words:
    def read(*, previous: bool) -> tuple[str, ...]:
        return cluster.last_log_lines(
            pod.name, container.name, previous=previous, lines=_WORD_LINES
        )

    now = read(previous=False)
    return Words(now=now, before=() if now else read(previous=True))


def _not_in_time(state: ReleaseState) -> Cause:
    return Cause(
        what=describe_wait(state),
        evidence="\n".join(state.warnings[-3:]),
        remedy="look closer: draftpy status, draftpy logs; more time: --timeout SECONDS",
    )


def _failed(release: str, cause: Cause) -> RolloutFailed:
    return RolloutFailed(
        f"{release} does not get ready: {cause.what}",
        evidence=cause.evidence,
        remedy=cause.remedy,
    )
