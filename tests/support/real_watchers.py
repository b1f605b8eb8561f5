"""Every real watcher, and a sink that keeps what it is told."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from draftpy.adapters.inotify_watcher import InotifyWatcher
from draftpy.adapters.polling_watcher import Polling, PollingWatcher
from draftpy.adapters.watchdog_watcher import WatchdogWatcher
from draftpy.errors import DraftError
from draftpy.watch import ChangeKind, LoadRules, RawChange, Watcher
from tests.support.reporter import ListReporter


class ListSink:
    """Keeps raw changes; `wait_for` blocks until a path was told."""

    def __init__(self) -> None:
        self.changes: list[RawChange] = []
        self.lost = 0
        self.errors: list[DraftError] = []
        self._told = threading.Condition()

    def put(self, change: RawChange) -> None:
        with self._told:
            self.changes.append(change)
            self._told.notify_all()

    def put_lost(self) -> None:
        with self._told:
            self.lost += 1
            self._told.notify_all()

    def fail(self, error: DraftError) -> None:
        with self._told:
            self.errors.append(error)
            self._told.notify_all()

    def wait(self, is_there: Callable[[], bool]) -> None:
        with self._told:
            assert self._told.wait_for(is_there, 5), (self.changes, self.errors)

    def wait_for(self, path: str, kind: ChangeKind | None = None) -> None:
        self.wait(lambda: any(c.path == path and kind in (None, c.kind) for c in self.changes))

    @property
    def paths(self) -> set[str]:
        return {change.path for change in self.changes}


OFTEN = Polling(because="it is a test", min_pause_s=0.01)
REAL: dict[str, Callable[[Path, LoadRules], Watcher]] = {
    "inotify": InotifyWatcher,
    "watchdog": WatchdogWatcher,
    "poll": lambda root, load_rules: PollingWatcher(root, load_rules, ListReporter(), OFTEN),
}


@contextmanager
def watching(watcher: Watcher) -> Iterator[ListSink]:
    sink = ListSink()
    with watcher.watch(sink):
        yield sink
    assert not sink.errors
