"""One draftpy up at a time on a release."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from draftpy.adapters.kube.leases import KubeHolds
from draftpy.errors import NotOurs
from draftpy.holding import Hold, Holder, HoldParts, Taken, holding
from tests.support.api_stub import Answer, ApiStub, api_stub, stub_client

ME = Holder(user="alice", host="laptop", pid=100)
OTHER = replace(ME, user="bob", host="desk", pid=7)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PATH = "/apis/coordination.k8s.io/v1/namespaces/hello/leases"


@dataclass
class MemoryHolds:
    hold: Hold | None = None
    takes: list[Taken] = field(default_factory=list)

    def find(self, release: str) -> Hold | None:
        assert release == "hello"
        return self.hold

    def take(self, release: str, holder: Holder, over: Hold | None) -> Taken:
        assert (release, over) == ("hello", self.hold)
        outcome = self.takes.pop(0) if self.takes else Taken.TAKEN
        if outcome is Taken.TAKEN:
            self.hold = hold_of(holder)
        return outcome

    def drop(self, release: str) -> bool:
        assert release == "hello"
        self.hold = None
        return True


def hold_of(holder: Holder, at: datetime = NOON) -> Hold:
    return Hold(identity=holder.identity, renewed_at=at, version="1")


def parts_of(holds: MemoryHolds, *alive: int) -> HoldParts:
    return HoldParts(holds=holds, me=ME, is_alive=alive.__contains__, now=lambda: NOON)


def test_a_free_release_is_held_and_given_back() -> None:
    holds = MemoryHolds()
    with holding("hello", parts_of(holds)):
        assert holds.hold == hold_of(ME)
    assert holds.hold is None


def test_the_second_is_told_who_holds_it() -> None:
    holds = MemoryHolds(hold_of(OTHER))
    with pytest.raises(NotOurs) as caught, holding("hello", parts_of(holds)):
        pass
    assert caught.value.evidence.startswith("bob@desk (process 7)")
    assert holds.hold == hold_of(OTHER)


def test_a_holder_that_no_longer_renews_is_gone() -> None:
    holds = MemoryHolds(hold_of(OTHER, NOON - timedelta(minutes=1)))
    with holding("hello", parts_of(holds)):
        assert holds.hold == hold_of(ME)


def test_a_holder_of_this_machine_that_was_killed_is_gone_at_once() -> None:
    holds = MemoryHolds(hold_of(replace(ME, pid=99)))
    with holding("hello", parts_of(holds)):
        assert holds.hold == hold_of(ME)


def test_a_holder_of_this_machine_that_runs_is_not() -> None:
    holds = MemoryHolds(hold_of(replace(ME, pid=99)))
    with pytest.raises(NotOurs), holding("hello", parts_of(holds, 99)):
        pass


def test_where_nobody_can_hold_it_everybody_may_go_on() -> None:
    holds = MemoryHolds(takes=[Taken.IMPOSSIBLE])
    with holding("hello", parts_of(holds)):
        assert holds.hold is None


def test_who_was_slower_looks_again() -> None:
    holds = MemoryHolds(takes=[Taken.LOST])
    with holding("hello", parts_of(holds)):
        assert holds.hold == hold_of(ME)


@pytest.fixture
def api() -> Iterator[ApiStub]:
    with api_stub() as running:
        yield running


@pytest.fixture
def kube(api: ApiStub, tmp_path: Path) -> KubeHolds:
    return KubeHolds(stub_client(api, tmp_path), "hello")


def test_a_lease_says_who_and_until_when(api: ApiStub, kube: KubeHolds) -> None:
    api.answer("POST", PATH, Answer(body={}))
    assert kube.take("hello", ME, None) is Taken.TAKEN
    spec = api.asked[-1].body["spec"]
    assert spec["holderIdentity"] == "alice@laptop/100"
    assert spec["leaseDurationSeconds"] == 15


def test_a_lease_is_read_back(api: ApiStub, kube: KubeHolds) -> None:
    spec = {"holderIdentity": "bob@desk/7", "renewTime": "2026-01-01T12:00:00.000000Z"}
    body = {"metadata": {"resourceVersion": "1"}, "spec": spec}
    api.answer("GET", f"{PATH}/hello-draftpy-up", Answer(body=body))
    assert kube.find("hello") == hold_of(OTHER)


@pytest.mark.parametrize(
    ("status", "outcome"), [(409, Taken.LOST), (404, Taken.IMPOSSIBLE), (403, Taken.IMPOSSIBLE)]
)
def test_what_the_server_says_decides(
    api: ApiStub, kube: KubeHolds, status: int, outcome: Taken
) -> None:
    api.answer("POST", PATH, Answer(status=status))
    assert kube.take("hello", ME, None) is outcome
