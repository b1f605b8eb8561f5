"""status: release, image, pods and the last error on one screen."""

from dataclasses import dataclass
from typing import Any

from draftpy.diagnose import Cause, find_cause
from draftpy.errors import ReleaseMissing
from draftpy.events import Reporter, Result
from draftpy.labels import LABEL_COMMIT, LABEL_ENVIRONMENT
from draftpy.pipelines.history import image_of, release_to_json, short_time
from draftpy.pods import PodState, ReleaseState
from draftpy.release import Release, Releases
from draftpy.rollout import Cluster, read_words
from draftpy.tables import render_table


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusTools:
    """What a status is read with; `reach` is how the app is reached from this machine."""

    releases: Releases
    cluster: Cluster
    reporter: Reporter
    kube_context: str


def status(tools: StatusTools, name: str) -> None:
    """Tell the state of a release now; raises ReleaseMissing."""
    release = get_release(tools.releases, name)
    state = tools.cluster.read_release(name)
    cause = find_cause(state, read_words(tools.cluster, state, of_running=True))
    text = render_status(release, state, cause, tools.kube_context)
    tools.reporter.report(Result(text=text, body=status_to_json(release, state, cause)))


def get_release(releases: Releases, name: str) -> Release:
    """The newest revision; raises ReleaseMissing."""
    release = releases.find(name)
    if release is None:
        raise ReleaseMissing(f"there is no release {name} here", remedy="draftpy up")
    return release


def render_status(
    release: Release, state: ReleaseState, cause: Cause | None, kube_context: str
) -> str:
    """The screen of status."""
    staying = [pod for pod in state.pods if not pod.deleting]
    ready = sum(pod.ready for pod in staying)
    commit = release.labels.get(LABEL_COMMIT, "")[:12]
    lines = [
        f"{release.name} · {release.labels.get(LABEL_ENVIRONMENT, 'not made by draftpy')}"
        f" · kube context {kube_context} · namespace {release.namespace}",
        f"release   revision {release.revision}, {release.status}, {short_time(release.updated)}",
        f"image     {image_of(release)}" + (f", commit {commit}" if commit else ""),
        f"pods      {ready} of {len(staying)} ready",
    ]
    if state.pods:
        rows = [_pod_row(pod) for pod in state.pods]
        table = render_table(("POD", "READY", "RESTARTS", "STATE"), rows)
        lines += [f"  {line}" for line in table.splitlines()]
    lines += _cause_lines(cause)
    ports = sorted({port for pod in state.pods for c in pod.containers for port in c.ports})
    if ports:
        lines.append(f"reach it  draftpy connect   (port {', '.join(map(str, ports))})")
    return "\n".join(lines)


def status_to_json(release: Release, state: ReleaseState, cause: Cause | None) -> dict[str, Any]:
    """The status as JSON types."""
    return {
        "release": release_to_json(release),
        "pods": [
            {
                "name": pod.name,
                "phase": pod.phase,
                "ready": pod.ready,
                "restarts": _restarts(pod),
                "state": _state_of(pod),
            }
            for pod in state.pods
        ],
        "cause": (
            {"what": cause.what, "evidence": cause.evidence, "remedy": cause.remedy}
            if cause
            else None
        ),
    }


def _cause_lines(cause: Cause | None) -> list[str]:
    if cause is None:
        return []
    evidence = [f"          {line}" for line in cause.evidence.splitlines()]
    return [f"wrong     {cause.what}", *evidence, f"          → {cause.remedy}"]


def _pod_row(pod: PodState) -> tuple[str, str, str, str]:
    return pod.name, "yes" if pod.ready else "no", str(_restarts(pod)), _state_of(pod)


def _restarts(pod: PodState) -> int:
    return sum(container.restarts for container in pod.containers)


def _state_of(pod: PodState) -> str:
    if pod.deleting:
        return "ending"
    waiting = next((c.waiting_reason for c in pod.containers if c.waiting_reason), "")
    return waiting or pod.phase.lower()
