"""delete: the release, what is left of it, and its namespace if that was ours and is empty."""

from dataclasses import dataclass
from typing import Protocol

from draftpy.clock import Clock, Deadline
from draftpy.errors import ReleaseFailed
from draftpy.events import Reporter, Result
from draftpy.pipelines.rollback import check_ours
from draftpy.release import Releases

# Pods get their grace period to end before their absence is checked.
_GONE_S = 60.0
_LOOK_S = 0.2


class DeletableNamespaces(Protocol):
    """The namespaces of the cluster."""

    def is_ours(self, name: str) -> bool:
        """Whether draftpy made it."""
        ...

    def is_empty(self, name: str) -> bool:
        """Whether nothing but what Kubernetes puts there itself is in it."""
        ...

    def delete(self, name: str) -> bool:
        """Remove it; False if it was not there."""
        ...

    def leftovers(self, name: str, release: str) -> tuple[str, ...]:
        """`kind/name` of every object labelled with the release."""
        ...


class DeletableBuildLogs(Protocol):
    """Where the output of the last build is kept."""

    def delete(self, release: str) -> bool:
        """Forget it; False if there was none."""
        ...


class DeletableHolds(Protocol):
    """Who runs `up` on a release."""

    def drop(self, release: str) -> bool:
        """Forget it; False if nobody does."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteTools:
    """What a deletion works with."""

    releases: Releases
    namespaces: DeletableNamespaces
    build_logs: DeletableBuildLogs
    holds: DeletableHolds
    reporter: Reporter
    clock: Clock
    namespace: str


def delete(tools: DeleteTools, name: str) -> None:
    """Remove it all; doing so twice is no error; raises NotOurs, ReleaseFailed."""
    release = tools.releases.find(name)
    if release:
        check_ours(release)
    removed = tools.releases.uninstall(name) if release else False
    tools.build_logs.delete(name)
    tools.holds.drop(name)
    _wait_gone(tools, name)
    gone = tools.namespace if _delete_namespace(tools) else ""
    text = f"{name} is removed" if removed else f"there was no release {name}"
    if gone:
        text += f", and namespace {gone} with it"
    body = {"release": name, "removed": removed, "namespaceRemoved": bool(gone)}
    tools.reporter.report(Result(text=text, body=body))


def _delete_namespace(tools: DeleteTools) -> bool:
    namespaces, name = tools.namespaces, tools.namespace
    return namespaces.is_ours(name) and namespaces.is_empty(name) and namespaces.delete(name)


def _wait_gone(tools: DeleteTools, name: str) -> None:
    deadline = Deadline.after(tools.clock, _GONE_S)
    left = tools.namespaces.leftovers(tools.namespace, name)
    while left and not deadline.has_passed():
        tools.clock.sleep(_LOOK_S)
        left = tools.namespaces.leftovers(tools.namespace, name)
    if left:
        raise ReleaseFailed(
            f"some objects of {name} are still there after {_GONE_S:.0f} s",
            evidence=", ".join(left),
            remedy="draftpy delete again, or kubectl describe them",
        )
