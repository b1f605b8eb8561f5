"""A release whose last action was cut off becomes one that can be upgraded."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from draftpy.events import Notice
from draftpy.healing import PENDING_S, heal_release
from draftpy.labels import LABEL_MANAGED_BY, MANAGED_BY
from draftpy.release import Release
from tests.support.clock import ManualClock
from tests.support.releases import MemoryReleases
from tests.support.reporter import ListReporter

OURS = {LABEL_MANAGED_BY: MANAGED_BY}


def revision(number: int, status: str, labels: Mapping[str, str] = OURS) -> Release:
    return Release(
        name="hello",
        namespace="hello",
        revision=number,
        status=status,
        chart="hello-0.1.0",
        updated="",
        description="",
        labels=labels,
        values={"revision": number},
    )


def held(*revisions: Release) -> MemoryReleases:
    releases = MemoryReleases()
    releases.revisions["hello"] = list(revisions)
    return releases


def heal(releases: MemoryReleases, clock: ManualClock | None = None) -> tuple[Release | None, str]:
    found = releases.find("hello")
    assert found
    reporter = ListReporter()
    healed = heal_release(releases, found, clock or ManualClock(), reporter)
    return healed, " ".join(notice.text for notice in reporter.of(Notice))


@pytest.mark.parametrize("status", ["pending-upgrade", "pending-rollback"])
def test_the_last_applied_revision_is_taken_again(status: str) -> None:
    releases = held(revision(1, "superseded"), revision(2, "deployed"), revision(3, status))
    healed, told = heal(releases)
    assert healed
    assert (healed.revision, healed.status, healed.values) == (4, "deployed", {"revision": 2})
    assert "revision 3 of hello was cut off in the middle: back to revision 2" in told


def test_a_first_install_that_was_cut_off_is_removed() -> None:
    releases = held(revision(1, "pending-install"))
    healed, told = heal(releases)
    assert healed is None
    assert releases.find("hello") is None
    assert "removed, to install it anew" in told


def test_an_install_over_failed_ones_is_removed_too() -> None:
    healed, _ = heal(held(revision(1, "failed"), revision(2, "pending-upgrade")))
    assert healed is None


@pytest.mark.parametrize("status", ["deployed", "failed"])
def test_what_is_not_pending_stays(status: str) -> None:
    clock = ManualClock()
    healed, told = heal(held(revision(1, status)), clock)
    assert healed == revision(1, status)
    assert (told, clock.slept) == ("", [])


def test_a_release_of_others_is_not_touched() -> None:
    theirs = revision(1, "pending-install", labels={})
    releases = held(theirs)
    assert heal(releases) == (theirs, "")
    assert releases.find("hello") == theirs


class EndsLater(ManualClock):
    """Somebody else's Helm action ends while we sleep."""

    def __init__(self, releases: MemoryReleases) -> None:
        super().__init__()
        self._releases = releases

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        found = self._releases.revisions["hello"]
        found[-1] = replace(found[-1], status="deployed")


def test_an_action_that_still_runs_is_waited_for() -> None:
    releases = held(revision(1, "deployed"), revision(2, "pending-upgrade"))
    healed, told = heal(releases, EndsLater(releases))
    assert healed == revision(2, "deployed")
    assert told == ""


def test_the_wait_has_an_end() -> None:
    clock = ManualClock()
    heal(held(revision(1, "deployed"), revision(2, "pending-upgrade")), clock)
    assert PENDING_S <= sum(clock.slept) <= PENDING_S + 1
