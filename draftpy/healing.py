"""A release whose last Helm action was cut off in the middle → one that Helm works on again."""

from draftpy.clock import Clock, Deadline
from draftpy.errors import ReleaseMissing
from draftpy.events import Notice, Reporter, Stage, StageProgress
from draftpy.release import Release, Releases

# What an upgrade can start from.
_APPLIED = ("deployed", "superseded")
# An action that shows no end for so long was cut off: draftpy lets Helm wait for nothing.
PENDING_S = 10.0
_LOOK_S = 0.5


def heal_release(
    releases: Releases, found: Release, clock: Clock, reporter: Reporter
) -> Release | None:
    """The release without an action that was cut off (a kill, a power cut); None if none is left.

    Helm refuses everything while a revision is pending. An action that may still run is waited for;
    then the last revision that was applied is taken again, and a first install that was cut off is
    removed. Releases of others are returned as they are.
    """
    if not found.is_ours or not found.is_pending:
        return found
    newest = _wait_settled(releases, found, clock, reporter)
    if newest is None or not newest.is_pending:
        return newest
    applied = [r.revision for r in _history(releases, found.name) if r.status in _APPLIED]
    if applied:
        reporter.report(Notice(text=f"{_cut_off(newest)}: back to revision {applied[-1]} first"))
        return releases.rollback(found.name, applied[-1])
    reporter.report(Notice(text=f"{_cut_off(newest)}: removed, to install it anew"))
    releases.uninstall(found.name)
    return None


def _wait_settled(
    releases: Releases, found: Release, clock: Clock, reporter: Reporter
) -> Release | None:
    """The newest revision once nothing is pending, or after a while."""
    text = f"another Helm action on {found.name} is under way ({found.status})"
    reporter.report(StageProgress(stage=Stage.RELEASE, text=text))
    deadline = Deadline.after(clock, PENDING_S)
    newest = releases.find(found.name)
    while newest and newest.is_pending and not deadline.has_passed():
        clock.sleep(_LOOK_S)
        newest = releases.find(found.name)
    return newest


def _history(releases: Releases, name: str) -> tuple[Release, ...]:
    try:
        return releases.history(name)
    except ReleaseMissing:
        return ()


def _cut_off(release: Release) -> str:
    return f"revision {release.revision} of {release.name} was cut off in the middle"
