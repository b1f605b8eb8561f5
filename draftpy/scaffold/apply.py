"""Files: where a project's files are read and written; and writing a plan through it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from draftpy.scaffold.plan import Action, ScaffoldPlan


class Files(Protocol):
    """The files of a folder; every path is relative to `root`, with `/`."""

    def find(self, root: Path, path: str) -> bytes | None:
        """A file's content, None if there is nothing; raises Conflict if it cannot be read."""
        ...

    def write(self, root: Path, path: str, content: bytes) -> None:
        """Put a whole file in place at once, its mode kept; raises WriteFailed, nothing lost."""
        ...

    def back_up(self, root: Path, path: str) -> str:
        """Copy a file to `path.~N~`, return that path; raises WriteFailed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaffoldReport:
    """What was written: paths, and for each replaced file the path of its backup."""

    written: tuple[str, ...] = ()
    backups: tuple[tuple[str, str], ...] = ()


def apply_scaffold(plan: ScaffoldPlan, root: Path, files: Files) -> ScaffoldReport:
    """Write what the plan says, in its order; whatever is cut off, a second run finishes."""
    written: list[str] = []
    backups: list[tuple[str, str]] = []
    for action in plan.writes:
        if action.action is Action.REPLACE:
            backups.append((action.path, files.back_up(root, action.path)))
        files.write(root, action.path, action.after)
        written.append(action.path)
    return ScaffoldReport(written=tuple(written), backups=tuple(backups))
