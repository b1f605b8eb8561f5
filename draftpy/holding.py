"""One `draftpy up` at a time on a release: who holds it, and taking it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Protocol

from draftpy.errors import DraftError, NotOurs

# A holder that has not renewed for this long is gone; one that runs renews far more often.
HOLD_S = 15
RENEW_S = 5.0
_STOPPING_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """One run of `draftpy up`: where it runs, as whom, and its process id there."""

    user: str
    host: str
    pid: int

    def __str__(self) -> str:
        return f"{self.user}@{self.host} (process {self.pid})"

    @property
    def identity(self) -> str:
        """The holder as one word."""
        return f"{self.user}@{self.host}/{self.pid}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A hold as the cluster keeps it; `version` is needed to take it over."""

    identity: str
    renewed_at: datetime
    version: str

    @property
    def holder(self) -> Holder | None:
        """Who that is; None if another program wrote it."""
        who, _, pid = self.identity.rpartition("/")
        user, _, host = who.rpartition("@")
        return Holder(user=user, host=host, pid=int(pid)) if pid.isdigit() else None


class Taken(Enum):
    """How taking a hold went."""

    TAKEN = "taken"
    LOST = "lost"  # another was quicker
    IMPOSSIBLE = "impossible"  # no namespace yet, or no permission: nobody can hold it


class Holds(Protocol):
    """Where holds are kept: in the cluster. Every method raises ClusterUnreachable."""

    def find(self, release: str) -> Hold | None:
        """The present hold; None if there is none, or if it may not be read."""
        ...

    def take(self, release: str, holder: Holder, over: Hold | None) -> Taken:
        """Take or renew it, over exactly that hold."""
        ...

    def drop(self, release: str) -> bool:
        """Remove it; False if there was none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldParts:
    """What holding works with: `is_alive` knows processes of this machine."""

    holds: Holds
    me: Holder
    is_alive: Callable[[int], bool]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


@contextmanager
def holding(release: str, parts: HoldParts) -> Iterator[None]:
    """Hold a release until the context is left; raises NotOurs if another runs `up` on it."""
    keeper = _Keeper(release, parts)
    keeper.take()
    keeper.start()
    try:
        yield
    finally:
        keeper.stop()


class _Keeper:
    """Takes the hold, and renews it on a thread."""

    def __init__(self, release: str, parts: HoldParts) -> None:
        self._release = release
        self._parts = parts
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"hold-{release}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(_STOPPING_S)
        with suppress(DraftError):
            found = self._parts.holds.find(self._release)
            if found and found.identity == self._parts.me.identity:
                self._parts.holds.drop(self._release)

    def take(self) -> None:
        holds, me = self._parts.holds, self._parts.me
        found = holds.find(self._release)
        while not (found and self._is_held(found)):
            if holds.take(self._release, me, found) is not Taken.LOST:
                return
            found = holds.find(self._release)
        raise NotOurs(
            f"another draftpy up runs on {self._release}",
            evidence=f"{found.holder or found.identity}, seen {found.renewed_at:%H:%M:%S} UTC",
            remedy="end that one, or take a namespace of your own: --namespace NAME",
        )

    def _is_held(self, found: Hold) -> bool:
        """Whether somebody else holds it who has not gone."""
        parts, holder = self._parts, found.holder
        if found.identity == parts.me.identity:
            return False
        if holder and holder.host == parts.me.host and not parts.is_alive(holder.pid):
            return False
        return parts.now() - found.renewed_at < timedelta(seconds=HOLD_S)

    def _run(self) -> None:
        while not self._stopped.wait(RENEW_S):
            # A cluster that is away is no reason to give up: nobody else can take it meanwhile.
            with suppress(DraftError):
                self.take()
