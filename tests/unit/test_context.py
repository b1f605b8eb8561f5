import os
import socket
import stat
from pathlib import Path

import pytest

from draftpy.context import RACY_NS, HashCache, StatKey, _read_entry, snapshot
from draftpy.dockerignore import parse_build_ignore
from draftpy.errors import BuildFailed, DockerfileInvalid, SourceMissing
from tests.support.contexts import paths_of, take, write_tree


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_tree(tmp_path / "app", {"app.py": "print(1)\n", "pages/index.html": "hello"})


def test_entries_are_ordered_by_path_folders_included(root: Path) -> None:
    assert paths_of(take(root)) == ["Dockerfile", "app.py", "pages", "pages/index.html"]


def test_other_times_make_no_other_digest(root: Path) -> None:
    before = take(root)
    os.utime(root / "app.py", (1, 1))
    assert take(root) == before


def test_the_umask_makes_no_other_digest(root: Path) -> None:
    before = take(root).digest
    (root / "app.py").chmod(0o600)
    (root / "pages").chmod(0o700)
    assert take(root).digest == before


def test_the_folder_it_stands_in_makes_no_other_digest(root: Path, tmp_path: Path) -> None:
    before = take(root).digest
    assert take(root.rename(tmp_path / "moved")).digest == before


def _edit(root: Path) -> None:
    (root / "app.py").write_text("print(2)\n")


def _make_executable(root: Path) -> None:
    (root / "app.py").chmod(0o755)


def _rename(root: Path) -> None:
    (root / "app.py").rename(root / "main.py")


def _add_folder(root: Path) -> None:
    (root / "empty").mkdir()


def _add_link(root: Path) -> None:
    (root / "link").symlink_to("app.py")


@pytest.mark.parametrize("change", [_edit, _make_executable, _rename, _add_folder, _add_link])
def test_what_an_image_could_show_makes_another_digest(root: Path, change: object) -> None:
    before = take(root).digest
    assert callable(change)
    change(root)
    assert take(root).digest != before


def test_a_link_counts_by_its_target_and_stays_a_link(root: Path) -> None:
    (root / "out").symlink_to("../../etc/passwd")
    first = take(root)
    (root / "out").unlink()
    (root / "out").symlink_to("../../etc/group")
    second = take(root)
    link = next(file for file in first.files if file.path == "out")
    assert link.is_link
    assert link.link_to == "../../etc/passwd"
    assert first.digest != second.digest


def test_ignored_files_do_not_count(root: Path) -> None:
    write_tree(root, {".dockerignore": "*.log\n"})
    before = take(root)
    (root / "app.log").write_text("noise")
    assert take(root) == before


def test_a_file_brought_back_from_an_ignored_folder_counts(root: Path) -> None:
    write_tree(root, {".dockerignore": "pages\n!pages/index.html\n", "pages/other.html": "x"})
    assert paths_of(take(root)) == [".dockerignore", "Dockerfile", "app.py", "pages/index.html"]


def test_ignored_folders_are_not_even_listed(root: Path) -> None:
    listed: list[str] = []

    class Recording:
        def __init__(self) -> None:
            self.rules = parse_build_ignore("node_modules\n")

        def is_ignored(self, path: str, *, is_dir: bool = False) -> bool:
            listed.append(path)
            return self.rules.is_ignored(path, is_dir=is_dir)

        def may_prune(self, folder: str) -> bool:
            return self.rules.may_prune(folder)

    write_tree(root, {"node_modules/a/index.js": "x"})
    snapshot(root, Recording(), "Dockerfile")
    assert "node_modules/a" not in listed


def test_spaces_and_other_alphabets_in_paths(root: Path) -> None:
    write_tree(root, {"мой файл/ü 漢.txt": "x"})
    assert "мой файл/ü 漢.txt" in paths_of(take(root))


def test_bytes_in_names_that_are_no_utf8(root: Path) -> None:
    (root / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    assert len(take(root).files) == 5


def test_sockets_and_pipes_are_left_out_and_named(root: Path, monkeypatch: object) -> None:
    os.mkfifo(root / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(root)  # a socket's path has a limit that a temporary folder may pass
        server.bind("sock")
        os.chdir(here)
    context = take(root)
    assert context.skipped == ("pipe", "sock")
    assert "pipe" not in paths_of(context)


class _Unreadable:
    path = "secret.key"
    name = "secret.key"

    def is_symlink(self) -> bool:
        raise PermissionError(13, "Permission denied")


def test_an_unreadable_file_is_named_with_both_ways_out() -> None:
    with pytest.raises(BuildFailed) as caught:
        _read_entry("secret.key", _Unreadable(), HashCache())  # type: ignore[arg-type]
    assert caught.value.what == "secret.key cannot be read"
    assert ".dockerignore" in caught.value.remedy


def test_a_folder_without_its_dockerfile(root: Path) -> None:
    (root / "Dockerfile").unlink()
    with pytest.raises(DockerfileInvalid, match="Dockerfile is not there"):
        take(root)


def test_a_dockerfile_outside_of_the_build_context(root: Path) -> None:
    with pytest.raises(DockerfileInvalid, match="outside of the build context"):
        snapshot(root, parse_build_ignore(""), "../Dockerfile")


def test_a_root_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing):
        take(tmp_path / "nowhere")


def _key_of(path: Path) -> StatKey:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino, found.st_ctime_ns


def _later() -> int:
    return 2**63


def test_a_file_with_an_unchanged_key_is_not_read_again(root: Path) -> None:
    cache = HashCache(_later)
    cache.keep("app.py", _key_of(root / "app.py"), "known", _later())
    hashes = {file.path: file.sha256 for file in take(root, cache).files}
    assert hashes["app.py"] == "known"


def test_a_save_of_the_same_size_and_time_is_seen(root: Path) -> None:
    cache = HashCache(_later)
    before = take(root, cache).digest
    found = (root / "app.py").stat()
    (root / "app.py").write_text("print(2)\n")
    os.utime(root / "app.py", ns=(found.st_atime_ns, found.st_mtime_ns))
    assert take(root, cache).digest != before


def test_the_hash_of_a_file_younger_than_a_tick_is_not_trusted() -> None:
    cache, key = HashCache(), (1, 10, 1, 10)
    cache.keep("app.py", key, "young", hashed_at_ns=10 + RACY_NS)
    assert cache.find("app.py", key) == ""
    cache.keep("app.py", key, "old", hashed_at_ns=11 + RACY_NS)
    assert cache.find("app.py", key) == "old"


def test_files_that_are_gone_leave_the_cache(root: Path) -> None:
    cache = HashCache(_later)
    take(root, cache)
    key = _key_of(root / "app.py")
    assert cache.find("app.py", key)
    (root / "app.py").unlink()
    take(root, cache)
    assert cache.find("app.py", key) == ""


def test_modes_are_normalised_with_their_type(root: Path) -> None:
    (root / "run.sh").write_text("x")
    (root / "run.sh").chmod(0o750)
    modes = {file.path: stat.filemode(file.mode) for file in take(root).files}
    assert modes["run.sh"] == "-rwxr-xr-x"
    assert modes["app.py"] == "-rw-r--r--"
    assert modes["pages"] == "drwxr-xr-x"
