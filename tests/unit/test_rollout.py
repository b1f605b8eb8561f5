"""Waiting for a release to be ready, or for the cause why it is not."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from draftpy.clock import Deadline
from draftpy.errors import Interrupted, RolloutFailed
from draftpy.events import StageProgress, Warned
from draftpy.labels import LABEL_BUILD_ID
from draftpy.pods import PodState, ReleaseState, WorkloadState
from draftpy.rollout import Rollout, RolloutWait, wait_rollout
from tests.support.clock import ManualClock
from tests.support.pods import container, pod
from tests.support.reporter import ListReporter

BUILD = (LABEL_BUILD_ID, "new")
DEPLOYED = WorkloadState(
    kind="Deployment",
    name="hello",
    generation=2,
    observed_generation=2,
    desired=1,
    updated=1,
    ready=1,
    total=1,
)


class ScriptedCluster:
    """Gives its states in order; each moves the clock by a second."""

    def __init__(self, clock: ManualClock, *states: ReleaseState) -> None:
        self._clock = clock
        self._states = states
        self.left = False

    @contextmanager
    def watch_release(self, release: str) -> Iterator[Iterator[ReleaseState]]:
        try:
            yield self._play()
        finally:
            self.left = True

    def read_release(self, release: str) -> ReleaseState:
        return self._states[-1]

    def last_log_lines(
        self, pod: str, container: str, *, previous: bool, lines: int
    ) -> tuple[str, ...]:
        return ("NameError: gret",) if previous else ()

    def _play(self) -> Iterator[ReleaseState]:
        for state in self._states:
            yield state
            self._clock.advance(1)


def new_pod(**changes: object) -> PodState:
    return replace(pod("new"), labels=(BUILD,), **changes)  # type: ignore[arg-type]


def state(*pods: PodState, workload: WorkloadState = DEPLOYED) -> ReleaseState:
    return ReleaseState(workloads=(workload,), pods=pods)


def wait(*states: ReleaseState, timeout_s: float = 60, cancelled: bool = False) -> Rollout:
    clock = ManualClock()
    cluster = ScriptedCluster(clock, *states)
    asked = RolloutWait(release="hello", build_id="new", deadline=Deadline.after(clock, timeout_s))
    try:
        return wait_rollout(cluster, asked, REPORTER, lambda: cancelled)
    finally:
        assert cluster.left


REPORTER = ListReporter()
OLD = replace(pod("old"), labels=((LABEL_BUILD_ID, "old"),))
STARTING = new_pod(ready=False, containers=(replace(container(), ready=False),))
CRASHED = new_pod(
    ready=False,
    containers=(
        replace(
            container(running=False, restarts=3, last_exit_code=1),
            ready=False,
            waiting_reason="CrashLoopBackOff",
        ),
    ),
)


def test_ready_is_when_the_new_pods_are() -> None:
    assert wait(state(STARTING), state(new_pod())) == Rollout(ready=1, desired=1)


def test_an_older_pod_that_is_ready_does_not_count() -> None:
    with pytest.raises(RolloutFailed):
        wait(state(OLD), state(OLD, STARTING), timeout_s=1)


def test_a_workload_that_has_not_seen_its_spec_is_not_ready() -> None:
    behind = replace(DEPLOYED, observed_generation=1)
    with pytest.raises(RolloutFailed):
        wait(state(new_pod(), workload=behind), state(new_pod(), workload=behind), timeout_s=1)


def test_a_crash_from_before_the_new_spec_was_seen_is_history() -> None:
    behind = replace(DEPLOYED, observed_generation=1)
    assert wait(state(CRASHED, workload=behind), state(new_pod())) == Rollout(ready=1, desired=1)


def test_what_cannot_heal_fails_at_once_with_the_last_words() -> None:
    with pytest.raises(RolloutFailed) as caught:
        wait(state(CRASHED), state(new_pod()))
    assert "exits at once with code 1" in caught.value.what
    assert caught.value.evidence == "NameError: gret"


def test_at_the_deadline_the_pods_reason_is_told() -> None:
    with pytest.raises(RolloutFailed, match="new: starting"):
        wait(state(STARTING), state(STARTING), timeout_s=1)


def test_it_stops_for_a_newer_change() -> None:
    with pytest.raises(Interrupted):
        wait(state(STARTING), cancelled=True)


def test_what_it_waits_for_is_told_once() -> None:
    REPORTER.events.clear()
    wait(state(STARTING), state(STARTING), state(new_pod()))
    assert [event.text for event in REPORTER.of(StageProgress)] == ["new: starting"]


def test_a_chart_that_does_not_pass_on_the_build_goes_by_its_template() -> None:
    unlabelled = replace(STARTING, labels=())
    replaced = replace(pod("old"), is_old=True)
    ready = pod("new")
    assert wait(state(replaced, unlabelled), state(replaced, ready)) == Rollout(ready=1, desired=1)


def test_no_node_may_come_for_a_while_only() -> None:
    full = new_pod(ready=False, containers=(), unschedulable="0/1 nodes: Insufficient cpu")
    with pytest.raises(RolloutFailed, match="no node can take pod new"):
        wait(*[state(full)] * 30)
    assert wait(*[state(full)] * 5, state(new_pod())) == Rollout(ready=1, desired=1)


def test_a_release_without_workloads_is_not_waited_for() -> None:
    REPORTER.events.clear()
    assert wait(ReleaseState(workloads=(), pods=())) == Rollout(ready=0, desired=0)
    assert "app.kubernetes.io/instance: hello" in REPORTER.of(Warned)[0].text
