"""up: guard → one turn → follow, and another turn for each change set."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from typing import Protocol

from draftpy.clock import Clock
from draftpy.errors import DraftError, ExitCode, Interrupted
from draftpy.events import Failed, Notice, Reporter, Served, Stopped, Watching
from draftpy.keys import Command
from draftpy.pipelines.stages import ToldError
from draftpy.watch import ChangeQueue, ChangeSet, Watcher

# How long one wait for changes takes; in between, a cluster or engine that was away is tried anew.
_WAIT_S = 5.0


class Turn(Protocol):
    """One turn of `up`, for the change set that asks for it (None: the start)."""

    def __call__(self, changes: ChangeSet | None, is_cancelled: Callable[[], bool]) -> bool:
        """Make the cluster equal to the folder; whether anything was deployed.

        Raises ToldError for a failed stage, DraftError for what failed before a stage,
        Interrupted when `is_cancelled` became true.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class UpParts:
    """What the loop works with; `follow` runs until its context is left."""

    turn: Turn
    watcher: Watcher | None
    queue: ChangeQueue
    follow: AbstractContextManager[object]
    reporter: Reporter
    clock: Clock
    goodbye: Callable[[], Stopped]
    when_up: Callable[[], None]
    when_idle: Callable[[], None]
    # What a key makes happen; a rebuild is a turn of its own.
    keyboard: AbstractContextManager[object]
    rebuild: Turn
    keys: Mapping[Command, Callable[[], None]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a turn ended; `open_changes` were not satisfied and go into the next one."""

    code: int
    deployed: bool = False
    open_changes: ChangeSet | None = None


def up_once(turn: Turn, reporter: Reporter) -> int:
    """One turn; the exit code of the stage that failed, else 0."""
    return _try_turn(turn, None, _never, reporter).code


def up(parts: UpParts) -> int:
    """Turn after turn until Ctrl-C; never ends because of the user's mistake.

    Raises WatchFailed, and UsageError if a local port that was asked for is taken.
    """
    with ExitStack() as stack:
        try:
            folders = stack.enter_context(parts.watcher.watch(parts.queue)) if parts.watcher else 0
            stack.enter_context(parts.follow)
            stack.enter_context(parts.keyboard)
            outcome = _turn(parts, None)
            if folders:
                parts.reporter.report(Watching(folders=folders))
            _loop(parts, outcome)
        except KeyboardInterrupt:
            parts.reporter.report(parts.goodbye())
    return int(ExitCode.DONE)


def _loop(parts: UpParts, outcome: Outcome) -> None:
    is_open = is_idle = False
    while True:
        if not is_open and outcome.code == ExitCode.DONE:
            parts.when_up()
            is_open = True
        changes = parts.queue.wait_next(_WAIT_S)
        if changes is None and (command := parts.queue.take_command()):
            outcome = _obey(parts, command, outcome)
            continue
        if changes is None and outcome.code != ExitCode.UNREACHABLE:
            if not is_idle:
                parts.when_idle()
            is_idle = True
            continue
        is_idle = False
        outcome = _turn(parts, _merged(outcome.open_changes, changes))


def _obey(parts: UpParts, command: Command, before: Outcome) -> Outcome:
    if command is Command.REBUILD:
        return _turn(parts, before.open_changes, parts.rebuild)
    if command in parts.keys:
        parts.keys[command]()
    return before


def _turn(parts: UpParts, changes: ChangeSet | None, turn: Turn | None = None) -> Outcome:
    outcome = _try_turn(turn or parts.turn, changes, parts.queue.has_pending, parts.reporter)
    if changes is not None and outcome.deployed:
        parts.reporter.report(Served(seconds=parts.clock.now() - changes.seen_at))
    return outcome


def _try_turn(
    turn: Turn, changes: ChangeSet | None, is_cancelled: Callable[[], bool], reporter: Reporter
) -> Outcome:
    try:
        deployed = turn(changes, is_cancelled)
    except ToldError as told:
        return Outcome(code=int(told.error.exit_code), open_changes=changes)
    except Interrupted:
        reporter.report(Notice(text="stopped for a newer change"))
        return Outcome(code=int(ExitCode.INTERRUPTED), open_changes=changes)
    except DraftError as error:
        reporter.report(Failed.of(error))
        return Outcome(code=int(error.exit_code), open_changes=changes)
    return Outcome(code=int(ExitCode.DONE), deployed=deployed)


def _merged(earlier: ChangeSet | None, later: ChangeSet | None) -> ChangeSet | None:
    if earlier is None or later is None:
        return later or earlier
    return earlier.merged_with(later)


def _never() -> bool:
    return False
