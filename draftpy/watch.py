"""Watcher: raw file changes → settled change sets."""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Protocol

from draftpy.clock import Clock
from draftpy.dockerignore import DOCKERIGNORE, IgnoreRules
from draftpy.editor_files import is_editor_temp
from draftpy.errors import DraftError
from draftpy.keys import Command

# A finished write of a lone file waits just long enough to see whether others follow: git and
# package managers write the next file within a millisecond.
LONE_QUIET_S = 0.003
QUIET_S = 0.020
CAP_S = 0.050
# From this many paths on it is a burst (a checkout, an install): a millisecond of quiet per path.
BURST_PATHS = 20
BURST_QUIET_S = 0.300
BURST_CAP_S = 2.0
# More paths than this are not worth naming: the whole tree is compared.
MAX_PATHS = 20_000

# A change of one of these at the root changes what is ignored; so does DOCKERFILE.dockerignore.
RULE_FILES = (".gitignore", ".dockerignore", ".draftignore")
LoadRules = Callable[[Path], IgnoreRules]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """A settled group of changed paths, relative to the project with `/`, sorted.

    A folder's path stands for everything below it. `seen_at` is the clock's second of the first
    change in it; `whole_tree` says that paths were too many or unknown (events were lost), so
    everything has to be compared.
    """

    paths: tuple[str, ...]
    seen_at: float
    whole_tree: bool = False

    def merged_with(self, later: "ChangeSet") -> "ChangeSet":
        """Both sets as one, seen when the earlier one was."""
        return ChangeSet(
            paths=tuple(sorted({*self.paths, *later.paths})),
            seen_at=min(self.seen_at, later.seen_at),
            whole_tree=self.whole_tree or later.whole_tree,
        )


class ChangeKind(Enum):
    """What a file system tells of a path."""

    CREATED = "created"
    MODIFIED = "modified"
    FINISHED = "finished"  # closed after writing
    ARRIVED = "arrived"  # renamed to this path
    GONE = "gone"  # deleted, or renamed away


@dataclass(frozen=True, slots=True)
class RawChange:
    """One change as the file system tells it; the path is relative to the project, with `/`."""

    path: str
    kind: ChangeKind


class ChangeSink(Protocol):
    """Where a watcher puts what it sees; safe to call from any thread."""

    def put(self, change: RawChange) -> None:
        """One change."""
        ...

    def put_lost(self) -> None:
        """Changes were lost: nobody knows which."""
        ...

    def fail(self, error: DraftError) -> None:
        """The watcher cannot go on."""
        ...


class Watcher(Protocol):
    """Something that sees the files of one folder change."""

    def watch(self, sink: ChangeSink) -> AbstractContextManager[int]:
        """Put changes into the sink until the context is left; the value is how many folders.

        Entering returns when every change from now on will be seen; raises WatchFailed.
        Ignored paths are not told.
        """
        ...


@dataclass(slots=True)
class _Pending:
    is_new: bool  # it was not there before this change set
    last: ChangeKind

    @property
    def is_finished(self) -> bool:
        return self.last in (ChangeKind.FINISHED, ChangeKind.ARRIVED)


@dataclass(slots=True, kw_only=True)
class Coalescer:
    """Gathers raw changes and says when they have settled; time is passed in."""

    _pending: dict[str, _Pending] = field(default_factory=dict)
    # Distinct paths since the last real pause: so a slow burst counts as one, too.
    _flow: set[str] = field(default_factory=set)
    _whole_tree: bool = False
    _first_at: float = 0.0
    _last_at: float = 0.0

    def feed(self, change: RawChange, now: float) -> None:
        """Take one change in; editors' temporary files count for nothing."""
        if is_editor_temp(change.path):
            return
        self._touch(now)
        if self._whole_tree:
            return
        self._flow.add(change.path)
        known = self._pending.get(change.path)
        if known is None:
            is_new = change.kind is ChangeKind.CREATED
            self._pending[change.path] = _Pending(is_new, change.kind)
        elif known.is_new and change.kind is ChangeKind.GONE:
            del self._pending[change.path]  # made and removed: as if nothing had been
        else:
            known.last = change.kind
        if len(self._pending) > MAX_PATHS:
            self._forget_paths()

    def feed_lost(self, now: float) -> None:
        """Changes were lost: the whole tree has to be compared."""
        self._touch(now)
        self._forget_paths()

    def due_in(self, now: float) -> float | None:
        """Seconds until the change set has settled, 0 if it has; None if there is none."""
        if not self._pending and not self._whole_tree:
            return None
        at = min(self._last_at + self._quiet_s(), self._first_at + self._cap_s())
        return max(0.0, at - now)

    def take(self) -> ChangeSet:
        """The change set, settled or not; the next one begins empty."""
        changes = ChangeSet(
            paths=tuple(sorted(self._pending)),
            seen_at=self._first_at,
            whole_tree=self._whole_tree,
        )
        self._pending = {}
        self._whole_tree = False
        return changes

    def _touch(self, now: float) -> None:
        if not self._pending and not self._whole_tree:
            self._first_at = now
        if now - self._last_at > BURST_QUIET_S:
            self._flow = set(self._pending)
        self._last_at = now

    def _forget_paths(self) -> None:
        self._whole_tree = True
        self._pending = {}

    def _is_burst(self) -> bool:
        return self._whole_tree or len(self._flow) > BURST_PATHS

    def _quiet_s(self) -> float:
        if self._whole_tree:
            return BURST_QUIET_S
        if self._is_burst():
            return min(BURST_QUIET_S, len(self._flow) / 1000)
        if len(self._pending) == 1:
            (lone,) = self._pending.values()
            # A new file may be some program's temporary one, about to be renamed.
            if lone.is_finished and not lone.is_new:
                return LONE_QUIET_S
        return QUIET_S

    def _cap_s(self) -> float:
        return BURST_CAP_S if self._is_burst() else CAP_S


class ChangeQueue:
    """The sink of a watcher and of keys, and the source of change sets and commands.

    While nobody takes them, change sets grow into one: nothing is lost during a build, nor while
    it is paused.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._coalescer = Coalescer()
        self._changed = threading.Condition()
        self._error: DraftError | None = None
        self._commands: deque[Command] = deque()
        self._is_paused = False

    def put(self, change: RawChange) -> None:
        """One change, from any thread."""
        with self._changed:
            self._coalescer.feed(change, self._clock.now())
            self._changed.notify_all()

    def put_lost(self) -> None:
        """Changes were lost: the next change set is the whole tree."""
        with self._changed:
            self._coalescer.feed_lost(self._clock.now())
            self._changed.notify_all()

    def fail(self, error: DraftError) -> None:
        """The watcher has ended: whoever waits gets this error, now and later."""
        with self._changed:
            self._error = error
            self._changed.notify_all()

    def press(self, command: Command) -> None:
        """A key was pressed: whoever waits is woken."""
        with self._changed:
            self._commands.append(command)
            self._changed.notify_all()

    def take_command(self) -> Command | None:
        """The next key that was pressed, if any."""
        with self._changed:
            return self._commands.popleft() if self._commands else None

    def toggle_pause(self) -> bool:
        """Hold change sets back, or give them out again; whether they are held back now."""
        with self._changed:
            self._is_paused = not self._is_paused
            return self._is_paused

    def has_pending(self) -> bool:
        """Whether a settled change set waits: a reason to stop what is being built."""
        with self._changed:
            return self._due_in() == 0

    def wait_next(self, timeout_s: float) -> ChangeSet | None:
        """The next settled change set; None after the time-out, or at once if a command waits.

        Raises the watcher's error.
        """
        until = self._clock.now() + timeout_s
        with self._changed:
            while True:
                due_in = self._due_in()
                if due_in == 0:
                    return self._coalescer.take()
                if self._error is not None:
                    raise self._error
                left = until - self._clock.now()
                if left <= 0 or self._commands:
                    return None
                self._changed.wait(left if due_in is None else min(left, due_in))

    def _due_in(self) -> float | None:
        return None if self._is_paused else self._coalescer.due_in(self._clock.now())


def is_rule_file(path: str) -> bool:
    """Whether a change of this file changes what is ignored."""
    return path in RULE_FILES or path.endswith(DOCKERIGNORE)
