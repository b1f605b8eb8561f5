"""BuildContext → the bytes a builder gets, as a folder or a tar: exactly those that were hashed."""

import hashlib
import io
import os
import stat
import tarfile
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from draftpy.context import FOLDER_MODE, BuildContext, ContextFile, unreadable
from draftpy.errors import BuildFailed, ContextChanged

_CHUNK_BYTES = 1 << 20
_SECOND_NS = 1_000_000_000


class _HashedFile:
    """A file of a build context that can only be read as it was hashed."""

    def __init__(self, file: ContextFile, source: BinaryIO) -> None:
        self._file = file
        self._source = source
        self._hash = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes; raises ContextChanged if the file has become shorter."""
        chunk = self._source.read(size)
        if len(chunk) < size:
            raise changed(self._file.path)
        self._hash.update(chunk)
        return chunk

    def check_end(self) -> None:
        """Raise ContextChanged unless all that was read is all that was hashed."""
        if self._source.read(1) or self._hash.hexdigest() != self._file.sha256:
            raise changed(self._file.path)


def changed(path: str) -> ContextChanged:
    """The error for a file that is not any more what was hashed."""
    return ContextChanged(
        f"{path} changed while the build context was packed", remedy="save again, or run it again"
    )


def pack_context(
    context: BuildContext, out: BinaryIO, replace: Mapping[str, bytes] | None = None
) -> None:
    """Write the tar; `replace` gives other bytes for some paths. Raises ContextChanged.

    Modes are normalised and owners are 0; times are the files' own, so that a newer page never
    looks unmodified to a browser (engines do not count times when they look into their cache).
    """
    others = replace or {}
    with tarfile.open(
        fileobj=out, mode="w|", format=tarfile.PAX_FORMAT, encoding="utf-8"
    ) as archive:
        for file in context.files:
            if file.path in others:
                _add_bytes(archive, file, others[file.path])
            elif file.is_folder or file.is_link:
                _check_link(context.root, file)
                archive.addfile(_info_of(file))
            else:
                with _open_hashed(context.root, file) as source:
                    archive.addfile(_info_of(file), source)


@contextmanager
def packed_context(
    context: BuildContext, replace: Mapping[str, bytes] | None = None
) -> Iterator[BinaryIO]:
    """The tar in a temporary file that has no name and is gone afterwards.

    All of it is verified before a builder sees its first byte. Raises ContextChanged, BuildFailed.
    """
    with ExitStack() as stack:
        with _told_if_full():
            out = stack.enter_context(tempfile.TemporaryFile(prefix="draftpy-"))
            pack_context(context, out, replace)
            out.seek(0)
        yield out


@contextmanager
def staged_context(context: BuildContext) -> Iterator[Path]:
    """The build context as a temporary folder of its own, removed afterwards.

    A file's time is its own second, with nanoseconds made of its content: builders that compare a
    folder with an older one by size and time then see every change. Raises ContextChanged,
    BuildFailed.
    """
    with ExitStack() as stack:
        with _told_if_full():
            name = stack.enter_context(tempfile.TemporaryDirectory(prefix="draftpy-"))
            folder = Path(name) / "context"
            _make_folder(folder)
            for file in context.files:
                _stage(context.root, file, folder / file.path)
        yield folder


def _stage(root: Path, file: ContextFile, target: Path) -> None:
    if file.is_folder:
        _make_folder(target)
        return
    _make_folder(target.parent)
    if file.is_link:
        _check_link(root, file)
        target.symlink_to(file.link_to)
        return
    with _open_hashed(root, file) as source, target.open("xb") as out:
        left = file.size
        while left:
            left -= out.write(source.read(min(left, _CHUNK_BYTES)))
        os.fchmod(out.fileno(), file.mode & 0o777)
    time_ns = file.mtime_ns // _SECOND_NS * _SECOND_NS + int(file.sha256, 16) % _SECOND_NS
    os.utime(target, ns=(time_ns, time_ns))


def _make_folder(folder: Path) -> None:
    """Make it and what is missing above it, whatever the umask."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir()
    folder.chmod(FOLDER_MODE & 0o777)


def read_hashed(context: BuildContext, path: str) -> bytes:
    """A file's bytes as they were hashed; raises ContextChanged, BuildFailed."""
    file = next(file for file in context.files if file.path == path)
    with _open_hashed(context.root, file) as source:
        return source.read(file.size)


@contextmanager
def _open_hashed(root: Path, file: ContextFile) -> Iterator[_HashedFile]:
    """The file, verified when the block ends; raises ContextChanged, BuildFailed."""
    try:
        descriptor = os.open(root / file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except PermissionError as error:
        raise unreadable(file.path, error) from error
    except OSError as error:
        raise changed(file.path) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise changed(file.path)
    with os.fdopen(descriptor, "rb") as source:
        hashed = _HashedFile(file, source)
        yield hashed
        hashed.check_end()


def _check_link(root: Path, file: ContextFile) -> None:
    if not file.is_link:
        return
    try:
        target = str((root / file.path).readlink())
    except OSError as error:
        raise changed(file.path) from error
    if target != file.link_to:
        raise changed(file.path)


def _info_of(file: ContextFile) -> tarfile.TarInfo:
    info = tarfile.TarInfo(file.path)
    info.mode = file.mode & 0o777
    info.mtime = file.mtime_ns // _SECOND_NS
    info.size = file.size
    if file.is_folder:
        info.type = tarfile.DIRTYPE
    elif file.is_link:
        info.type, info.linkname = tarfile.SYMTYPE, file.link_to
    return info


def _add_bytes(archive: tarfile.TarFile, file: ContextFile, content: bytes) -> None:
    info = _info_of(file)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))


@contextmanager
def _told_if_full() -> Iterator[None]:
    """Turn a failed write of temporary files into an error that says where there is no room."""
    try:
        yield
    except OSError as error:
        raise BuildFailed(
            f"the build context cannot be written to {tempfile.gettempdir()}",
            evidence=error.strerror or str(error),
            remedy="make room there, name another folder with TMPDIR, or list large files"
            " that the image does not need in .dockerignore",
        ) from error
