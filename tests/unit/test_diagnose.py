"""Pods and their last words → the cause."""

from dataclasses import replace

import pytest

from draftpy.diagnose import Words, diagnose_exit, diagnose_pod, find_cause
from draftpy.pods import ContainerState, PodState, ReleaseState, WorkloadState
from tests.support.pods import container, pod

TRACEBACK = ("Traceback (most recent call last):", "NameError: name 'gret' is not defined")
WAITING = replace(container(running=False), ready=False)


def waiting(reason: str, message: str = "") -> ContainerState:
    return replace(WAITING, waiting_reason=reason, waiting_message=message)


def ended(code: int, reason: str = "Error", *, restarts: int = 3) -> ContainerState:
    return replace(
        waiting("CrashLoopBackOff"), last_exit_code=code, last_reason=reason, restarts=restarts
    )


def broken(state: ContainerState) -> PodState:
    return pod("hello-1", state, ready=False)


@pytest.mark.parametrize(
    ("state", "what", "heals"),
    [
        (waiting("ImagePullBackOff", "x: not found"), "is not in its registry", False),
        (waiting("ErrImagePull", "x: not found"), "is not in its registry", False),
        (waiting("ErrImagePull", "dial tcp: i/o timeout"), "cannot be pulled", True),
        (waiting("ImagePullBackOff", "401 Unauthorized"), "refuses to give", False),
        (waiting("ImagePullBackOff", "dial tcp: i/o timeout"), "cannot be pulled", False),
        (waiting("InvalidImageName"), "is no name of an image", False),
        (waiting("ErrImageNeverPull"), "is not in the node", False),
        (
            waiting("CreateContainerConfigError", 'secret "db" not found'),
            "cannot be made",
            False,
        ),
        (waiting("RunContainerError", "exec: no such file"), "is not in the image", False),
        (ended(126), "may not be executed", False),
        (ended(127), "is not in the image", False),
        (ended(137, "OOMKilled"), "more memory than its limit", False),
        (ended(137), "was killed (signal 9)", False),
        (ended(143), "was told to end", False),
        (ended(139), "was ended by signal 11", False),
        (ended(1), "exits at once with code 1", False),
        (ended(0, "Completed"), "ended by itself", False),
    ],
)
def test_a_container_that_does_not_run_has_a_cause(
    state: ContainerState, what: str, heals: bool
) -> None:
    cause = diagnose_pod(broken(state), {"app": Words(before=TRACEBACK)}, ())
    assert cause is not None
    assert what in cause.what
    assert cause.heals is heals
    assert cause.remedy


def test_the_last_words_are_the_evidence_of_a_crash() -> None:
    cause = diagnose_pod(broken(ended(1)), {"app": Words(before=TRACEBACK)}, ())
    assert cause is not None
    assert cause.evidence.endswith("NameError: name 'gret' is not defined")


def test_what_the_kubelet_says_is_the_evidence_where_nothing_was_said() -> None:
    state = replace(ended(128, "StartError"), exit_message='exec: "app": permission denied')
    cause = diagnose_pod(broken(state), {}, ())
    assert cause is not None
    assert "may not be executed" in cause.what
    assert cause.evidence == 'exec: "app": permission denied'


def test_one_exit_may_heal_by_itself() -> None:
    state = replace(WAITING, exit_code=1, restarts=0)
    cause = diagnose_pod(broken(state), {}, ())
    assert cause is not None
    assert cause.heals


def test_a_pod_that_is_ready_or_going_has_no_cause() -> None:
    assert diagnose_pod(pod(), {}, ()) is None
    assert diagnose_pod(replace(broken(ended(1)), deleting=True), {}, ()) is None
    assert diagnose_pod(broken(waiting("ContainerCreating")), {}, ()) is None


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        ("0/1 nodes are available: 1 Insufficient memory.", "lower resources.requests"),
        ("node(s) had untolerated taint {x: y}", "tolerations"),
        ("pod has unbound immediate PersistentVolumeClaims", "storage class"),
    ],
)
def test_a_pod_that_no_node_takes_says_what_lacks(message: str, remedy: str) -> None:
    state = replace(broken(waiting("")), unschedulable=message)
    cause = diagnose_pod(state, {}, ())
    assert cause is not None
    assert remedy in cause.remedy
    assert cause.heals


def test_a_volume_that_cannot_be_mounted_is_named() -> None:
    warning = 'Pod hello-1: FailedMount: secret "certs" not found'
    cause = diagnose_pod(broken(waiting("ContainerCreating")), {}, (warning,))
    assert cause is not None
    assert "volume" in cause.what


def test_a_port_that_does_not_answer_is_named_with_what_the_probe_said() -> None:
    state = replace(container(ports=(8080,)), ready=False)
    warning = "Pod hello-1: Unhealthy: Readiness probe failed: connection refused"
    cause = diagnose_pod(broken(state), {}, (warning,))
    assert cause is not None
    assert "port 8080" in cause.what
    assert cause.evidence == "Readiness probe failed: connection refused"


@pytest.mark.parametrize(
    ("failure", "remedy"),
    [
        ("pods is forbidden: exceeded quota: x", "quota"),
        ('violates PodSecurity "restricted:latest": runAsNonRoot', "securityContext"),
    ],
)
def test_a_workload_whose_pods_are_refused_says_why(failure: str, remedy: str) -> None:
    workload = WorkloadState(
        kind="Deployment",
        name="hello",
        generation=1,
        observed_generation=1,
        desired=1,
        updated=0,
        ready=0,
        total=0,
        failure=failure,
    )
    cause = find_cause(ReleaseState(workloads=(workload,), pods=()), {})
    assert cause is not None
    assert cause.evidence == failure
    assert remedy in cause.remedy


def test_a_pod_that_did_its_work_has_no_cause() -> None:
    done = replace(broken(replace(WAITING, exit_code=0)), phase="Succeeded")
    assert diagnose_pod(done, {}, ()) is None


def test_a_job_that_failed_is_the_cause() -> None:
    job = WorkloadState(
        kind="Job",
        name="sums",
        generation=0,
        observed_generation=0,
        desired=1,
        updated=0,
        ready=0,
        total=0,
        failure="it reached its backoff limit",
    )
    cause = find_cause(ReleaseState(workloads=(job,), pods=()), {})
    assert cause is not None
    assert cause.what == "job sums failed"


def test_an_app_that_ended_in_a_container_that_goes_on_is_told_by_the_agent() -> None:
    said = (
        "no database",
        "draftpy-agent: the app ended by itself with exit code 1; it starts again",
    )
    state = ReleaseState(workloads=(), pods=(pod("hello-1", container(), ready=False),))
    cause = find_cause(state, {"hello-1": {"app": Words(now=said)}})
    assert cause is not None
    assert cause.what == "the app ended by itself with exit code 1"
    assert cause.evidence == "no database"


@pytest.mark.parametrize(
    ("code", "signal", "is_oom", "wanted"),
    [
        (1, "", False, "the app crashed (exit 1)"),
        (0, "", False, "must go on running"),
        (139, "SEGV", False, "ended by SEGV"),
        (137, "KILL", True, "more memory than its limit"),
        (127, "", False, "is not in the image"),
        (126, "", False, "may not be executed"),
    ],
)
def test_an_end_that_the_agent_saw_is_named(
    code: int, signal: str, *, is_oom: bool, wanted: str
) -> None:
    cause = diagnose_exit(code, signal=signal, is_oom=is_oom, words=Words(now=("last words",)))
    assert wanted in cause.what
    assert cause.evidence == "last words"
