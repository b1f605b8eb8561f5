"""Log lines of a release across its pods: none lost, none repeated."""

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Protocol

from draftpy.errors import UsageError
from draftpy.events import LogLine, Reporter
from draftpy.pods import ContainerState, PodState

# Lines remembered per container, to drop what a reopened stream repeats.
REMEMBERED_LINES = 10_000
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """Which lines of one container: `since_time` is RFC 3339, inclusive; "" means no limit."""

    pod: str
    container: str
    follow: bool
    previous: bool = False
    tail: int | None = None
    since_s: int | None = None
    since_time: str = ""


class LogSource(Protocol):
    """Where container logs come from."""

    def open_log(self, query: LogQuery) -> AbstractContextManager[Iterator[tuple[str, str]]]:
        """Lines as (RFC 3339 time, text); leaving the context unblocks a reading thread.

        Raises ClusterUnreachable, Rejected; ends quietly when the container is gone.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LogOptions:
    """What of the logs is wanted; `previous` is the run before the container's last restart."""

    tail: int | None = None
    since_s: int | None = None
    grep: re.Pattern[str] | None = None
    container: str = ""
    previous: bool = False

    def wants(self, container: ContainerState) -> bool:
        """Whether this container's lines are wanted and it has written any."""
        has_begun = container.running or container.exit_code is not None or container.restarts > 0
        return has_begun and self.container in ("", container.name)


def parse_grep(text: str) -> re.Pattern[str] | None:
    """The expression that wanted lines match, None for all; raises UsageError."""
    try:
        return re.compile(text) if text else None
    except re.error as error:
        raise UsageError(
            f"--grep {text!r} is not a regular expression",
            evidence=str(error),
            remedy="put a backslash before characters meant as such",
        ) from error


def read_logs(
    source: LogSource, pods: tuple[PodState, ...], options: LogOptions, reporter: Reporter
) -> int:
    """Tell what the containers have written so far, pod after pod; how many lines that were."""
    told = 0
    for pod, container in _wanted(pods, options):
        query = LogQuery(
            pod=pod.name,
            container=container.name,
            follow=False,
            previous=options.previous,
            tail=options.tail,
            since_s=options.since_s,
        )
        teller = LineTeller(pod.name, container.name, options.grep, reporter)
        with source.open_log(query) as lines:
            teller.tell_new(lines)
        told += teller.told
    return told


def _wanted(
    pods: tuple[PodState, ...], options: LogOptions
) -> Iterator[tuple[PodState, ContainerState]]:
    for pod in sorted(pods, key=lambda pod: pod.created_at):
        for container in pod.containers:
            has_previous = container.restarts > 0 or not options.previous
            if options.wants(container) and has_previous:
                yield pod, container


@dataclass(slots=True)
class SeenLines:
    """The last lines of a container, to know again what a reopened stream repeats.

    Streams can be resumed by whole seconds only, lines of stdout and stderr may be stamped
    slightly out of order, and a restarted container's stream may be the new run's already: so
    lines are known by stamp and text, not by their place.
    """

    is_partial: bool = False  # older lines than the remembered ones were told, or are not wanted
    limit: int = REMEMBERED_LINES
    _lines: deque[int] = field(default_factory=deque)
    _stamps: deque[str] = field(default_factory=deque)
    _newest: str = ""
    _repeats: Counter[int] = field(default_factory=Counter)

    @property
    def since_time(self) -> str:
        """A whole second safely before the newest line; "" if there is none."""
        if not self._newest:
            return ""
        second = datetime.fromisoformat(self._newest[:19] + _zone(self._newest))
        return (second - timedelta(seconds=1)).isoformat().replace("+00:00", "Z")

    def add(self, at: str, text: str) -> None:
        """Remember a line that was told."""
        self._lines.append(hash((at, text)))
        if at and (not self._newest or stamp_key(at) >= stamp_key(self._newest)):
            self._newest = at
        self._stamps.append(at or self._newest)
        if len(self._lines) > self.limit:
            self._lines.popleft()
            self._stamps.popleft()
            self.is_partial = True

    def expect_repeats(self) -> None:
        """A stream begins: it may tell again what is remembered, each line once."""
        self._repeats = Counter(self._lines)

    def is_repeat(self, at: str, text: str) -> bool:
        """Whether this line of the present stream was told before."""
        if not self._repeats:
            return False
        key = hash((at, text))
        if self._repeats[key] > 0:
            self._repeats[key] -= 1
            return True
        oldest = self._stamps[0]
        return self.is_partial and bool(at and oldest) and stamp_key(at) < stamp_key(oldest)


@dataclass(slots=True)
class LineTeller:
    """Tells the lines of one container, each once, however often its streams begin again."""

    pod: str
    container: str
    grep: re.Pattern[str] | None
    reporter: Reporter
    seen: SeenLines = field(default_factory=SeenLines)
    told: int = 0

    def tell_new(self, lines: Iterable[tuple[str, str]]) -> None:
        """Tell what was not told before, as long as lines come."""
        self.seen.expect_repeats()
        for at, text in map(_checked, lines):
            if self.seen.is_repeat(at, text):
                continue
            self.seen.add(at, text)
            if self.grep is None or self.grep.search(text):
                self.told += 1
                line = LogLine(pod=self.pod, container=self.container, text=text, at=at)
                self.reporter.report(line)


def _checked(line: tuple[str, str]) -> tuple[str, str]:
    """The kubelet puts remarks of its own, without a time, between the lines."""
    at, text = line
    if not at or _STAMP.fullmatch(at):
        return line
    return "", f"{at} {text}"


def stamp_key(at: str) -> tuple[float, str]:
    """An RFC 3339 time as something that sorts, to the nanosecond: second, then its fraction."""
    fraction = at[19:].rstrip("Zz").partition("+")[0].partition("-")[0].removeprefix(".")
    return _second(at[:19] + _zone(at)), fraction.ljust(9, "0")


@lru_cache(maxsize=1024)
def _second(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _zone(at: str) -> str:
    return "+00:00" if at[-1:] in "Zz" else at[-6:]
