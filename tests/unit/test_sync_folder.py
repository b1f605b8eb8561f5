"""What containers should hold of a folder, change by change."""

from pathlib import Path

import pytest

from draftpy.sync.folder import NeedsTurn, SyncedFolder, Taken
from draftpy.sync.trees import FileState, diff_trees, find_unwritable
from draftpy.watch import ChangeSet
from tests.support.contexts import write_tree
from tests.support.syncing import FILES, changed, synced_folder


@pytest.fixture
def folder(tmp_path: Path) -> SyncedFolder:
    return synced_folder(write_tree(tmp_path, FILES))


def test_the_tree_has_what_is_copied_and_not_only_installed(folder: SyncedFolder) -> None:
    assert set(folder.tree) == {"/app/app.py", "/app/lib/a.py"}


def test_a_saved_file_is_taken_by_its_path_in_the_container(folder: SyncedFolder) -> None:
    (folder.root / "app.py").write_text("two\n")
    assert folder.take(changed("app.py")) == Taken(targets=("/app/app.py",))
    assert b"".join(folder.open_put("/app/app.py").chunks()) == b"two\n"


def test_the_same_bytes_are_no_change(folder: SyncedFolder) -> None:
    (folder.root / "app.py").write_text("one\n")
    assert folder.take(changed("app.py")) == Taken(targets=())


def test_a_mode_is_a_change(folder: SyncedFolder) -> None:
    (folder.root / "app.py").chmod(0o755)
    assert folder.take(changed("app.py")) == Taken(targets=("/app/app.py",))
    assert folder.tree["/app/app.py"].is_executable


def test_a_file_that_went_away_is_no_longer_wanted(folder: SyncedFolder) -> None:
    (folder.root / "app.py").unlink()
    assert folder.take(changed("app.py")) == Taken(targets=("/app/app.py",))
    assert "/app/app.py" not in folder.tree


def test_a_folder_that_moved_takes_its_files_along(folder: SyncedFolder) -> None:
    (folder.root / "lib").rename(folder.root / "src")
    taken = folder.take(changed("lib", "src"))
    assert isinstance(taken, Taken)
    assert set(taken.targets) == {"/app/lib/a.py", "/app/src/a.py"}
    assert set(folder.tree) == {"/app/app.py", "/app/src/a.py"}


def test_a_link_keeps_where_it_leads_to(folder: SyncedFolder) -> None:
    (folder.root / "now.py").symlink_to("app.py")
    folder.take(changed("now.py"))
    assert folder.tree["/app/now.py"] == FileState(sha256="", link_to="app.py")


def test_an_installed_file_needs_a_new_image(folder: SyncedFolder) -> None:
    (folder.root / "requirements.txt").write_text("django\n")
    needs = folder.take(changed("app.py", "requirements.txt"))
    assert isinstance(needs, NeedsTurn)
    assert needs.path == "requirements.txt"
    assert "RUN" in needs.reason


def test_an_installed_file_with_the_same_bytes_needs_nothing(folder: SyncedFolder) -> None:
    (folder.root / "requirements.txt").write_text("flask\n")
    assert folder.take(changed("requirements.txt")) == Taken(targets=())


def test_nothing_is_taken_if_any_of_it_needs_more(folder: SyncedFolder) -> None:
    for name in ("app.py", "requirements.txt"):
        (folder.root / name).write_text("new\n")
    before = dict(folder.tree)
    folder.take(changed("app.py", "requirements.txt"))
    assert folder.tree == before


def test_a_place_that_cannot_be_written_needs_a_new_image(folder: SyncedFolder) -> None:
    (folder.root / "app.py").write_text("two\n")
    needs = folder.take(changed("app.py"), lambda target: f"{target} is read-only")
    assert needs == NeedsTurn(path="app.py", reason="/app/app.py is read-only")


def test_the_innermost_folder_decides_whether_a_file_can_be_written() -> None:
    unwritable = {"/": "permission denied"}
    assert find_unwritable("/app/a", ("/", "/app"), unwritable) == ""
    assert "permission denied" in find_unwritable("/run.sh", ("/", "/app"), unwritable)


@pytest.mark.parametrize(
    "path",
    ["draft.yaml", "charts/hello/values.yaml", ".dockerignore", "Dockerfile.dockerignore"],
)
def test_what_shapes_the_release_is_no_sync(folder: SyncedFolder, path: str) -> None:
    assert isinstance(folder.take(changed(path)), NeedsTurn)


def test_too_many_paths_are_no_sync(folder: SyncedFolder) -> None:
    lost = ChangeSet(paths=(), seen_at=0.0, whole_tree=True)
    assert isinstance(folder.take(lost), NeedsTurn)


def test_a_difference_is_what_to_write_and_what_to_remove() -> None:
    one, two = FileState(sha256="1"), FileState(sha256="2")
    diff = diff_trees({"/a": one, "/b": two}, {"/b": one, "/c": one})
    assert (diff.puts, diff.deletes) == (("/a", "/b"), ("/c",))
    assert diff_trees({"/a": one}, {"/c": one}, ["/c"]).puts == ()
