"""A gate that requests pass on their way to the app, closed for as long as the app is restarted."""

import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from draftpy.clock import Clock

# However long the one who closed it takes, the gate opens after this.
LIMIT_S = 20.0
# A request that has taken this long already is a stream or a long poll: nobody waits for its end.
LONG_S = 1.0
# One that must not be asked again gets at least so long to finish.
UNSAFE_DRAIN_S = 1.0


class Gate:
    """Safe from any thread; several may hold it closed at once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        # Who keeps it closed, and until when at most.
        self._closers: dict[object, float] = {}
        # Who is in flight, and since when; who of them must not be asked again.
        self._passing: dict[object, float] = {}
        self._unsafe: set[object] = set()
        self._turns = 0

    @property
    def turns(self) -> int:
        """Counts each closing and opening: a connection of an earlier count may lead nowhere."""
        return self._turns

    @contextmanager
    def hold(self, drain_s: float, limit_s: float = LIMIT_S) -> Iterator[None]:
        """Keep it closed inside the context; those in flight get `drain_s` to finish first.

        What can be asked again once the gate is open is waited for no longer than that.
        """
        closer = object()
        self._close(closer, limit_s)
        try:
            self._wait_drained(drain_s, self._passing)
            self._wait_drained(max(0.0, UNSAFE_DRAIN_S - drain_s), self._unsafe)
            yield
        finally:
            self._open(closer)

    def try_enter(self, who: object, *, is_safe: bool = True) -> bool:
        """Be in flight from now on, unless the gate is closed; again is the same as once."""
        with self._changed:
            if who not in self._passing:
                if self._is_closed():
                    return False
                self._passing[who] = self._clock.now()
                if not is_safe:
                    self._unsafe.add(who)
            return True

    def leave(self, who: object) -> None:
        """Be in flight no more; safe to call twice."""
        with self._changed:
            self._unsafe.discard(who)
            if self._passing.pop(who, None) is not None:
                self._changed.notify_all()

    def wait_open(self, timeout_s: float) -> bool:
        """Block until it is open or the time is over; whether it is open."""
        until = self._clock.now() + timeout_s
        with self._changed:
            while self._is_closed():
                left_s = min(until, max(self._closers.values())) - self._clock.now()
                if left_s <= 0:
                    return False
                self._changed.wait(left_s)
            return True

    def _close(self, closer: object, limit_s: float) -> None:
        with self._changed:
            self._closers[closer] = self._clock.now() + limit_s
            self._turns += 1

    def _open(self, closer: object) -> None:
        with self._changed:
            self._closers.pop(closer, None)
            self._turns += 1
            self._changed.notify_all()

    def _is_closed(self) -> bool:
        now = self._clock.now()
        return any(until > now for until in self._closers.values())

    def _wait_drained(self, drain_s: float, awaited: Collection[object]) -> None:
        until = self._clock.now() + drain_s
        with self._changed:
            while self._has_short_ones(awaited) and (left_s := until - self._clock.now()) > 0:
                self._changed.wait(left_s)

    def _has_short_ones(self, awaited: Collection[object]) -> bool:
        since = self._clock.now() - LONG_S
        return any(self._passing[who] > since for who in awaited)
