"""The loop of up: one turn per change set, and no mistake ends it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from draftpy.clock import SystemClock
from draftpy.errors import (
    BuildFailed,
    ClusterUnreachable,
    ConfigInvalid,
    DraftError,
    ExitCode,
    Interrupted,
)
from draftpy.events import (
    Event,
    Failed,
    Notice,
    Served,
    Stopped,
    event_name,
)
from draftpy.keys import Command
from draftpy.pipelines.stages import ToldError
from draftpy.pipelines.up import UpParts, up, up_once
from draftpy.watch import ChangeQueue, ChangeSet
from tests.support.reporter import ListReporter
from tests.support.watcher import ScriptedWatcher

Step = bool | BaseException


@dataclass
class ScriptedTurn:
    """Plays one step per turn, saves a file after each, and presses Ctrl-C at the end."""

    steps: list[Step]
    save: Callable[[str], None] = lambda _: None
    seen: list[ChangeSet | None] = field(default_factory=list)

    def __call__(self, changes: ChangeSet | None, is_cancelled: Callable[[], bool]) -> bool:
        self.seen.append(changes)
        if not self.steps:
            raise KeyboardInterrupt
        self.save(f"file{len(self.seen)}.py")
        step = self.steps.pop(0)
        if isinstance(step, BaseException):
            raise step
        return step


@dataclass
class Stage:
    """Everything around the loop, faked."""

    reporter: ListReporter = field(default_factory=ListReporter)
    watcher: ScriptedWatcher = field(default_factory=ScriptedWatcher)
    opened: int = 0
    followed: list[str] = field(default_factory=list)
    pressed: list[Command] = field(default_factory=list)
    rebuilds: ScriptedTurn = field(default_factory=lambda: ScriptedTurn([True]))
    presses: tuple[Command, ...] = ()

    def play(self, *steps: Step) -> ScriptedTurn:
        turn = ScriptedTurn(list(steps), save=self.watcher.save)
        clock = SystemClock()
        queue = ChangeQueue(clock)
        for command in self.presses:
            queue.press(command)
        code = up(
            UpParts(
                turn=turn,
                watcher=self.watcher,
                queue=queue,
                follow=self._follow(),
                reporter=self.reporter,
                clock=clock,
                goodbye=lambda: Stopped(text="hello keeps running", remedy="draftpy delete"),
                when_up=self._open,
                when_idle=lambda: None,
                keyboard=nullcontext(),
                rebuild=self.rebuilds,
                keys={Command.RESTART: lambda: self.pressed.append(Command.RESTART)},
            )
        )
        assert code == ExitCode.DONE
        return turn

    def names(self) -> list[str]:
        return [event_name(event) for event in self.reporter.events]

    def last(self) -> Event:
        return self.reporter.events[-1]

    @contextmanager
    def _follow(self) -> Iterator[None]:
        self.followed.append("begin")
        yield
        self.followed.append("end")

    def _open(self) -> None:
        self.opened += 1


def told(error: DraftError) -> ToldError:
    return ToldError(error)


def test_the_whole_story_of_two_saves() -> None:
    stage = Stage()
    turn = stage.play(True, True)
    assert stage.names() == ["watching", "served", "stopped"]
    assert turn.seen[0] is None
    assert [changes.paths for changes in turn.seen[1:] if changes] == [("file1.py",), ("file2.py",)]
    assert stage.followed == ["begin", "end"]
    assert not stage.watcher.is_watching


def test_what_changed_nothing_was_not_served() -> None:
    stage = Stage()
    stage.play(True, False)
    assert not stage.reporter.of(Served)


def test_a_failed_stage_keeps_its_changes_for_the_next_turn() -> None:
    stage = Stage()
    turn = stage.play(True, told(BuildFailed("no")), True)
    assert turn.seen[2] is not None
    assert turn.seen[2].paths == ("file1.py", "file2.py")
    assert len(stage.reporter.of(Served)) == 1


def test_a_failure_before_any_stage_is_told_and_survived() -> None:
    stage = Stage()
    stage.play(ConfigInvalid("draft.yaml line 3: no"), True)
    assert [failed.what for failed in stage.reporter.of(Failed)] == ["draft.yaml line 3: no"]
    assert stage.opened == 1


def test_a_turn_stopped_for_a_newer_change_says_so_and_keeps_the_older() -> None:
    stage = Stage()
    turn = stage.play(True, Interrupted("newer"), True)
    assert stage.reporter.of(Notice)[0].text == "stopped for a newer change"
    assert turn.seen[2] is not None
    assert turn.seen[2].paths == ("file1.py", "file2.py")


def test_the_browser_opens_once_when_it_is_up() -> None:
    stage = Stage()
    stage.play(told(BuildFailed("no")), True, True)
    assert stage.opened == 1


def test_ctrl_c_says_what_stays_and_how_to_remove_it() -> None:
    stage = Stage()
    stage.play()
    assert stage.last() == Stopped(text="hello keeps running", remedy="draftpy delete")


def test_a_key_does_what_it_stands_for_and_no_turn() -> None:
    stage = Stage(presses=(Command.RESTART,))
    turn = stage.play(True)
    assert stage.pressed == [Command.RESTART]
    assert len(turn.seen) == 2


def test_a_rebuild_is_a_turn_of_its_own() -> None:
    stage = Stage(presses=(Command.REBUILD,))
    stage.play(True)
    assert stage.rebuilds.seen == [None]


def test_once_returns_the_code_of_the_stage_that_failed() -> None:
    reporter = ListReporter()
    for step, code in (
        (True, ExitCode.DONE),
        (told(BuildFailed("no")), ExitCode.BUILD),
        (ClusterUnreachable("away"), ExitCode.UNREACHABLE),
    ):
        assert up_once(ScriptedTurn([step]), reporter) == code
