"""What create tells: a screen for people, JSON types for programs."""

import os
import shlex
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any

from draftpy.inspectors.facts import AppKind, Evidence, Fact, Facts, FactValue, Problem
from draftpy.packs.model import Pack
from draftpy.scaffold.answers import Answers
from draftpy.scaffold.contents import chart_folder
from draftpy.scaffold.outcome import CreateOutcome
from draftpy.scaffold.plan import Action, FileAction, render_diff

_SHOWN_FIRST = ("framework", "start", "package", "port", "health_path", "version")
_OF_COMPANION = ("framework", "health_path")
_WITH_REASON = (Action.KEEP, Action.MERGE, Action.UPDATE)
_NO_WEB = {AppKind.WORKER: "worker, no port", AppKind.JOB: "job, runs once, no port"}


def render_create(outcome: CreateOutcome) -> str:
    """The screen of create; after --dry-run the diff follows it."""
    lines = [
        describe_app(outcome.choice.pack, outcome.facts, outcome.answers, outcome.choice.companion),
        *_place_lines(outcome),
        *render_rows(_evidence_rows(outcome)),
        *_second_lines(outcome),
        *render_problems(outcome.facts.problems),
        *(f"note: {notice}" for notice in outcome.notices),
        *(_explain_lines(outcome) if outcome.request.explain else ()),
        *_action_lines(outcome),
        *_next_lines(outcome),
    ]
    text = "\n".join(lines) + "\n"
    return text + "\n" + render_diff(outcome.plan) if outcome.request.dry_run else text


def describe_app(pack: Pack, facts: Facts, answers: Answers, companion: Pack | None = None) -> str:
    """`Python 3.13 · Flask 3.1 · web on 8080`."""
    ecosystem = (companion or pack).facts
    framework = facts.find_value(f"{ecosystem}.framework_title") or ""
    version = facts.find_value(f"{ecosystem}.framework_version") or ""
    parts = [
        f"{pack.title} {answers.variables.get('version', '')}".strip(),
        companion.title if companion else "",
        f"{framework} {version}".strip(),
        _NO_WEB.get(answers.kind, f"{answers.kind} on {answers.port}"),
    ]
    return " · ".join(part for part in parts if part)


def create_to_json(outcome: CreateOutcome) -> dict[str, Any]:
    """Everything on the screen, and all facts, as JSON types."""
    choice, answers = outcome.choice, outcome.answers
    return {
        "root": str(outcome.root),
        "name": str(answers.app),
        "pack": choice.pack.label,
        "origin": choice.pack.origin,
        "confidence": str(choice.confidence),
        "why": choice.why,
        "kind": str(answers.kind),
        "port": answers.port,
        "healthPath": answers.health_path,
        "variables": {k: plain(v) for k, v in answers.variables.items()},
        "facts": [fact_to_json(fact) for fact in outcome.facts.facts],
        "problems": [
            {"file": p.file, "line": p.line, "what": p.what, "remedy": p.remedy}
            for p in outcome.facts.problems
        ],
        "others": [{"pack": d.pack.label, "why": d.why} for d in choice.others],
        "otherApps": [{"folder": s.folder, "pack": s.pack} for s in outcome.place.others],
        "notices": list(outcome.notices),
        "files": [
            {"path": a.path, "action": str(a.action), "reason": a.reason}
            for a in outcome.plan.actions
        ],
        "backups": [{"path": p, "backup": b} for p, b in outcome.report.backups],
        "dryRun": outcome.request.dry_run,
        "changed": not outcome.is_unchanged,
    }


def fact_to_json(fact: Fact) -> dict[str, Any]:
    """A fact as JSON types."""
    place = fact.evidence
    return {
        "key": fact.key,
        "value": plain(fact.value),
        "confidence": str(fact.confidence),
        "file": place.file if place else "",
        "line": place.line if place else 0,
    }


def show_value(value: FactValue) -> str:
    """A fact's value in words."""
    return shlex.join(value) if isinstance(value, tuple) else str(value)


def plain(value: object) -> Any:
    """A fact's value as a JSON type."""
    return list(value) if isinstance(value, tuple) else value


def _place_lines(outcome: CreateOutcome) -> Iterator[str]:
    place = outcome.place
    if place.folder:
        yield f"  in {place.folder}: the root itself holds no app"
    for other in place.others:
        yield f"  also {other.folder} ({other.pack}): {other.command}"


def _evidence_rows(outcome: CreateOutcome) -> list[tuple[str, str, str]]:
    """Place, text, meaning; several facts of one line share it."""
    meanings: dict[str, tuple[str, list[str]]] = {}
    for place in _evidence_of(outcome):
        _, meaning = meanings.setdefault(place.place, (place.text, []))
        if place.means and place.means not in meaning:
            meaning.append(place.means)
    return [(where, text, ", ".join(means)) for where, (text, means) in meanings.items()]


def _evidence_of(outcome: CreateOutcome) -> Iterator[Evidence]:
    companion = outcome.choice.companion
    own = outcome.facts.of(outcome.choice.pack.facts)
    if companion:
        named = (outcome.facts.find(f"{companion.facts}.{name}") for name in _OF_COMPANION)
        own += tuple(fact for fact in named if fact)
    shown = [f for name in _SHOWN_FIRST for f in own if f.key.rpartition(".")[2] == name]
    shown += [fact for fact in own if fact not in shown]
    places = [fact.evidence for fact in shown if fact.evidence]
    for place in places:
        # A bare file name says nothing beside a line of that file.
        if place.text or place.means or not any(p.file == place.file and p.line for p in places):
            yield place


def render_rows(rows: Iterable[tuple[str, str, str]]) -> Iterator[str]:
    """Three columns; long texts in the second are cut."""
    cells = [(where, _shortened(text), means) for where, text, means in rows]
    first = max([18, *(len(row[0]) for row in cells)])
    second = max([0, *(len(row[1]) for row in cells if row[2])])
    for where, text, means in cells:
        yield f"  {where:<{first}}   {text:<{second}}   {means}".rstrip()


def _shortened(text: str, limit: int = 48) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _second_lines(outcome: CreateOutcome) -> Iterator[str]:
    # Where the pack was named, detection decided nothing.
    for other in () if outcome.choice.is_wanted else outcome.choice.others[:1]:
        yield f"second: {other.pack.name} ({other.why})"


def render_problems(problems: Iterable[Problem]) -> Iterator[str]:
    """A line for each problem: a warning or a note."""
    for problem in problems:
        remedy = f"; {problem.remedy}" if problem.remedy else ""
        word = "note" if problem.is_note else "warning"
        yield f"{word}: {problem.place} {problem.what}{remedy}"


def _explain_lines(outcome: CreateOutcome) -> Iterator[str]:
    choice = outcome.choice
    yield f"chosen: {choice.pack.label} ({choice.pack.origin}), {choice.confidence}: {choice.why}"
    for other in choice.others:
        yield f"fits too: {other.pack.name}, {other.tier}, {other.confidence}: {other.why}"
    for miss in choice.misses:
        yield f"does not fit: {miss.pack.name}: {miss.why}"
    yield "facts:"
    rows = [
        (fact.key, show_value(fact.value), fact.evidence.place if fact.evidence else "")
        for fact in outcome.facts.facts
    ]
    yield from render_rows(rows)


def _action_lines(outcome: CreateOutcome) -> Iterator[str]:
    if outcome.is_unchanged:
        yield "nothing to do: everything is there already"
        return
    chart = chart_folder(outcome.answers)
    backups = dict(outcome.report.backups)
    for action in _merged_chart(outcome.plan.actions, chart):
        backup = f" (was kept as {backups[action.path]})" if action.path in backups else ""
        why = f"   {action.reason}" if action.action in _WITH_REASON else ""
        yield f"  {action.action:<8}  {action.path}{why}{backup}"


def _merged_chart(actions: tuple[FileAction, ...], chart: str) -> Iterator[FileAction]:
    """One line for a chart whose files all have the same fate."""
    inside = [action for action in actions if action.path.startswith(f"{chart}/")]
    is_one = len({action.action for action in inside}) == 1
    is_told = False
    for action in actions:
        if action not in inside or not is_one:
            yield action
        elif not is_told:
            is_told = True
            yield FileAction(
                path=f"{chart}   {len(inside)} files",
                action=action.action,
                reason=action.reason,
                before=None,
                after=b"",
            )


def _next_lines(outcome: CreateOutcome) -> Iterator[str]:
    folder = outcome.place.folder
    where = f" {os.fspath(PurePath(folder))}" if folder else ""
    if outcome.request.dry_run:
        yield f"nothing was written; next: draftpy create{where}"
    else:
        yield f"next: draftpy up{where}"
