import errno
import os
from pathlib import Path

import pytest
from watchdog.observers.inotify_c import (
    CallbackId,
    InotifyConstants,
    InotifyEvent,
    InotifyFD,
    Mask,
    WatchCallback,
    WatchDescriptor,
)

from draftpy.adapters import inotify_watcher
from draftpy.adapters.falling_back_watcher import FallingBackWatcher
from draftpy.adapters.inotify_watcher import InotifyWatcher
from draftpy.adapters.polling_watcher import Polling, PollingWatcher
from draftpy.clock import SystemClock
from draftpy.errors import WatchFailed
from draftpy.ignore import load_watch_ignore
from draftpy.watch import ChangeQueue
from tests.support.reporter import ListReporter


def watcher(root: Path) -> InotifyWatcher:
    return InotifyWatcher(root, load_watch_ignore)


def use(fd: type[InotifyFD], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inotify_watcher, "InotifyFD", fd)


class FullFD(InotifyFD):
    """An inotify instance of a user who may have two watches."""

    def add_callback(
        self, path: bytes, mask: Mask, callback: WatchCallback, id_: CallbackId
    ) -> WatchDescriptor:
        if len(self._watch_for_wd) == 2:
            raise OSError(errno.ENOSPC, "inotify watch limit reached")
        return super().add_callback(path, mask, callback, id_)


def test_only_folders_that_count_are_watched(tmp_path: Path) -> None:
    for folder in ("src/app", "node_modules/a/b", ".git/objects", "out"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / ".gitignore").write_text("out/\n")
    with watcher(tmp_path).watch(ChangeQueue(SystemClock())) as folders:
        assert folders == 3  # the root, src, src/app


def test_the_watch_limit_is_named_with_its_sysctl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(FullFD, monkeypatch)
    (tmp_path / "a" / "b").mkdir(parents=True)
    with pytest.raises(WatchFailed, match="too many folders") as caught:
        with watcher(tmp_path).watch(ChangeQueue(SystemClock())):
            pass
    assert "sysctl fs.inotify.max_user_watches=" in caught.value.remedy


def test_the_watch_limit_reached_later_is_told_to_whoever_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(FullFD, monkeypatch)
    queue = ChangeQueue(SystemClock())
    with watcher(tmp_path).watch(queue):
        (tmp_path / "a" / "b").mkdir(parents=True)
        with pytest.raises(WatchFailed, match="too many folders"):
            queue.wait_next(5)


def test_the_instance_limit_is_named_with_its_sysctl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoFD(InotifyFD):
        def __init__(self) -> None:
            raise OSError(errno.EMFILE, "inotify instance limit reached")

    use(NoFD, monkeypatch)
    with pytest.raises(WatchFailed, match="instances") as caught:
        with watcher(tmp_path).watch(ChangeQueue(SystemClock())):
            pass
    assert "max_user_instances" in caught.value.remedy


def poll_instead(root: Path) -> FallingBackWatcher:
    polling = Polling(because="of the limit", min_pause_s=0.01)
    poller = PollingWatcher(root, load_watch_ignore, ListReporter(), polling)
    return FallingBackWatcher(watcher(root), lambda _: poller)


def test_beyond_the_watch_limit_changes_are_found_by_polling(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(FullFD, monkeypatch)
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "app.py").write_text("1")
    queue = ChangeQueue(SystemClock())
    with poll_instead(tmp_path).watch(queue) as folders:
        assert folders == 3
        (tmp_path / "a" / "b" / "app.py").write_text("22")
        changes = queue.wait_next(5)
    assert changes is not None
    assert changes.paths == ("a/b/app.py",)


def test_when_the_watch_limit_is_reached_later_polling_takes_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(FullFD, monkeypatch)
    queue = ChangeQueue(SystemClock())
    with poll_instead(tmp_path).watch(queue):
        (tmp_path / "a" / "b").mkdir(parents=True)
        lost = queue.wait_next(5)
        assert lost is not None
        assert lost.whole_tree
        (tmp_path / "a" / "b" / "app.py").write_text("1")
        later = queue.wait_next(5)
    assert later is not None
    assert later.paths == ("a/b/app.py",)


def test_a_broken_reader_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class BrokenFD(InotifyFD):
        def handle_event(self, event: InotifyEvent) -> None:
            raise KeyError("unheard of")

    use(BrokenFD, monkeypatch)
    queue = ChangeQueue(SystemClock())
    with watcher(tmp_path).watch(queue):
        (tmp_path / "app.py").write_text("1")
        with pytest.raises(WatchFailed) as caught:
            queue.wait_next(5)
    assert "unheard of" in caught.value.evidence


def test_lost_events_make_it_the_whole_tree_and_what_was_missed_is_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class LossyFD(InotifyFD):
        """Loses what happens to folders; a file named `overflow` is the kernel's overflow."""

        def handle_event(self, event: InotifyEvent) -> None:
            if event.name == b"overflow":
                overflow = Mask(InotifyConstants.IN_Q_OVERFLOW)
                event = InotifyEvent(WatchDescriptor(-1), overflow, 0, b"")
            if not event.is_directory:
                super().handle_event(event)

    use(LossyFD, monkeypatch)
    queue = ChangeQueue(SystemClock())
    with watcher(tmp_path).watch(queue):
        (tmp_path / "new").mkdir()
        (tmp_path / "overflow").write_text("")
        changes = queue.wait_next(5)
        assert changes is not None
        assert changes.whole_tree
        (tmp_path / "new" / "app.py").write_text("1")
        later = queue.wait_next(5)
        assert later is not None
        assert later.paths == ("new/app.py",)


def test_changed_rules_leave_one_watch_per_folder_that_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[InotifyFD] = []

    class KnownFD(InotifyFD):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

    use(KnownFD, monkeypatch)
    for folder in ("src", "data/a", "data/b"):
        (tmp_path / folder).mkdir(parents=True)
    queue = ChangeQueue(SystemClock())
    with watcher(tmp_path).watch(queue) as folders:
        assert folders == 5
        (tmp_path / ".gitignore").write_text("data/\n")
        assert queue.wait_next(5) is not None
        watches = made[0]._watch_for_wd.values()
        assert [len(watch.callbacks) for watch in watches] == [1, 1]  # the root and src


def test_a_root_that_goes_away_is_told(tmp_path: Path) -> None:
    root = tmp_path / "src"
    root.mkdir()
    queue = ChangeQueue(SystemClock())
    with watcher(root).watch(queue):
        root.rmdir()
        with pytest.raises(WatchFailed, match="is gone"):
            queue.wait_next(5)


def test_watching_again_and_again_leaves_no_descriptor(tmp_path: Path) -> None:
    def descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208

    before = descriptors()
    for _ in range(20):
        with watcher(tmp_path).watch(ChangeQueue(SystemClock())):
            (tmp_path / "app.py").write_text("1")
    assert descriptors() == before


def test_a_root_behind_a_link_is_watched(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    queue = ChangeQueue(SystemClock())
    with watcher(tmp_path / "link").watch(queue):
        (tmp_path / "real" / "app.py").write_text("1")
        changes = queue.wait_next(5)
    assert changes is not None
    assert changes.paths == ("app.py",)
