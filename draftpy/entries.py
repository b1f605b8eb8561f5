"""Entries of folders, as a listing gives them or as a lone path."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class Entry(Protocol):
    """What is asked of an entry of a folder; an `os.DirEntry` is one."""

    @property
    def path(self) -> str:
        """Where it is."""
        ...

    def is_symlink(self) -> bool:
        """Whether it is a symbolic link."""
        ...

    def is_dir(self, *, follow_symlinks: bool) -> bool:
        """Whether it is a folder."""
        ...

    def is_file(self, *, follow_symlinks: bool) -> bool:
        """Whether it is a regular file."""
        ...

    def stat(self, *, follow_symlinks: bool) -> os.stat_result:
        """Its status."""
        ...


@dataclass(frozen=True, slots=True)
class LoneEntry:
    """An entry that was not found by listing its folder, which may be large."""

    path: str

    def is_symlink(self) -> bool:
        """Whether it is a symbolic link."""
        return Path(self.path).is_symlink()

    def is_dir(self, *, follow_symlinks: bool) -> bool:
        """Whether it is a folder."""
        return stat.S_ISDIR(self.stat(follow_symlinks=follow_symlinks).st_mode)

    def is_file(self, *, follow_symlinks: bool) -> bool:
        """Whether it is a regular file."""
        return stat.S_ISREG(self.stat(follow_symlinks=follow_symlinks).st_mode)

    def stat(self, *, follow_symlinks: bool) -> os.stat_result:
        """Its status."""
        return Path(self.path).stat(follow_symlinks=follow_symlinks)
