"""What every watcher must see, on the real file system."""

import random
import shutil
import sys
import threading
from pathlib import Path

import pytest

from draftpy.adapters.inotify_watcher import InotifyWatcher
from draftpy.errors import WatchFailed
from draftpy.ignore import DeployIgnore, load_deploy_ignore, load_watch_ignore
from draftpy.watch import ChangeKind, RawChange, Watcher
from tests.support.real_watchers import REAL, ListSink, watching
from tests.support.watcher import ScriptedWatcher

# watchdog's own recursive inotify watch adds a new folder twice and warns of itself.
pytestmark = pytest.mark.filterwarnings("ignore:Callback with id:RuntimeWarning")
assert sys.platform == "linux", "the inotify watcher is for Linux"


@pytest.fixture(params=REAL)
def watcher(request: pytest.FixtureRequest, tmp_path: Path) -> Watcher:
    return REAL[request.param](tmp_path, load_watch_ignore)


def test_a_write_is_told_when_it_is_finished(watcher: Watcher, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("1")
    with watching(watcher) as sink:
        (tmp_path / "app.py").write_text("2")
        sink.wait_for("app.py", ChangeKind.FINISHED)


def test_a_rename_onto_a_file_is_told(watcher: Watcher, tmp_path: Path) -> None:
    (tmp_path / "next").write_text("1")
    with watching(watcher) as sink:
        (tmp_path / "next").rename(tmp_path / "app.py")
        sink.wait_for("next", ChangeKind.GONE)
        sink.wait_for("app.py", ChangeKind.ARRIVED)


def test_a_deletion_is_told(watcher: Watcher, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("1")
    with watching(watcher) as sink:
        (tmp_path / "app.py").unlink()
        sink.wait_for("app.py", ChangeKind.GONE)


def test_a_change_of_mode_is_told(watcher: Watcher, tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_text("1")
    with watching(watcher) as sink:
        (tmp_path / "run.sh").chmod(0o755)
        sink.wait_for("run.sh")


def test_reading_is_no_change(watcher: Watcher, tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("1")
    with watching(watcher) as sink:
        (tmp_path / "app.py").read_text()
        (tmp_path / "end").write_text("1")
        sink.wait_for("end")
    assert sink.paths == {"end"}


def test_files_in_new_folders_are_told(watcher: Watcher, tmp_path: Path) -> None:
    with watching(watcher) as sink:
        for number in range(20):
            folder = tmp_path / f"new{number}" / "deep" / "deeper"
            folder.mkdir(parents=True)
            (folder / "app.py").write_text("1")
        for number in range(20):
            sink.wait_for(f"new{number}/deep/deeper/app.py")
        (tmp_path / "new7" / "deep" / "later.py").write_text("1")
        sink.wait_for("new7/deep/later.py", ChangeKind.FINISHED)


def test_a_renamed_folder_is_watched_under_its_new_name(watcher: Watcher, tmp_path: Path) -> None:
    (tmp_path / "old" / "sub").mkdir(parents=True)
    (tmp_path / "old" / "sub" / "a.py").write_text("1")
    with watching(watcher) as sink:
        (tmp_path / "old").rename(tmp_path / "new")
        sink.wait_for("old", ChangeKind.GONE)
        sink.wait_for("new/sub/a.py")
        (tmp_path / "new" / "sub" / "b.py").write_text("1")
        sink.wait_for("new/sub/b.py", ChangeKind.FINISHED)


def test_a_folder_made_again_is_watched_again(watcher: Watcher, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("1")
    with watching(watcher) as sink:
        for name in ("b.py", "c.py", "d.py"):
            shutil.rmtree(tmp_path / "src")
            (tmp_path / "src").mkdir()
            (tmp_path / "src" / name).write_text("1")
            sink.wait_for(f"src/{name}")


def test_a_tree_moved_in_is_told_and_watched(
    watcher: Watcher, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "lib").mkdir()
    (outside / "lib" / "a.py").write_text("1")
    with watching(watcher) as sink:
        (outside / "lib").rename(tmp_path / "lib")
        sink.wait_for("lib/a.py")
        (tmp_path / "lib" / "a.py").write_text("2")
        sink.wait_for("lib/a.py", ChangeKind.FINISHED)


def test_a_folder_moved_out_is_no_longer_watched(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "lib"
    (tmp_path / "lib" / "deep").mkdir(parents=True)
    with watching(InotifyWatcher(tmp_path, load_watch_ignore)) as sink:
        (tmp_path / "lib").rename(outside)
        sink.wait_for("lib", ChangeKind.GONE)
        (outside / "deep" / "a.py").write_text("1")
        (tmp_path / "end").write_text("1")
        sink.wait_for("end")
    assert "lib/deep/a.py" not in sink.paths


def test_ignored_files_and_folders_are_not_told(watcher: Watcher, tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.log\nout/\n")
    (tmp_path / "node_modules" / "x").mkdir(parents=True)
    with watching(watcher) as sink:
        (tmp_path / "node_modules" / "x" / "index.js").write_text("1")
        (tmp_path / "run.log").write_text("1")
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "a.py").write_text("1")
        (tmp_path / "app.py").write_text("1")
        sink.wait_for("app.py")
    assert sink.paths == {"app.py"}


def test_a_changed_gitignore_counts_at_once(watcher: Watcher, tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("out/\n")
    (tmp_path / "out" / "deep").mkdir(parents=True)
    (tmp_path / "src").mkdir()
    with watching(watcher) as sink:
        (tmp_path / ".gitignore").write_text("src/\n")
        sink.wait_for(".gitignore", ChangeKind.FINISHED)
        (tmp_path / "src" / "a.py").write_text("1")
        (tmp_path / "out" / "deep" / "a.py").write_text("1")
        sink.wait_for("out/deep/a.py", ChangeKind.FINISHED)
    assert "src/a.py" not in sink.paths


def test_names_with_spaces_and_other_letters_are_told(watcher: Watcher, tmp_path: Path) -> None:
    with watching(watcher) as sink:
        (tmp_path / "größe 1").mkdir()
        (tmp_path / "größe 1" / "naïve app.py").write_text("1")
        sink.wait_for("größe 1/naïve app.py")


def test_a_link_to_a_folder_is_not_followed(watcher: Watcher, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path)
    with watching(watcher) as sink:
        (tmp_path / "a" / "x.py").write_text("1")
        sink.wait_for("a/x.py")
    assert sink.paths == {"a/x.py"}


@pytest.mark.parametrize("seed", range(2))
def test_after_any_shuffling_of_folders_each_is_watched_under_its_name(
    seed: int, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    with watching(InotifyWatcher(tmp_path, load_watch_ignore)) as sink:
        for number in range(150):
            folders = [path for path in tmp_path.rglob("*") if path.is_dir()]
            folder = chance.choice([*folders, tmp_path])
            match chance.randrange(5):
                case 0 | 1:
                    (folder / f"n{number}" / "sub").mkdir(parents=True)
                case 2 if folder != tmp_path:
                    folder.rename(tmp_path / f"r{number}")
                case 3 if folder != tmp_path and number % 3 == 0:
                    shutil.rmtree(folder)
                case _:
                    (folder / f"f{number}").write_text("1")
        folders = [path for path in tmp_path.rglob("*") if path.is_dir()]
        assert len(folders) > 10
        for folder in folders:
            (folder / "probe").write_text("1")
            probe = (folder / "probe").relative_to(tmp_path).as_posix()
            sink.wait_for(probe)


def test_nothing_is_told_after_leaving(watcher: Watcher, tmp_path: Path) -> None:
    with watching(watcher) as sink:
        pass
    (tmp_path / "app.py").write_text("1")
    assert sink.changes == []


def test_leaving_leaves_no_thread(watcher: Watcher) -> None:
    before = threading.active_count()
    with watching(watcher):
        assert threading.active_count() > before
    assert threading.active_count() == before


@pytest.mark.parametrize("kind", REAL)
def test_a_missing_folder_cannot_be_watched(kind: str, tmp_path: Path) -> None:
    watcher = REAL[kind](tmp_path / "gone", load_watch_ignore)
    with pytest.raises(WatchFailed, match="gone"), watcher.watch(ListSink()):
        pass


def test_the_scripted_watcher_tells_saves() -> None:
    watcher, sink = ScriptedWatcher(), ListSink()
    with watcher.watch(sink):
        watcher.save("app.py")
        watcher.lose()
        watcher.fail(WatchFailed("x"))
    assert sink.changes == [RawChange("app.py", ChangeKind.FINISHED)]
    assert (sink.lost, len(sink.errors), watcher.is_watching) == (1, 1, False)


def test_a_changed_ignore_file_of_the_dockerfile_counts_at_once(tmp_path: Path) -> None:
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "Dockerfile.dockerignore").write_text("out\n")
    (tmp_path / "out").mkdir()

    def load(root: Path) -> DeployIgnore:
        return load_deploy_ignore(root, "docker/Dockerfile", ())

    with watching(InotifyWatcher(tmp_path, load)) as sink:
        (tmp_path / "docker" / "Dockerfile.dockerignore").write_text("src\n")
        sink.wait_for("docker/Dockerfile.dockerignore", ChangeKind.FINISHED)
        (tmp_path / "out" / "a.py").write_text("1")
        sink.wait_for("out/a.py")
