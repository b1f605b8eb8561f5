"""A cluster whose states a test sends."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from draftpy.pods import PodState, ReleaseState
from tests.support.pods import release_state


class StatesCluster:
    """`send` makes the release's next state, `fail` breaks the watch; logs are empty."""

    def __init__(self, *pods: PodState) -> None:
        self._state = release_state(*pods)
        self._version = 0
        self._errors: list[Exception] = []
        self._changed = threading.Condition()
        self.watches = 0

    def send(self, *pods: PodState) -> None:
        with self._changed:
            self._state = release_state(*pods)
            self._version += 1
            self._changed.notify_all()

    def fail(self, error: Exception) -> None:
        with self._changed:
            self._errors.append(error)
            self._changed.notify_all()

    @contextmanager
    def watch_release(self, release: str) -> Iterator[Iterator[ReleaseState]]:
        closed = threading.Event()
        self.watches += 1
        try:
            yield self._states(closed)
        finally:
            with self._changed:
                closed.set()
                self._changed.notify_all()

    def read_release(self, release: str) -> ReleaseState:
        return self._state

    def last_log_lines(
        self, pod: str, container: str, *, previous: bool, lines: int
    ) -> tuple[str, ...]:
        return ()

    def _states(self, closed: threading.Event) -> Iterator[ReleaseState]:
        seen = -1
        while True:
            with self._changed:
                while self._version == seen and not self._errors and not closed.is_set():
                    self._changed.wait()
                if closed.is_set():
                    return
                if self._errors:
                    raise self._errors.pop(0)
                seen, state = self._version, self._state
            yield state
