"""Wanted and existing files, and what was written last time → a merge of both; pure."""

from collections.abc import Iterable, Mapping

from draftpy.errors import Conflict
from draftpy.scaffold.contents import WantedFile
from draftpy.scaffold.merging import merge_texts
from draftpy.scaffold.plan import Action, FileAction, ScaffoldPlan

NEW = ".draftpy-new"


def plan_update(
    wanted: Iterable[WantedFile], existing: Mapping[str, bytes], last: Mapping[str, str]
) -> ScaffoldPlan:
    """Decide for each wanted file; `last` is what the last create wrote, by path.

    An edit is never lost: where it and the new text cannot both be had, the file stays and the new
    text is written beside it.
    """
    return ScaffoldPlan(
        actions=tuple(_decide(f, existing.get(f.path), last.get(f.path)) for f in wanted)
    )


def check_merged(plan: ScaffoldPlan) -> None:
    """Raise Conflict if a file must be merged by hand; all is written by then."""
    aside = [action.path for action in plan.actions if action.path.endswith(NEW)]
    if aside:
        raise Conflict(
            f"{len(aside)} file{'s' if len(aside) > 1 else ''} must be merged by hand",
            evidence="\n".join(
                f"{path.removesuffix(NEW)} is yours, {path} is new" for path in aside
            ),
            remedy=f"take over what you want of each {NEW}, then remove it",
        )


def _decide(file: WantedFile, before: bytes | None, last: str | None) -> FileAction:
    mine = None if before is None else before.decode("utf-8", errors="surrogateescape")
    action, reason, text = _judge(file, mine, last)
    if action is Action.CONFLICT:
        return FileAction(
            path=f"{file.path}{NEW}",
            action=Action.CREATE,
            reason=reason,
            before=None,
            after=file.text.encode(),
        )
    after = text.encode("utf-8", errors="surrogateescape")
    return FileAction(path=file.path, action=action, reason=reason, before=before, after=after)


def _judge(file: WantedFile, mine: str | None, last: str | None) -> tuple[Action, str, str]:
    """What happens to the path, why, and the text that it has then."""
    if file.is_users:
        return Action.KEEP, "yours, used as it is", mine or ""
    if mine is None:
        is_removed = last is not None
        action = Action.KEEP if is_removed else Action.CREATE
        return action, "you removed it" if is_removed else "new", file.text
    if mine == file.text:
        return Action.KEEP, "is as it should be", mine
    if last is None:
        return Action.CONFLICT, "what was written last time is not known", mine
    return _merge(mine, file.text, last)


def _merge(mine: str, new: str, last: str) -> tuple[Action, str, str]:
    if mine == last:
        return Action.UPDATE, "you had not changed it", new
    if new == last:
        return Action.KEEP, "yours; nothing new", mine
    merged = merge_texts(last, mine, new)
    if merged is None:
        return Action.CONFLICT, "you and the new version changed the same lines", mine
    if merged == mine:
        return Action.KEEP, "yours; what is new is in it already", mine
    return Action.UPDATE, "your changes and the new ones", merged
