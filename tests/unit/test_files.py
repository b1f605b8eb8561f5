import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from draftpy.adapters.files import DiskFiles
from draftpy.errors import Conflict, WriteFailed

FILES = DiskFiles()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_write_makes_folders_and_find_reads(tmp_path: Path) -> None:
    FILES.write(tmp_path, "a/b/c.txt", b"x")
    assert FILES.find(tmp_path, "a/b/c.txt") == b"x"
    assert FILES.find(tmp_path, "a/absent") is None


def test_mode_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "run.sh"
    path.write_text("old")
    path.chmod(0o750)
    FILES.write(tmp_path, "run.sh", b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o750


def test_nothing_is_left_aside(tmp_path: Path) -> None:
    FILES.write(tmp_path, "a.txt", b"x")
    assert names(tmp_path) == ["a.txt"]


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file may grow over this many bytes: as real as a full disk, in one process only."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


def test_full_disk_loses_nothing(tmp_path: Path) -> None:
    (tmp_path / "values.yaml").write_text("old")
    with room_for(1000), pytest.raises(WriteFailed) as caught:
        FILES.write(tmp_path, "values.yaml", b"x" * 5000)
    assert "draftpy create again" in caught.value.remedy
    assert (tmp_path / "values.yaml").read_text() == "old"
    assert names(tmp_path) == ["values.yaml"]


def test_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "keep").write_text("old")
    with pytest.raises(WriteFailed):
        FILES.write(tmp_path, "a", b"x")  # a folder stands where the file should go
    assert (tmp_path / "a" / "keep").read_text() == "old"
    assert names(tmp_path) == ["a"]


def test_link_cannot_lead_a_write_out_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "charts").symlink_to(tmp_path)
    with pytest.raises(WriteFailed, match=r"charts/x\.txt"):
        FILES.write(tmp_path / "project", "charts/x.txt", b"x")
    assert not (tmp_path / "x.txt").exists()


def test_backups_are_numbered(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("1")
    assert FILES.back_up(tmp_path, "f") == "f.~1~"
    (tmp_path / "f").write_text("2")
    assert FILES.back_up(tmp_path, "f") == "f.~2~"
    assert (tmp_path / "f.~1~").read_text() == "1"


def test_folder_in_place_of_a_file_is_a_conflict(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").mkdir()
    with pytest.raises(Conflict, match="Dockerfile stands in the way"):
        FILES.find(tmp_path, "Dockerfile")


def test_file_in_place_of_a_folder_is_a_conflict(tmp_path: Path) -> None:
    (tmp_path / "charts").touch()
    with pytest.raises(Conflict, match="a part of its path is a file"):
        FILES.find(tmp_path, "charts/x/values.yaml")
