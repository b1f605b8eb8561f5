"""A watcher that another one takes over from when the first one's limit is reached."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from draftpy.errors import DraftError, WatchLimit
from draftpy.watch import ChangeSink, RawChange, Watcher


class FallingBackWatcher:
    """Watches by `first`; once that meets a limit, by the watcher that `fall_back` makes of it."""

    def __init__(self, first: Watcher, fall_back: Callable[[WatchLimit], Watcher]) -> None:
        self._first = first
        self._fall_back = fall_back

    @contextmanager
    def watch(self, sink: ChangeSink) -> Iterator[int]:
        """Tell the sink of every change; raises what either watcher raises, but no WatchLimit."""
        with ExitStack() as second, ExitStack() as first:
            switch = _Switch(sink, self._fall_back, second)
            try:
                folders = first.enter_context(self._first.watch(switch))
            except WatchLimit as error:
                folders = switch.fall_back(error)
            try:
                yield folders
            finally:
                switch.close()


class _Switch:
    """The first watcher's sink: passes changes on, and starts the second one at a limit."""

    def __init__(
        self, sink: ChangeSink, make_second: Callable[[WatchLimit], Watcher], stack: ExitStack
    ) -> None:
        self._sink = sink
        self._make_second = make_second
        self._stack = stack
        self._lock = threading.Lock()
        self._folders = 0
        self._is_closed = False

    def put(self, change: RawChange) -> None:
        """One change."""
        self._sink.put(change)

    def put_lost(self) -> None:
        """Changes were lost."""
        self._sink.put_lost()

    def fail(self, error: DraftError) -> None:
        """Fall back at a limit; what went unseen meanwhile is found by comparing everything."""
        if not isinstance(error, WatchLimit):
            self._sink.fail(error)
            return
        try:
            self.fall_back(error)
        except DraftError as second:
            self._sink.fail(second)
        else:
            self._sink.put_lost()

    def fall_back(self, error: WatchLimit) -> int:
        """Start the second watcher, once; how many folders it watches."""
        with self._lock:
            if not self._folders and not self._is_closed:
                second = self._make_second(error)
                self._folders = self._stack.enter_context(second.watch(self._sink))
            return self._folders

    def close(self) -> None:
        """Start nothing from now on."""
        with self._lock:
            self._is_closed = True
