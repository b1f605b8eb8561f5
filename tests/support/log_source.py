"""The kubelet's logs in memory: runs of containers, streams that break where a test says."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from draftpy.errors import DraftError
from draftpy.logs import LogQuery

Line = tuple[str, str]


def stamp(nanoseconds: int) -> str:
    """RFC 3339 as the kubelet writes it, so many nanoseconds into a day."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    minutes, second = divmod(seconds, 60)
    return f"2026-01-02T03:{minutes:02}:{second:02}.{rest:09}Z"


@dataclass(slots=True)
class _Run:
    lines: list[Line] = field(default_factory=list)
    is_over: bool = False


class MemoryLogs:
    """Containers write with `write`, restart with `restart`, end with `end`."""

    def __init__(self) -> None:
        self.queries: list[LogQuery] = []
        # Each stream takes one: after so many lines it breaks with an error, or (negative: after
        # as many less one) just ends.
        self.breaks: list[int] = []
        self.refusals: list[DraftError] = []
        self.open_streams = 0
        self._runs: dict[tuple[str, str], list[_Run]] = {}
        self._changed = threading.Condition()

    def write(self, *lines: Line, pod: str = "hello-1", container: str = "app") -> None:
        with self._changed:
            self._runs_of(pod, container)[-1].lines.extend(lines)
            self._changed.notify_all()

    def end(self, pod: str = "hello-1", container: str = "app") -> None:
        with self._changed:
            self._runs_of(pod, container)[-1].is_over = True
            self._changed.notify_all()

    def restart(self, pod: str = "hello-1", container: str = "app") -> None:
        self.end(pod, container)
        with self._changed:
            self._runs_of(pod, container).append(_Run())

    @contextmanager
    def open_log(self, query: LogQuery) -> Iterator[Iterator[Line]]:
        with self._changed:
            self.queries.append(query)
            if self.refusals:
                raise self.refusals.pop(0)
            break_after = self.breaks.pop(0) if self.breaks else None
            self.open_streams += 1
        closed = threading.Event()
        try:
            yield self._stream(query, break_after, closed)
        finally:
            with self._changed:
                closed.set()
                self.open_streams -= 1
                self._changed.notify_all()

    def _stream(
        self, query: LogQuery, break_after: int | None, closed: threading.Event
    ) -> Iterator[Line]:
        for number, line in enumerate(self._lines(query, closed)):
            if break_after is not None and break_after >= 0 and number == break_after:
                raise OSError("the stream broke")
            if break_after is not None and break_after < 0 and number == -break_after - 1:
                return
            yield line

    def _lines(self, query: LogQuery, closed: threading.Event) -> Iterator[Line]:
        runs = self._runs_of(query.pod, query.container)
        wanted = len(runs) - (2 if query.previous else 1)
        if wanted < 0:
            return
        run = runs[wanted]
        # Like the kubelet: whole seconds only, whatever fraction is asked for.
        since = query.since_time[:19]
        position = 0 if query.tail is None else max(0, len(run.lines) - query.tail)
        while True:
            with self._changed:
                while len(run.lines) <= position and query.follow and not run.is_over:
                    if closed.is_set():
                        return
                    self._changed.wait()
                if closed.is_set() or len(run.lines) <= position:
                    return
                line = run.lines[position]
            position += 1
            if line[0][:19] >= since:
                yield line

    def _runs_of(self, pod: str, container: str) -> list[_Run]:
        return self._runs.setdefault((pod, container), [_Run()])
