"""Wanted and existing files → one action per path, with its reason; pure."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from draftpy.errors import Conflict
from draftpy.scaffold.contents import WantedFile

_SHOWN_CONFLICTS = 8


class Action(StrEnum):
    """What happens to a path."""

    CREATE = "create"
    KEEP = "keep"
    MERGE = "merge"
    REPLACE = "replace"
    UPDATE = "update"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAction:
    """What happens to one path, and why; `before` is None where nothing stands."""

    path: str
    action: Action
    reason: str
    before: bytes | None
    after: bytes

    @property
    def writes(self) -> bool:
        """Whether the file changes."""
        return self.action in (Action.CREATE, Action.MERGE, Action.REPLACE, Action.UPDATE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaffoldPlan:
    """One action per path, in the order of writing."""

    actions: tuple[FileAction, ...]

    @property
    def conflicts(self) -> tuple[FileAction, ...]:
        """The paths that stand in the way."""
        return tuple(a for a in self.actions if a.action is Action.CONFLICT)

    @property
    def writes(self) -> tuple[FileAction, ...]:
        """The paths that change."""
        return tuple(action for action in self.actions if action.writes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What to do with a file that stands there and differs.

    `is_created`: the folder has a draft.yaml, so its files are the user's work by now.
    """

    force: bool = False
    is_created: bool = False


def plan_scaffold(
    wanted: Iterable[WantedFile], existing: Mapping[str, bytes], policy: Policy
) -> ScaffoldPlan:
    """Decide for each wanted file; nothing is left to be found out while writing."""
    return ScaffoldPlan(
        actions=tuple(_decide(file, existing.get(file.path), policy) for file in wanted)
    )


def check_conflicts(plan: ScaffoldPlan) -> None:
    """Raise Conflict if any file stands in the way; nothing has been written then."""
    conflicts = plan.conflicts
    if not conflicts:
        return
    shown = [action.path for action in conflicts[:_SHOWN_CONFLICTS]]
    more = len(conflicts) - len(shown)
    raise Conflict(
        f"{conflicts[0].path} stands in the way"
        if len(conflicts) == 1
        else f"{len(conflicts)} files stand in the way",
        evidence="\n".join(shown)
        + (f"\nand {more} more" if more else "")
        + "\nnothing was written",
        remedy="see what would change: draftpy create --force --dry-run;"
        " or replace them, with a backup of each: draftpy create --force",
    )


def render_diff(plan: ScaffoldPlan) -> str:
    """The whole plan as a unified diff."""
    return "".join(chain.from_iterable(_diff(action) for action in plan.writes))


def _decide(file: WantedFile, before: bytes | None, policy: Policy) -> FileAction:
    after = file.text.encode()
    if before is not None and file.may_merge:
        after = _merged_lines(before, after)
    action, reason = _judge(file, before, after, policy)
    return FileAction(path=file.path, action=action, reason=reason, before=before, after=after)


def _judge(
    file: WantedFile, before: bytes | None, after: bytes, policy: Policy
) -> tuple[Action, str]:
    if before is None:
        return Action.CREATE, "new"
    if file.is_users:
        return Action.KEEP, "yours, used as it is"
    if before == after:
        return Action.KEEP, "is as it should be"
    if file.may_merge:
        added = after.count(b"\n") - before.count(b"\n")
        return Action.MERGE, f"{added} lines added, yours kept"
    if policy.force:
        return Action.REPLACE, "asked for by --force"
    if policy.is_created:
        return Action.KEEP, "changed since create: yours"
    return Action.CONFLICT, "stands there and differs"


def _merged_lines(before: bytes, after: bytes) -> bytes:
    """The existing text with the missing lines at its end."""
    have = {line.strip().rstrip(b"/") for line in before.splitlines()}
    missing = [line for line in after.splitlines() if line.strip().rstrip(b"/") not in have]
    if not missing:
        return before
    head = before if not before or before.endswith(b"\n") else before + b"\n"
    return head + b"\n".join(missing) + b"\n"


def _diff(action: FileAction) -> Iterable[str]:
    before = _lines(action.before or b"")
    after = _lines(action.after)
    old = "/dev/null" if action.before is None else f"a/{action.path}"
    for line in difflib.unified_diff(before, after, old, f"b/{action.path}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(content: bytes) -> list[str]:
    return content.decode("utf-8", errors="replace").splitlines(keepends=True)
