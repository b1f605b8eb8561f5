"""Project files on disk: each write lands whole or not at all."""

import os
import stat
import tempfile
from pathlib import Path

from draftpy.errors import Conflict, WriteFailed

_NEW_FILE_MODE = 0o644


class DiskFiles:
    """Files of a folder on disk."""

    def find(self, root: Path, path: str) -> bytes | None:
        """A file's content, None if there is nothing; raises Conflict if it cannot be read."""
        try:
            return (root / path).read_bytes()
        except FileNotFoundError:
            return None
        except NotADirectoryError as error:
            raise Conflict(
                f"{path} cannot be written: a part of its path is a file",
                evidence=str(error),
                remedy="move that file away",
            ) from error
        except OSError as error:
            raise Conflict(
                f"{path} stands in the way and cannot be read",
                evidence=str(error),
                remedy=f"move {path} away",
            ) from error

    def write(self, root: Path, path: str, content: bytes) -> None:
        """Put a whole file in place at once, its mode kept; raises WriteFailed, nothing lost."""
        target = root / path
        try:
            _check_inside(root, target)
            target.parent.mkdir(parents=True, exist_ok=True)
            _replace(target, content, _mode_of(target))
        except OSError as error:
            raise _write_failed(path, error) from error

    def back_up(self, root: Path, path: str) -> str:
        """Copy a file to `path.~N~`, return that path; raises WriteFailed."""
        number = 1
        while (root / f"{path}.~{number}~").exists():
            number += 1
        backup = f"{path}.~{number}~"
        try:
            _replace(root / backup, (root / path).read_bytes(), _mode_of(root / path))
        except OSError as error:
            raise _write_failed(backup, error) from error
        return backup


def _replace(target: Path, content: bytes, mode: int) -> None:
    """Write aside in the same folder, force it to disk, then rename."""
    descriptor, aside = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(aside).replace(target)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


def _mode_of(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        return _NEW_FILE_MODE & ~umask


def _check_inside(root: Path, target: Path) -> None:
    """A link in the project must not lead a write out of it."""
    parent = target.parent
    while not parent.exists():
        parent = parent.parent
    if not parent.resolve().is_relative_to(root.resolve()):
        raise OSError(f"{parent} leads out of the project")


def _write_failed(path: str, error: OSError) -> WriteFailed:
    return WriteFailed(
        f"{path} could not be written",
        evidence=f"{error.strerror or error}; what stood there before still stands",
        remedy="make room or give permission, then draftpy create again: it goes on where it was",
    )
