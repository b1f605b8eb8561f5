"""rollback: a new revision equal to an old one, and its rollout."""

from dataclasses import dataclass

from draftpy.clock import Clock, Deadline
from draftpy.errors import NotOurs
from draftpy.events import Reporter, Stage
from draftpy.labels import LABEL_BUILD_ID
from draftpy.pipelines.deploy import tell_release, tell_rollout
from draftpy.pipelines.stages import StageRunner
from draftpy.pipelines.status import get_release
from draftpy.release import Release, Releases
from draftpy.rollout import Cluster, RolloutWait, wait_rollout


@dataclass(frozen=True, slots=True, kw_only=True)
class RollbackTools:
    """What a rollback works with."""

    releases: Releases
    cluster: Cluster
    reporter: Reporter
    clock: Clock
    timeout_s: float


def rollback(tools: RollbackTools, name: str, revision: int) -> Release:
    """Roll back (0: to the revision before) and wait; raises ToldError, ReleaseMissing, NotOurs."""
    check_ours(get_release(tools.releases, name))
    stages = StageRunner(reporter=tools.reporter, clock=tools.clock)
    wanted = f"to revision {revision}" if revision else "to the revision before"
    release = stages.run(
        Stage.RELEASE, wanted, lambda: tools.releases.rollback(name, revision), tell_release
    )
    wait = RolloutWait(
        release=name,
        build_id=release.labels.get(LABEL_BUILD_ID, ""),
        deadline=Deadline.after(tools.clock, tools.timeout_s),
    )
    stages.run(
        Stage.ROLLOUT,
        "",
        lambda: wait_rollout(tools.cluster, wait, tools.reporter, lambda: False),
        tell_rollout,
    )
    return release


def check_ours(release: Release) -> None:
    """Raise NotOurs for a release that draftpy did not make."""
    if not release.is_ours:
        raise NotOurs(
            f"release {release.name} in namespace {release.namespace} was not made by draftpy",
            evidence=f"revision {release.revision}, {release.status}, without draftpy's label",
            remedy="helm can change it; draftpy up --adopt takes it over",
        )
