import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from draftpy.clock import SystemClock
from draftpy.editor_files import is_editor_temp
from draftpy.errors import WatchFailed
from draftpy.keys import Command
from draftpy.watch import ChangeKind, ChangeQueue, ChangeSet, Coalescer, RawChange
from tests.support.clock import ManualClock

CREATED, MODIFIED = ChangeKind.CREATED, ChangeKind.MODIFIED
FINISHED, ARRIVED, GONE = ChangeKind.FINISHED, ChangeKind.ARRIVED, ChangeKind.GONE


def fed(*changes: tuple[str, ChangeKind], at: float = 0.0, step: float = 0.0) -> Coalescer:
    coalescer = Coalescer()
    for number, (path, kind) in enumerate(changes):
        coalescer.feed(RawChange(path, kind), at + number * step)
    return coalescer


def test_a_finished_write_of_a_lone_file_goes_within_5_ms() -> None:
    assert fed(("app.py", MODIFIED), ("app.py", FINISHED)).due_in(0.005) == 0


def test_a_rename_onto_a_lone_file_goes_within_5_ms() -> None:
    assert fed(("app.py", ARRIVED)).due_in(0.005) == 0


def test_an_unfinished_write_waits_for_20_ms_of_quiet() -> None:
    coalescer = fed(("app.py", MODIFIED))
    assert coalescer.due_in(0.019) == pytest.approx(0.001)
    assert coalescer.due_in(0.020) == 0


def test_a_new_file_waits_in_case_it_is_about_to_be_renamed() -> None:
    coalescer = fed(("x8f3", CREATED), ("x8f3", FINISHED))
    assert coalescer.due_in(0.005) != 0


def test_a_few_files_wait_50_ms_at_most() -> None:
    changes = [("a.py", MODIFIED), ("b.py", MODIFIED)] * 2
    assert fed(*changes, step=0.015).due_in(0.050) == 0


def test_a_burst_waits_for_a_longer_quiet_and_is_one_change_set() -> None:
    coalescer = fed(*[(f"f{n}.py", FINISHED) for n in range(300)], step=0.001)
    assert coalescer.due_in(0.4) != 0
    assert coalescer.due_in(0.6) == 0
    assert len(coalescer.take().paths) == 300


def test_a_checkout_of_5000_files_is_one_change_set() -> None:
    clock = ManualClock()
    queue = ChangeQueue(clock)
    for number in range(5000):
        queue.put(RawChange(f"f{number}.py", CREATED))
        queue.put(RawChange(f"f{number}.py", FINISHED))
        clock.advance(0.0003)
        assert not queue.has_pending()
    clock.advance(0.3)
    changes = queue.wait_next(0)
    assert changes is not None
    assert len(changes.paths) == 5000


def test_a_burst_is_told_after_two_seconds_even_if_it_goes_on() -> None:
    coalescer = fed(*[(f"f{n}.py", FINISHED) for n in range(300)], step=0.01)
    assert coalescer.due_in(2.0) == 0


def test_a_slow_burst_widens_too() -> None:
    coalescer = Coalescer()
    for n in range(30):  # every 10 ms a file, and all that has settled is taken
        coalescer.feed(RawChange(f"f{n}", CREATED), n * 0.01)
        if coalescer.due_in(n * 0.01) == 0:
            coalescer.take()
    assert coalescer.due_in(0.29 + 0.021) != 0


def test_saving_one_file_often_is_no_burst() -> None:
    coalescer = Coalescer()
    for n in range(50):
        coalescer.feed(RawChange("app.py", FINISHED), n * 0.1)
        assert coalescer.due_in(n * 0.1 + 0.005) == 0
        coalescer.take()


def test_a_pause_ends_a_burst() -> None:
    coalescer = fed(*[(f"f{n}.py", FINISHED) for n in range(300)])
    coalescer.take()
    coalescer.feed(RawChange("app.py", FINISHED), 5.0)
    assert coalescer.due_in(5.005) == 0


def test_paths_are_sorted_and_seen_at_is_the_first_change() -> None:
    changes = fed(("b.py", MODIFIED), ("a.py", FINISHED), at=7.0, step=0.001).take()
    assert changes == ChangeSet(paths=("a.py", "b.py"), seen_at=7.0)


def test_a_file_made_and_removed_is_no_change() -> None:
    assert fed(("x8f3", CREATED), ("x8f3", FINISHED), ("x8f3", GONE)).due_in(9) is None


def test_a_file_removed_and_made_again_is_a_change() -> None:
    assert fed(("app.py", GONE), ("app.py", CREATED)).take().paths == ("app.py",)


def test_lost_changes_make_it_the_whole_tree() -> None:
    coalescer = fed(("app.py", FINISHED))
    coalescer.feed_lost(0.1)
    assert coalescer.take() == ChangeSet(paths=(), seen_at=0.0, whole_tree=True)
    assert coalescer.due_in(9) is None


def test_very_many_paths_make_it_the_whole_tree() -> None:
    changes = fed(*[(f"f{n}", FINISHED) for n in range(20_001)]).take()
    assert changes.whole_tree
    assert changes.paths == ()


VIM = [
    ("4913", CREATED),
    ("4913", FINISHED),
    ("4913", GONE),
    ("app.py", GONE),
    ("app.py~", ARRIVED),
    ("app.py", CREATED),
    ("app.py", MODIFIED),
    ("app.py", FINISHED),
    ("app.py~", GONE),
]
JETBRAINS = [
    ("app.py___jb_tmp___", CREATED),
    ("app.py___jb_tmp___", FINISHED),
    ("app.py", GONE),
    ("app.py___jb_old___", ARRIVED),
    ("app.py___jb_tmp___", GONE),
    ("app.py", ARRIVED),
    ("app.py___jb_old___", GONE),
]
VSCODE = [("app.py", MODIFIED), ("app.py", MODIFIED), ("app.py", FINISHED)]
BESIDE = [
    ("app.py.tmp", CREATED),
    ("app.py.tmp", FINISHED),
    ("app.py.tmp", GONE),
    ("app.py", ARRIVED),
]
UNKNOWN_NAME = [("tmpx8f3", CREATED), ("tmpx8f3", FINISHED), ("tmpx8f3", GONE), ("app.py", ARRIVED)]
GNOME = [
    (".goutputstream-QX12", CREATED),
    (".goutputstream-QX12", FINISHED),
    (".goutputstream-QX12", GONE),
    ("app.py", ARRIVED),
]


@pytest.mark.parametrize("way", [VIM, JETBRAINS, VSCODE, BESIDE, UNKNOWN_NAME, GNOME])
def test_an_editors_way_of_saving_is_one_change_told_at_once(
    way: list[tuple[str, ChangeKind]],
) -> None:
    coalescer = fed(*way, step=0.0005)
    assert coalescer.due_in(0.0005 * len(way) + 0.005) == 0
    assert coalescer.take().paths == ("app.py",)


@pytest.mark.parametrize(
    "path",
    [
        "4913",
        "src/.app.py.swp",
        "app.py~",
        ".#app.py",
        "#app.py#",
        "a/app.py.tmp",
        "x.py___jb_tmp___",
        "x.py___jb_old___",
        ".goutputstream-A1",
        "p.json.tmp.123.ab",
    ],
)
def test_editors_temporary_files_are_known(path: str) -> None:
    assert is_editor_temp(path)
    assert fed((path, FINISHED)).due_in(9) is None


@pytest.mark.parametrize("path", ["app.py", "tmp/app.py", "a~b.txt", "swp", "14913", "temp"])
def test_ordinary_files_are_not_taken_for_temporary_ones(path: str) -> None:
    assert not is_editor_temp(path)


def test_merged_change_sets_hold_both() -> None:
    first = ChangeSet(paths=("a", "b"), seen_at=1.0)
    second = ChangeSet(paths=("b", "c"), seen_at=2.0, whole_tree=True)
    assert first.merged_with(second) == ChangeSet(
        paths=("a", "b", "c"), seen_at=1.0, whole_tree=True
    )


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.floats(0, 0.2)), max_size=60))
def test_no_path_is_lost_however_changes_are_spread(saves: list[tuple[str, float]]) -> None:
    clock = ManualClock()
    queue = ChangeQueue(clock)
    told: list[str] = []
    for path, pause in saves:
        queue.put(RawChange(path, FINISHED))
        clock.advance(pause)
        changes = queue.wait_next(0)
        told.extend(changes.paths if changes else ())
    clock.advance(10)
    changes = queue.wait_next(0)
    told.extend(changes.paths if changes else ())
    assert set(told) == {path for path, _ in saves}


def test_change_sets_that_nobody_took_grow_into_one() -> None:
    clock = ManualClock()
    queue = ChangeQueue(clock)
    for path in ("a.py", "b.py"):
        queue.put(RawChange(path, FINISHED))
        clock.advance(1)
    assert queue.wait_next(0) == ChangeSet(paths=("a.py", "b.py"), seen_at=100.0)
    assert queue.wait_next(0) is None


def test_pending_means_settled() -> None:
    clock = ManualClock()
    queue = ChangeQueue(clock)
    assert not queue.has_pending()
    queue.put(RawChange("app.py", MODIFIED))
    assert not queue.has_pending()
    clock.advance(0.02)
    assert queue.has_pending()


def test_waiting_ends_when_a_change_settles() -> None:
    queue = ChangeQueue(SystemClock())
    threading.Thread(target=queue.put, args=[RawChange("app.py", FINISHED)]).start()
    changes = queue.wait_next(5)
    assert changes is not None
    assert changes.paths == ("app.py",)


def test_a_watcher_that_ended_is_told_to_whoever_waits() -> None:
    queue = ChangeQueue(ManualClock())
    queue.fail(WatchFailed("/src is gone"))
    with pytest.raises(WatchFailed, match="is gone"):
        queue.wait_next(5)


def test_changes_before_the_watchers_end_are_still_given_out() -> None:
    clock = ManualClock()
    queue = ChangeQueue(clock)
    queue.put(RawChange("app.py", FINISHED))
    queue.fail(WatchFailed("/src is gone"))
    clock.advance(1)
    assert queue.wait_next(5) is not None


def test_commands_come_in_the_order_of_their_keys() -> None:
    queue = ChangeQueue(ManualClock())
    queue.press(Command.REBUILD)
    queue.press(Command.HELP)
    taken = [queue.take_command() for _ in range(3)]
    assert taken == [Command.REBUILD, Command.HELP, None]


def test_a_key_wakes_whoever_waits_and_loses_no_change() -> None:
    queue = ChangeQueue(SystemClock())
    threading.Thread(target=queue.press, args=[Command.REBUILD]).start()
    assert queue.wait_next(60) is None
    assert queue.take_command() is Command.REBUILD
    queue.put(RawChange("app.py", FINISHED))
    assert queue.wait_next(5) is not None


def test_a_settled_change_goes_before_a_key() -> None:
    clock = ManualClock()
    queue = ChangeQueue(clock)
    queue.put(RawChange("app.py", FINISHED))
    clock.advance(1)
    queue.press(Command.REBUILD)
    assert queue.wait_next(0) is not None
    assert queue.take_command() is Command.REBUILD


def test_while_paused_changes_are_held_back_and_none_is_lost() -> None:
    clock = ManualClock()
    queue = ChangeQueue(clock)
    assert queue.toggle_pause()
    for path in ("a.py", "b.py"):
        queue.put(RawChange(path, FINISHED))
        clock.advance(1)
        assert not queue.has_pending()
        assert queue.wait_next(0) is None
    assert not queue.toggle_pause()
    changes = queue.wait_next(0)
    assert changes is not None
    assert changes.paths == ("a.py", "b.py")


def test_a_watcher_that_ended_is_told_although_paused() -> None:
    queue = ChangeQueue(ManualClock())
    queue.toggle_pause()
    queue.fail(WatchFailed("/src is gone"))
    with pytest.raises(WatchFailed, match="is gone"):
        queue.wait_next(5)
