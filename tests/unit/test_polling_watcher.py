import re
import threading
from pathlib import Path

import pytest

from draftpy.adapters.polling_watcher import Compared, Cost, Polling, PollingWatcher, _Seen, compare
from draftpy.clock import SystemClock
from draftpy.dockerignore import IgnoreRules
from draftpy.errors import ConfigInvalid, WatchFailed
from draftpy.events import Warned
from draftpy.ignore import load_deploy_ignore, load_watch_ignore
from draftpy.watch import ChangeKind, ChangeQueue, RawChange
from tests.support.reporter import ListReporter

Listing = dict[str, _Seen]


def listing(**files: int) -> Listing:
    """Names → inode and state; a name that ends with _ is a folder."""
    return {
        name.rstrip("_").replace("__", "/"): _Seen(
            number, () if name.endswith("_") else (number,), name.endswith("_")
        )
        for name, number in files.items()
    }


def changes(compared: Compared) -> list[tuple[str, ChangeKind]]:
    return [(change.path, change.kind) for change in compared.changes]


def test_equal_listings_differ_in_nothing() -> None:
    assert changes(compare(listing(a=1, b_=2), listing(a=1, b_=2), {})) == []


def test_a_changed_file_is_told_at_once() -> None:
    assert changes(compare(listing(a=1), listing(a=2), {})) == [("a", ChangeKind.FINISHED)]


def test_a_new_file_is_told_when_it_stayed_for_a_round() -> None:
    first = compare({}, listing(a=1), {})
    assert changes(first) == []
    second = compare(first.known, listing(a=1), first.fresh)
    assert changes(second) == [("a", ChangeKind.CREATED), ("a", ChangeKind.FINISHED)]
    assert changes(compare(second.known, listing(a=1), second.fresh)) == []


def test_a_new_file_that_grows_waits() -> None:
    first = compare({}, listing(a=1), {})
    second = compare(first.known, listing(a=2), first.fresh)
    assert changes(second) == []
    assert changes(compare(second.known, listing(a=2), second.fresh)) != []


def test_a_temporary_file_beside_the_target_is_never_told() -> None:
    known = listing(app=1)
    during = compare(known, listing(app=1, tmp8x=2), {})
    after = compare(during.known, listing(app=2), during.fresh)
    assert changes(during) + changes(after) == [("app", ChangeKind.FINISHED)]


def test_a_renamed_file_is_told_at_once() -> None:
    assert changes(compare(listing(a=1), listing(b=1), {})) == [
        ("a", ChangeKind.GONE),
        ("b", ChangeKind.ARRIVED),
    ]


def test_a_folder_that_is_gone_stands_for_what_was_below() -> None:
    known = listing(src_=1, src__a=2, src__lib_=3, src__lib__b=4, c=5)
    assert changes(compare(known, listing(c=5), {})) == [("src", ChangeKind.GONE)]


def polling(root: Path, reporter: ListReporter) -> PollingWatcher:
    settings = Polling(because="it is a test", remedy="mend it", min_pause_s=0.01)
    return PollingWatcher(root, load_watch_ignore, reporter, settings)


def test_what_polling_costs_and_why_is_told(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text("1")
    reporter = ListReporter()
    with polling(tmp_path, reporter).watch(ChangeQueue(SystemClock())) as folders:
        assert folders == 1
    (warned,) = reporter.of(Warned)
    told = r"polling 2 files each 0\.\d s \(\d+% of a core\), because it is a test"
    assert re.fullmatch(told, warned.text)
    assert warned.remedy == "mend it"


@pytest.mark.parametrize(
    ("cpu_s", "wall_s", "pause_s"),
    [(0.001, 0.001, 0.5), (0.1, 0.1, 0.9), (2.0, 2.0, 5.0), (0.1, 3.0, 3.0), (1.0, 9.0, 9.0)],
)
def test_rounds_are_as_often_as_they_are_cheap(cpu_s: float, wall_s: float, pause_s: float) -> None:
    assert Cost(cpu_s=cpu_s, wall_s=wall_s).pause_s == pytest.approx(pause_s)


def test_small_projects_take_a_tenth_of_a_core_at_most() -> None:
    assert Cost(cpu_s=0.3, wall_s=0.3).share == pytest.approx(0.1)


def test_a_root_that_goes_away_is_told(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    queue = ChangeQueue(SystemClock())
    with polling(tmp_path / "src", ListReporter()).watch(queue):
        (tmp_path / "src").rmdir()
        with pytest.raises(WatchFailed, match="is gone"):
            queue.wait_next(5)


def test_a_broken_rule_file_leaves_the_old_rules(tmp_path: Path) -> None:
    class Sink:
        def __init__(self) -> None:
            self.told = threading.Event()

        def put(self, change: RawChange) -> None:
            assert change.path != "out"
            if change.path == "end":
                self.told.set()

        def put_lost(self) -> None:
            raise AssertionError

        def fail(self, error: object) -> None:
            raise AssertionError(error)

    def load(root: Path) -> IgnoreRules:
        if "[" in (root / ".dockerignore").read_text():
            raise ConfigInvalid("half written")
        return load_deploy_ignore(root, "Dockerfile", ())

    (tmp_path / ".dockerignore").write_text("out\n")
    sink = Sink()
    settings = Polling(because="it is a test", min_pause_s=0.01)
    with PollingWatcher(tmp_path, load, ListReporter(), settings).watch(sink):
        (tmp_path / ".dockerignore").write_text("[")
        (tmp_path / "out").write_text("1")
        (tmp_path / "end").write_text("1")
        assert sink.told.wait(5)
