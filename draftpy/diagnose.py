"""Pods, their warnings and last words → the cause why they are not ready: pure."""

import math
import re
from dataclasses import dataclass

from draftpy.pods import ContainerState, PodState, ReleaseState, WorkloadState

# A process that was ended by a signal exits with 128 and its number.
_SIGNAL_BASE = 128
_KILLED, _TERMINATED = 137, 143
_NOT_EXECUTABLE, _NOT_FOUND = 126, 127
_EVIDENCE_LINES = 6
# A node that is added, or a pod that goes, makes room within this; else nothing will.
_SCHEDULE_S = 20.0
# What the agent itself says among an app's lines.
AGENT_SAYS = "draftpy-agent: "
_RAISE_MEMORY = "raise resources.limits.memory in values.yaml"
_MEND_COMMAND = "mend CMD or ENTRYPOINT in the Dockerfile"
_MEND = "mend it and save: until then requests wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a pod is not ready; `heals` says that waiting may still help, for `heals_within_s`."""

    what: str
    evidence: str = ""
    remedy: str = ""
    heals: bool = False
    heals_within_s: float = math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The last lines that a container wrote, of this run and of the one before."""

    now: tuple[str, ...] = ()
    before: tuple[str, ...] = ()

    @property
    def tail(self) -> str:
        """The last few lines, of the run that said something."""
        lines = [line for line in self.now or self.before if line.strip()]
        return "\n".join(lines[-_EVIDENCE_LINES:])


def diagnose_workload(workload: WorkloadState) -> Cause | None:
    """Why a workload has no pods at all, such as Pod Security or a quota; or why a job failed."""
    if not workload.failure:
        return None
    if workload.kind == "Job":
        what, remedy = f"job {workload.name} failed", "its last words: draftpy logs"
        return Cause(what=what, evidence=workload.failure, remedy=remedy)
    quota = "exceeded quota" in workload.failure
    remedy = (
        "lower resources: in the chart's values, or ask for a larger quota"
        if quota
        else "mend the chart's securityContext, or the namespace's policy"
    )
    what = f"the cluster refuses the pods of {workload.kind} {workload.name}"
    return Cause(what=what, evidence=workload.failure, remedy=remedy)


def diagnose_pod(pod: PodState, words: dict[str, Words], warnings: tuple[str, ...]) -> Cause | None:
    """Why a pod is not ready; None if it is, or if nothing is wrong yet."""
    if pod.ready or pod.deleting or pod.phase == "Succeeded":
        return None
    for container in pod.containers:
        cause = _diagnose_container(container, words.get(container.name, Words()))
        if cause:
            return cause
    own = tuple(w for w in warnings if w.startswith(f"Pod {pod.name}:"))
    if pod.unschedulable:
        return _unschedulable(pod)
    return _mount_cause(own) or _probe_cause(pod, own, words)


def diagnose_exit(code: int, *, signal: str, is_oom: bool, words: Words) -> Cause:
    """Why an app ended by itself in a container that goes on."""
    if code in (_NOT_EXECUTABLE, _NOT_FOUND):
        denied = code == _NOT_EXECUTABLE
        return Cause(
            what=f"the app's command {'may not be executed' if denied else 'is not in the image'}",
            evidence=words.tail,
            remedy=_MEND_COMMAND,
        )
    if is_oom:
        what, remedy = "the app was killed: it used more memory than its limit", _RAISE_MEMORY
    elif signal:
        what, remedy = f"the app was ended by {signal}", _MEND
    elif code == 0:
        what, remedy = "the app ended by itself (exit 0): a server must go on running", _MEND
    else:
        what, remedy = f"the app crashed (exit {code})", _MEND
    return Cause(what=what, evidence=words.tail, remedy=remedy)


def find_cause(state: ReleaseState, words: dict[str, dict[str, Words]]) -> Cause | None:
    """The first cause in a release's state; `words` by pod and container."""
    for workload in state.workloads:
        cause = diagnose_workload(workload)
        if cause:
            return cause
    for pod in state.pods:
        cause = diagnose_pod(pod, words.get(pod.name, {}), state.warnings)
        if cause:
            return cause
    return None


def _diagnose_container(container: ContainerState, words: Words) -> Cause | None:
    match container.waiting_reason:
        case "ImagePullBackOff" | "ErrImagePull":
            return _pull_cause(container)
        case "InvalidImageName":
            return Cause(
                what=f"{container.image!r} is no name of an image",
                evidence=container.waiting_message,
                remedy="mend image: in the chart's values, or registry: in draft.yaml",
            )
        case "ErrImageNeverPull":
            return Cause(
                what=f"image {container.image} is not in the node",
                evidence=container.waiting_message,
                remedy="draftpy up publishes it; or set registry: in draft.yaml",
            )
        case "CreateContainerConfigError" | "CreateContainerError":
            return Cause(
                what=f"container {container.name} cannot be made",
                evidence=container.waiting_message,
                remedy="make the missing ConfigMap, Secret or key, or mend env: in values.yaml",
            )
        case "RunContainerError":
            return _start_cause(container, container.waiting_message)
    return _exit_cause(container, words) or _agent_cause(container, words)


def _agent_cause(container: ContainerState, words: Words) -> Cause | None:
    """What the agent said last, in a container that goes on without its app."""
    lines = [line for line in words.now if line.strip()]
    if not container.running or not lines or not lines[-1].startswith(AGENT_SAYS):
        return None
    what = lines[-1].removeprefix(AGENT_SAYS).partition(";")[0]
    said = tuple(line for line in lines if not line.startswith(AGENT_SAYS))
    return Cause(what=what, evidence=Words(now=said).tail, remedy=_MEND)


def _pull_cause(container: ContainerState) -> Cause:
    message, heals = container.waiting_message, False
    if re.search(r"not found|manifest unknown|does not exist", message):
        what, remedy = f"image {container.image} is not in its registry", "draftpy up"
    elif re.search(r"401|403|unauthorized|denied|authorization failed", message, re.IGNORECASE):
        what = f"the registry refuses to give {container.image} to the cluster"
        remedy = "name a pull secret as imagePullSecrets: in values.yaml"
    else:
        what = f"image {container.image} cannot be pulled"
        remedy = "is the registry reachable from the nodes? set registry: in draft.yaml"
        # It may be a hiccup; Kubernetes backs off only after it came again.
        heals = container.waiting_reason == "ErrImagePull"
    return Cause(what=what, evidence=message, remedy=remedy, heals=heals)


def _exit_cause(container: ContainerState, words: Words) -> Cause | None:
    code = container.exit_code if container.exit_code is not None else container.last_exit_code
    if code is None or container.running:
        return None
    if container.is_init and code == 0:
        return None
    reason = container.exit_reason or container.last_reason
    if reason == "OOMKilled":
        return Cause(
            what=f"container {container.name} was killed: it used more memory than its limit",
            evidence=words.tail or container.exit_message,
            remedy=_RAISE_MEMORY,
        )
    if code in (_NOT_EXECUTABLE, _NOT_FOUND) or reason in ("StartError", "ContainerCannotRun"):
        denied = code == _NOT_EXECUTABLE
        return _start_cause(container, words.tail or container.exit_message, denied=denied)
    # One exit may be an app that waits for its database: Kubernetes starts it again.
    heals = container.restarts < 2 and container.waiting_reason != "CrashLoopBackOff"
    return Cause(
        what=f"container {container.name} {_how_it_ended(code)}",
        evidence=words.tail or container.exit_message,
        remedy="mend it and save; all it said: draftpy logs --previous",
        heals=heals,
    )


def _how_it_ended(code: int) -> str:
    match code:
        case 0:
            return "ended by itself (exit 0): a server must go on running"
        case 137:
            return "was killed (signal 9)"
        case 143:
            return "was told to end (signal 15)"
        case _ if code > _SIGNAL_BASE:
            return f"was ended by signal {code - _SIGNAL_BASE}"
        case _:
            return f"exits at once with code {code}"


def _start_cause(container: ContainerState, evidence: str, *, denied: bool = False) -> Cause:
    denied = denied or "permission denied" in evidence
    what = "may not be executed" if denied else "is not in the image"
    return Cause(
        what=f"the command of container {container.name} {what}",
        evidence=evidence,
        remedy=_MEND_COMMAND,
    )


def _unschedulable(pod: PodState) -> Cause:
    remedy = "kubectl describe node"
    if "Insufficient" in pod.unschedulable:
        remedy = "lower resources.requests in values.yaml, or give the cluster more"
    elif "taint" in pod.unschedulable:
        remedy = "add tolerations: to values.yaml, or take the taint off a node"
    elif "PersistentVolumeClaim" in pod.unschedulable:
        remedy = "has the cluster a storage class? kubectl get storageclass,pvc"
    # A node may come, or another pod go.
    what = f"no node can take pod {pod.name}"
    return Cause(
        what=what,
        evidence=pod.unschedulable,
        remedy=remedy,
        heals=True,
        heals_within_s=_SCHEDULE_S,
    )


def _mount_cause(warnings: tuple[str, ...]) -> Cause | None:
    for warning in warnings:
        if "FailedMount" in warning or "FailedAttachVolume" in warning:
            return Cause(
                what="a volume of the pod cannot be mounted",
                evidence=warning,
                remedy="make the missing ConfigMap, Secret or claim, or mend volumes in the chart",
                heals=True,
            )
    return None


def _probe_cause(pod: PodState, warnings: tuple[str, ...], words: dict[str, Words]) -> Cause | None:
    running = [c for c in pod.containers if c.running and not c.ready and not c.is_init]
    failed = [w for w in warnings if "Unhealthy" in w]
    if not running or not failed:
        return None
    container = running[0]
    ports = ", ".join(str(port) for port in container.ports)
    said = words.get(container.name, Words()).tail
    return Cause(
        what=f"container {container.name} runs but does not answer its probe on port {ports}",
        evidence="\n".join(
            part for part in (failed[-1].partition(": Unhealthy: ")[2], said) if part
        ),
        remedy="does it listen on 0.0.0.0 and on that port? See ports: and probes: in values.yaml",
        heals=True,
    )
