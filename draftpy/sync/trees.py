"""What files a container holds and should hold, as trees that can be compared."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from draftpy.context import ContextFile
from draftpy.sync_rules import Place


@dataclass(frozen=True, slots=True)
class FileState:
    """One file's content: a sha256 in hex, or where a symbolic link leads to.

    Of a mode only the executable bit counts, as in a build context.
    """

    sha256: str
    is_executable: bool = False
    link_to: str = ""


# Absolute path in the container → what is there.
Tree = Mapping[str, FileState]


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeDiff:
    """What makes one tree of another: files to write, files to remove; both sorted."""

    puts: tuple[str, ...] = ()
    deletes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether both trees are equal."""
        return not self.puts and not self.deletes


def state_of(file: ContextFile, place: Place) -> FileState:
    """A file of the build context as the container should have it."""
    if file.is_link:
        return FileState(sha256="", link_to=file.link_to)
    mode = place.mode_of(file.mode & 0o777)
    return FileState(sha256=file.sha256, is_executable=bool(mode & 0o100))


def diff_trees(wanted: Tree, present: Tree, paths: Iterable[str] | None = None) -> TreeDiff:
    """What `present` lacks to be `wanted`; only among `paths`, if they are given."""
    among = {*wanted, *present} if paths is None else set(paths)
    differing = sorted(path for path in among if wanted.get(path) != present.get(path))
    return TreeDiff(
        puts=tuple(path for path in differing if path in wanted),
        deletes=tuple(path for path in differing if path not in wanted),
    )


def find_unwritable(target: str, roots: Iterable[str], unwritable: Mapping[str, str]) -> str:
    """Why a path in the container cannot be written: what holds for the innermost root above it."""
    above = [root for root in roots if target.startswith(root.rstrip("/") + "/")]
    innermost = max(above, key=len, default="")
    why = unwritable.get(innermost, "")
    return f"{innermost} cannot be written in the pod: {why}" if why else ""
