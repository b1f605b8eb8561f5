from collections.abc import Callable

import pytest

from draftpy.adapters.falling_back_watcher import FallingBackWatcher
from draftpy.clock import SystemClock
from draftpy.errors import DraftError, WatchFailed, WatchLimit
from draftpy.watch import ChangeQueue, ChangeSet
from tests.support.watcher import ScriptedWatcher

LIMIT = WatchLimit("too many folders for inotify", remedy="sudo sysctl")


def falling_back(
    first: ScriptedWatcher, second: ScriptedWatcher, causes: list[DraftError] | None = None
) -> FallingBackWatcher:
    def make(cause: WatchLimit) -> ScriptedWatcher:
        (causes if causes is not None else []).append(cause)
        return second

    return FallingBackWatcher(first, make)


def next_of(queue: ChangeQueue) -> ChangeSet:
    changes = queue.wait_next(5)
    assert changes is not None
    return changes


def test_without_a_limit_the_first_one_watches() -> None:
    first, second = ScriptedWatcher(folders=7), ScriptedWatcher()
    queue = ChangeQueue(SystemClock())
    with falling_back(first, second).watch(queue) as folders:
        first.save("app.py")
        assert folders == 7
        assert next_of(queue).paths == ("app.py",)
        assert not second.is_watching
    assert not first.is_watching


def test_a_limit_at_the_start_falls_back_with_its_cause() -> None:
    second = ScriptedWatcher(folders=3)
    causes: list[DraftError] = []
    queue = ChangeQueue(SystemClock())
    with falling_back(ScriptedWatcher(refused=LIMIT), second, causes).watch(queue) as folders:
        second.save("app.py")
        assert folders == 3
        assert next_of(queue).paths == ("app.py",)
    assert causes == [LIMIT]
    assert not second.is_watching


def test_a_limit_reached_later_falls_back_and_compares_everything() -> None:
    first, second = ScriptedWatcher(), ScriptedWatcher()
    queue = ChangeQueue(SystemClock())
    with falling_back(first, second).watch(queue):
        first.fail(LIMIT)
        assert next_of(queue).whole_tree
        second.save("app.py")
        assert next_of(queue).paths == ("app.py",)
    assert not second.is_watching


def test_a_limit_reached_twice_falls_back_once() -> None:
    first, causes = ScriptedWatcher(), list[DraftError]()
    with falling_back(first, ScriptedWatcher(), causes).watch(ChangeQueue(SystemClock())):
        first.fail(LIMIT)
        first.fail(LIMIT)
    assert causes == [LIMIT]


@pytest.mark.parametrize(
    "fail",
    [
        lambda first: first.fail(WatchFailed("/src is gone")),
        lambda first: first.fail(LIMIT),
    ],
)
def test_what_no_second_watcher_mends_is_told(fail: Callable[[ScriptedWatcher], None]) -> None:
    first = ScriptedWatcher()
    second = ScriptedWatcher(refused=WatchFailed("/src is gone"))
    queue = ChangeQueue(SystemClock())
    with falling_back(first, second).watch(queue):
        fail(first)
        with pytest.raises(WatchFailed, match="is gone"):
            queue.wait_next(5)
