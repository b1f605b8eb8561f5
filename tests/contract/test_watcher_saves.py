"""What becomes of editors' saves, checkouts and installs, on the real file system."""

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from draftpy.adapters.inotify_watcher import InotifyWatcher
from draftpy.clock import SystemClock
from draftpy.ignore import load_watch_ignore
from draftpy.watch import BURST_CAP_S, LONE_QUIET_S, ChangeQueue, ChangeSet, RawChange
from tests.support.real_watchers import REAL


def save_like_vim(target: Path) -> None:
    probe = target.parent / "4913"
    probe.write_text("")
    probe.unlink()
    backup = target.with_name(f"{target.name}~")
    target.rename(backup)
    target.write_text("new")
    backup.unlink()


def save_like_jetbrains(target: Path) -> None:
    fresh = target.with_name(f"{target.name}___jb_tmp___")
    old = target.with_name(f"{target.name}___jb_old___")
    fresh.write_text("new")
    target.rename(old)
    fresh.rename(target)
    old.unlink()


def save_in_place(target: Path) -> None:
    target.write_text("new")


def save_by_rename(target: Path) -> None:
    fresh = target.with_name(f".{target.name}.k3jf8")
    fresh.write_text("new")
    fresh.rename(target)


def save_beside(target: Path) -> None:
    fresh = target.with_name(f"{target.name}.tmp")
    fresh.write_text("new")
    fresh.rename(target)


def save_by_truncating(target: Path) -> None:
    """As Visual Studio Code does."""
    with target.open("r+") as file:
        file.truncate()
        file.write("new")


def save_keeping_a_backup(target: Path) -> None:
    """As vim with backupcopy=yes and a swap file does."""
    swap = target.with_name(f".{target.name}.swp")
    swap.write_text("old")
    shutil.copy2(target, target.with_name(f"{target.name}~"))
    target.write_text("new")
    target.with_name(f"{target.name}~").unlink()
    swap.unlink()


SAVES = [
    *(save_like_vim, save_like_jetbrains, save_in_place, save_by_rename, save_beside),
    *(save_by_truncating, save_keeping_a_backup),
]


def take_all(queue: ChangeQueue, quiet_s: float = 0.5, first_s: float = 5.0) -> list[ChangeSet]:
    """The next change set, and those that follow before it is quiet for so long."""
    found: list[ChangeSet] = []
    while (changes := queue.wait_next(quiet_s if found else first_s)) is not None:
        found.append(changes)
    return found


@pytest.mark.parametrize("save", SAVES)
def test_a_save_is_one_change_set_of_one_path(save: Callable[[Path], None], tmp_path: Path) -> None:
    target = tmp_path / "app.py"
    target.write_text("old")
    queue = ChangeQueue(SystemClock())
    with InotifyWatcher(tmp_path, load_watch_ignore).watch(queue):
        save(target)
        changes = queue.wait_next(5)
        assert changes is not None
        assert changes.paths == ("app.py",)
        assert queue.wait_next(0.1) is None


@pytest.mark.parametrize("kind", REAL)
@pytest.mark.parametrize("save", SAVES)
def test_no_watcher_tells_of_another_path_than_the_saved_one(
    save: Callable[[Path], None], kind: str, tmp_path: Path
) -> None:
    target = tmp_path / "app.py"
    target.write_text("old")
    queue = ChangeQueue(SystemClock())
    with REAL[kind](tmp_path, load_watch_ignore).watch(queue):
        save(target)
        found = take_all(queue, quiet_s=0.1)
    assert {path for changes in found for path in changes.paths} == {"app.py"}


def git(folder: Path, *words: str) -> None:
    settings = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "gc.auto=0"]
    subprocess.run(["git", *settings, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def two_branches(tmp_path: Path) -> Path:
    """A repository whose branches differ in 5,000 files."""
    git(tmp_path, "init", "-q", "-b", "one")
    for branch in ("one", "two"):
        for number in range(5000):
            file = tmp_path / f"src{number % 20}" / f"f{number}.py"
            file.parent.mkdir(exist_ok=True)
            file.write_text(f"{branch} {number}")
        git(tmp_path, "add", ".")
        git(tmp_path, "commit", "-q", "-m", branch)
        if branch == "one":
            git(tmp_path, "checkout", "-q", "-b", "two")
    return tmp_path


class TimedQueue(ChangeQueue):
    """Counts the pauses in which a change set may settle."""

    def __init__(self) -> None:
        super().__init__(SystemClock())
        self.pauses = 0
        self._last_at = time.monotonic()

    def put(self, change: RawChange) -> None:
        now = time.monotonic()
        self.pauses += now - self._last_at > LONE_QUIET_S
        self._last_at = now
        super().put(change)


def test_a_checkout_of_5000_files_is_one_change_set(two_branches: Path) -> None:
    queue = TimedQueue()
    with InotifyWatcher(two_branches, load_watch_ignore).watch(queue):
        began = time.monotonic()
        with subprocess.Popen(["git", "checkout", "-q", "one"], cwd=two_branches) as checkout:
            found = take_all(queue)
        found += take_all(queue, first_s=0.5)
        took_s = time.monotonic() - began
    assert checkout.returncode == 0
    assert len({path for changes in found for path in changes.paths}) == 5000
    # One, unless a busy machine lets git pause, or outlasts the longest wait of a burst.
    assert len(found) <= 1 + queue.pauses + took_s // BURST_CAP_S
    assert len(found) < 50


def test_an_install_is_one_change_set_of_its_manifests(tmp_path: Path) -> None:
    queue = ChangeQueue(SystemClock())
    with InotifyWatcher(tmp_path, load_watch_ignore).watch(queue):
        for number in range(2000):
            package = tmp_path / "node_modules" / f"p{number}"
            package.mkdir(parents=True)
            (package / "index.js").write_text("1")
        for name in ("package.json", "package-lock.json"):
            save_beside(tmp_path / name)
        found = take_all(queue)
    assert [changes.paths for changes in found] == [("package-lock.json", "package.json")]
