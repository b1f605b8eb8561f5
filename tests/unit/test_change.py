"""A change set's turn: synced where that is enough, else all stages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from draftpy.diagnose import Cause
from draftpy.errors import BuildFailed
from draftpy.events import Changed, Event, Failed, FilesSynced, Notice, Warned
from draftpy.pipelines.change import ChangeTurn
from draftpy.pipelines.stages import ToldError
from draftpy.sync.folder import NeedsTurn
from draftpy.sync.link import AppExit, SyncAnswer, SyncRefused
from draftpy.sync.pod import PodAim, PodResult
from draftpy.sync.syncer import Synced
from draftpy.watch import ChangeSet
from tests.support.clock import ManualClock
from tests.support.reporter import ListReporter
from tests.support.syncing import changed

AIM = PodAim(pod="hello-1", container="app", ports=(8080,))
ANSWER = SyncAnswer(
    written=1, deleted=0, start=2, is_unchanged=False, write_s=0.001, build_s=0, restart_s=0.01
)
SERVED = PodResult(aim=AIM, version=2, files=1, answer=ANSWER, moved_s=0.004, answering_s=0.05)


@dataclass(slots=True)
class ScriptedPods:
    answer: Synced | NeedsTurn
    is_in_turn: bool = False
    applied: list[ChangeSet] = field(default_factory=list)

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        self.is_in_turn = True
        yield
        self.is_in_turn = False

    def apply(self, changes: ChangeSet, is_cancelled: Callable[[], bool]) -> Synced | NeedsTurn:
        assert self.is_in_turn
        assert not is_cancelled()
        self.applied.append(changes)
        return self.answer

    def restart(self) -> Synced:
        assert self.is_in_turn
        assert isinstance(self.answer, Synced)
        return self.answer

    def explain_exit(self, result: PodResult) -> Cause:
        assert result.exit
        return Cause(what="the app crashed (exit 1)", evidence="NameError: gret")


@dataclass
class Stage:
    pods: ScriptedPods
    reporter: ListReporter = field(default_factory=ListReporter)
    deployed: list[ChangeSet | None] = field(default_factory=list)
    fails: bool = False
    rebuilt: int = 0

    def __post_init__(self) -> None:
        self.turn = ChangeTurn(
            deploy=self, pods=self.pods, reporter=self.reporter, clock=ManualClock()
        )

    def change(self, *paths: str) -> list[Event]:
        self.turn(changed(*paths), lambda: False)
        return self.reporter.events

    def rebuild(self, changes: ChangeSet | None, is_cancelled: Callable[[], bool]) -> bool:
        self.rebuilt += 1
        return self(changes, is_cancelled)

    def __call__(self, changes: ChangeSet | None, is_cancelled: Callable[[], bool]) -> bool:
        assert not is_cancelled()
        self.deployed.append(changes)
        if self.fails:
            raise ToldError(BuildFailed("no"))
        return True


def stage_of(*results: PodResult) -> Stage:
    return Stage(ScriptedPods(Synced(results=results)))


def test_the_start_is_deployed() -> None:
    stage = stage_of()
    assert stage.turn(None, lambda: False)
    assert (stage.deployed, stage.pods.applied) == ([None], [])


def test_a_synced_change_is_one_line_and_no_deployment() -> None:
    stage = stage_of(SERVED)
    [told] = stage.change("app.py")
    assert isinstance(told, FilesSynced)
    assert (told.paths, told.files, told.action, told.pods) == (("app.py",), 1, "restarted", 1)
    assert (told.moved_s, told.restarted_s, told.answering_s) == (0.005, 0.01, 0.05)
    assert not stage.deployed


def test_the_same_content_is_told_and_done_with() -> None:
    stage = Stage(ScriptedPods(Synced(results=(), has_changes=False)))
    assert stage.change("app.py") == [Notice(text="same content: nothing to do")]


def test_what_a_sync_does_not_cover_is_deployed_and_told_why() -> None:
    needs = NeedsTurn(path="requirements.txt", reason="a RUN installs it")
    stage = Stage(ScriptedPods(needs))
    [told] = stage.change("app.py", "requirements.txt")
    assert isinstance(told, Changed)
    assert told.why == "requirements.txt: a RUN installs it"
    assert len(stage.deployed) == 1


def test_many_paths_are_named_by_five_and_a_number() -> None:
    stage = Stage(ScriptedPods(NeedsTurn(path="", reason="")))
    [told] = stage.change(*(f"{n}.py" for n in range(9)))
    assert isinstance(told, Changed)
    assert (len(told.paths), told.total) == (5, 9)


def test_after_a_failed_turn_no_sync_leaves_its_changes_behind() -> None:
    stage = Stage(ScriptedPods(NeedsTurn(path="Dockerfile", reason="")), fails=True)
    with pytest.raises(ToldError):
        stage.change("Dockerfile")
    stage.pods.answer, stage.fails = Synced(results=(SERVED,)), False
    stage.change("app.py", "Dockerfile")
    assert len(stage.deployed) == 2
    stage.change("app.py")
    assert len(stage.deployed) == 2


def test_a_crash_comes_after_the_line_of_its_change() -> None:
    crashed = PodResult(aim=AIM, version=2, files=1, answer=ANSWER, exit=AppExit(code=1))
    synced, failed = stage_of(crashed).change("app.py")
    assert isinstance(synced, FilesSynced)
    assert isinstance(failed, Failed)
    assert (failed.what, failed.evidence) == ("the app crashed (exit 1)", "NameError: gret")


def test_an_app_that_opens_no_port_is_told_of() -> None:
    slow = PodResult(aim=AIM, version=2, files=1, answer=ANSWER, is_slow=True)
    assert isinstance(stage_of(slow).change("app.py")[-1], Warned)


def test_a_failed_build_in_the_container_says_that_the_app_goes_on() -> None:
    refused = SyncRefused("main.go:3: undefined: x", code="build", exit_code=2)
    [failed] = stage_of(PodResult(aim=AIM, version=2, refused=refused)).change("main.go")
    assert isinstance(failed, Failed)
    assert "exit 2" in failed.what
    assert "goes on as it was" in failed.what
    assert failed.evidence == "main.go:3: undefined: x"


def test_a_file_that_cannot_be_written_is_named() -> None:
    refused = SyncRefused("no space left on device", code="write", path="/app/a.py")
    [failed] = stage_of(PodResult(aim=AIM, version=2, refused=refused)).change("a.py")
    assert isinstance(failed, Failed)
    assert failed.what == "/app/a.py could not be written in the pod"


def test_a_restart_is_told_with_its_time() -> None:
    stage = stage_of(SERVED)
    stage.turn.restart()
    assert stage.reporter.events == [Notice(text="restarted in 1 pod, answering after 0 ms")]


def test_a_rebuild_makes_an_image_of_what_was_synced() -> None:
    stage = stage_of(SERVED)
    stage.change("app.py")
    assert stage.turn.has_synced
    stage.turn.rebuild(None, lambda: False)
    assert (stage.rebuilt, stage.turn.has_synced) == (1, False)
