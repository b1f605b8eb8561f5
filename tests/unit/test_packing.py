import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from draftpy.context import BuildContext
from draftpy.errors import BuildFailed, ContextChanged
from draftpy.packing import pack_context, packed_context, read_hashed, staged_context
from tests.support.contexts import take, write_tree

Change = Callable[[Path], object]
PACKERS = [packed_context, staged_context]


def _write(text: str) -> Change:
    return lambda root: (root / "app.py").write_text(text)


def _replace(make: Callable[[Path], object]) -> Change:
    def change(root: Path) -> None:
        (root / "app.py").unlink()
        make(root / "app.py")

    return change


def _make_link(path: Path) -> None:
    path.symlink_to("z.txt")


def _link_to_same_bytes(path: Path) -> None:
    (path.parent / "same.txt").write_text("print(1)\n")
    path.symlink_to("same.txt")


# Changes of app.py that no builder may get to see under the older tag.
CHANGES: dict[str, Change] = {
    "same size": _write("print(2)\n"),
    "longer": _write("print(1)\nprint(2)\n"),
    "shorter": _write("print"),
    "gone": _replace(lambda path: path),
    "a folder": _replace(Path.mkdir),
    "a link": _replace(_make_link),
    "a link to the same bytes": _replace(_link_to_same_bytes),
    "a pipe": _replace(os.mkfifo),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = write_tree(tmp_path / "app", {"app.py": "print(1)\n", "z.txt": "z"})
    (root / "link").symlink_to("z.txt")
    (root / "empty").mkdir()
    return root


@pytest.fixture(autouse=True)
def tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def _tar_of(context: BuildContext, replace: dict[str, bytes] | None = None) -> bytes:
    out = io.BytesIO()
    pack_context(context, out, replace)
    return out.getvalue()


def _members(content: bytes) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return {member.name: member for member in archive.getmembers()}


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_save_between_hashing_and_packing_is_refused(
    root: Path, tmp: Path, change: Change, packer: Callable[..., object]
) -> None:
    context = take(root)
    change(root)
    with pytest.raises(ContextChanged, match=r"app\.py changed"), packer(context):  # type: ignore[attr-defined]
        pytest.fail("a builder would have got it")
    assert list(tmp.iterdir()) == []


def test_a_save_while_packing_is_refused(root: Path) -> None:
    class SavingOut(io.BytesIO):
        def write(self, data: object, /) -> int:
            (root / "z.txt").write_text("Z")
            return 0

    write_tree(root, {"app.py": "x" * 100_000})
    context = take(root)
    with pytest.raises(ContextChanged, match=r"z\.txt changed"):
        pack_context(context, SavingOut())


@pytest.mark.parametrize("packer", PACKERS)
def test_a_link_that_leads_elsewhere_now_is_refused(
    root: Path, packer: Callable[..., object]
) -> None:
    context = take(root)
    (root / "link").unlink()
    (root / "link").symlink_to("app.py")
    with pytest.raises(ContextChanged, match="link changed"), packer(context):  # type: ignore[attr-defined]
        pytest.fail("a builder would have got it")


def test_a_file_that_is_new_since_is_not_sent(root: Path) -> None:
    context = take(root)
    write_tree(root, {"new.txt": "x"})
    assert "new.txt" not in _members(_tar_of(context))


def test_the_tar_is_the_same_for_the_same_tree_anywhere(root: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(root, tmp_path / "copy", symlinks=True)
    os.utime(copy / "link", ns=(0, (root / "link").lstat().st_mtime_ns), follow_symlinks=False)
    (copy / "app.py").chmod(0o600)
    os.utime(copy / "app.py", ns=(0, (root / "app.py").stat().st_mtime_ns))
    assert _tar_of(take(copy)) == _tar_of(take(root))


def test_the_tar_has_no_owners_and_whole_modes(root: Path) -> None:
    members = _members(_tar_of(take(root)))
    assert {(m.uid, m.gid, m.uname) for m in members.values()} == {(0, 0, "")}
    assert members["app.py"].mode == 0o644
    assert members["empty"].isdir()
    assert members["link"].linkname == "z.txt"


def test_a_newer_file_is_newer_in_the_image(root: Path) -> None:
    os.utime(root / "app.py", (1_700_000_000, 1_700_000_000))
    assert _members(_tar_of(take(root)))["app.py"].mtime == 1_700_000_000


def test_other_alphabets_and_long_paths_in_the_tar(root: Path) -> None:
    long = f"{'ü' * 60}/{'漢' * 60}/a b.txt"
    write_tree(root, {long: "x"})
    assert long in _members(_tar_of(take(root)))


def test_another_text_for_one_file_leaves_the_rest(root: Path) -> None:
    content = _tar_of(take(root), {"Dockerfile": b"FROM other\n"})
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        dockerfile, app = archive.extractfile("Dockerfile"), archive.extractfile("app.py")
        assert dockerfile is not None
        assert app is not None
        assert (dockerfile.read(), app.read()) == (b"FROM other\n", b"print(1)\n")


def test_the_staged_folder_holds_the_tree(root: Path, tmp: Path) -> None:
    with staged_context(take(root)) as folder:
        assert sorted(path.name for path in folder.iterdir()) == [
            "Dockerfile",
            "app.py",
            "empty",
            "link",
            "z.txt",
        ]
        assert (folder / "app.py").read_text() == "print(1)\n"
        assert (folder / "link").readlink() == Path("z.txt")
    assert list(tmp.iterdir()) == []


def test_staged_modes_do_not_depend_on_the_umask(root: Path) -> None:
    write_tree(root, {"deep/er/x.txt": "x"})
    context = take(root)
    before = os.umask(0o077)
    try:
        with staged_context(context) as folder:
            assert folder.stat().st_mode & 0o777 == 0o755
            assert (folder / "deep/er").stat().st_mode & 0o777 == 0o755
            assert (folder / "app.py").stat().st_mode & 0o777 == 0o644
    finally:
        os.umask(before)


def test_builders_that_compare_times_see_each_save(root: Path) -> None:
    def staged_time(text: str) -> int:
        (root / "app.py").write_text(text)
        os.utime(root / "app.py", (1_700_000_000, 1_700_000_000))
        with staged_context(take(root)) as folder:
            return (folder / "app.py").stat().st_mtime_ns

    first, second = staged_time("print(1)\n"), staged_time("print(2)\n")
    assert first != second
    assert {first // 10**9, second // 10**9} == {1_700_000_000}


@pytest.mark.parametrize("packer", PACKERS)
def test_no_room_for_temporary_files_says_where(
    root: Path, monkeypatch: pytest.MonkeyPatch, packer: Callable[..., object]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/dev/full/no")
    with pytest.raises(BuildFailed, match="cannot be written to /dev/full/no"), packer(take(root)):  # type: ignore[attr-defined]
        pytest.fail("there was no room")


def test_an_error_of_the_builder_is_not_taken_for_a_full_disk(root: Path) -> None:
    with pytest.raises(OSError, match="the builder's own"), packed_context(take(root)):
        raise OSError("the builder's own")


def test_one_file_as_it_was_hashed(root: Path) -> None:
    context = take(root)
    assert read_hashed(context, "app.py") == b"print(1)\n"
    (root / "app.py").write_text("print(2)\n")
    with pytest.raises(ContextChanged):
        read_hashed(context, "app.py")


@pytest.mark.parametrize("packer", PACKERS)
def test_nothing_is_left_after_ctrl_c(root: Path, tmp: Path, packer: Callable[..., object]) -> None:
    with pytest.raises(KeyboardInterrupt), packer(take(root)):  # type: ignore[attr-defined]
        raise KeyboardInterrupt
    assert list(tmp.iterdir()) == []
