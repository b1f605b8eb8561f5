"""What detect tells: every fact with its source, and how the packs did."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from draftpy.detect import Detection, find_companion, is_near
from draftpy.inspectors.facts import Evidence
from draftpy.inspectors.languages import LanguageShare
from draftpy.names import AppName
from draftpy.scaffold.answers import Given, fill_answers
from draftpy.scaffold.places import FoundApp
from draftpy.scaffold.screen import (
    describe_app,
    fact_to_json,
    render_problems,
    render_rows,
    show_value,
)

FORMAT = 1
_ANY_NAME = AppName("app")
_SHOWN_LANGUAGES = 5
_MIN_PERCENT = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectReport:
    """An app as it was found, and the languages of its files."""

    found: FoundApp
    languages: tuple[LanguageShare, ...]

    @property
    def best(self) -> Detection | None:
        """The pack that create would use."""
        return next(iter(self.found.detections.ranked), None)

    @property
    def title(self) -> str:
        """`Python 3.13 · Flask 3.1 · web on 8080`."""
        if self.best is None:
            return "no pack fits"
        pack, facts = self.best.pack, self.found.facts
        companion = find_companion(pack, self.found.detections.ranked)
        answers = fill_answers(pack, facts, Given(app=_ANY_NAME), companion)
        return describe_app(pack, facts, answers, companion)


def render_detect(report: DetectReport) -> str:
    """The screen of detect."""
    return "\n".join(_lines(report)) + "\n"


def detect_to_json(report: DetectReport) -> dict[str, Any]:
    """The same as JSON types, as docs/detect.schema.json describes; no path of the machine."""
    found, best = report.found, report.best
    return {
        "format": FORMAT,
        "folder": found.place.folder or ".",
        "title": report.title,
        "pack": best.pack.label if best else None,
        "languages": [
            {"name": share.name, "bytes": share.bytes, "percent": share.percent}
            for share in report.languages
        ],
        "facts": [fact_to_json(fact) for fact in found.facts.facts],
        "problems": [
            {
                "file": problem.file,
                "line": problem.line,
                "what": problem.what,
                "remedy": problem.remedy,
                "isNote": problem.is_note,
            }
            for problem in found.facts.problems
        ],
        "ranking": [_detection_to_json(detection) for detection in found.detections.ranked],
        "misses": [
            {"pack": miss.pack.label, "from": miss.pack.origin, "why": miss.why}
            for miss in found.detections.misses
        ],
        "otherApps": [
            {"folder": other.folder, "pack": other.pack, "command": other.command}
            for other in found.place.others
        ],
        "isWhole": found.tree.is_whole,
    }


def _detection_to_json(detection: Detection) -> dict[str, Any]:
    return {
        "pack": detection.pack.label,
        "from": detection.pack.origin,
        "tier": str(detection.tier),
        "confidence": str(detection.confidence),
        "why": detection.why,
        "evidence": [_evidence_to_json(place) for place in detection.evidence],
    }


def _evidence_to_json(place: Evidence) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "text": place.text, "means": place.means}


def _lines(report: DetectReport) -> Iterator[str]:
    found = report.found
    yield report.title
    if found.place.folder:
        yield f"in {found.place.folder}: the root itself holds no app"
    if not found.tree.is_whole:
        yield "the folder holds more files than are looked at: the nearest ones are"
    yield from render_problems(found.facts.problems)
    if report.languages:
        yield f"languages: {', '.join(_language_words(report.languages))}"
    yield "facts:" if found.facts.facts else "facts: none"
    yield from render_rows(
        (fact.key, show_value(fact.value), _source_of(fact.evidence, str(fact.confidence)))
        for fact in found.facts.facts
        if fact.value not in ("", ())
    )
    yield "packs:"
    yield from render_rows(_pack_rows(report))
    if found.place.others:
        yield "other apps:"
    yield from render_rows(
        (other.folder, other.pack, other.command) for other in found.place.others
    )


def _language_words(languages: tuple[LanguageShare, ...]) -> Iterator[str]:
    shown = [share for share in languages if share.percent >= _MIN_PERCENT][:_SHOWN_LANGUAGES]
    for share in shown:
        yield f"{share.name} {share.percent} %"


def _source_of(place: Evidence | None, confidence: str) -> str:
    """`app.py:7`, `guess`, `app.py:7, likely`."""
    words = [place.place if place else "", "" if confidence == "certain" else confidence]
    return ", ".join(word for word in words if word)


def _pack_rows(report: DetectReport) -> Iterator[tuple[str, str, str]]:
    for number, detection in enumerate(report.found.detections.ranked, start=1):
        yield f"{number}. {detection.pack.label}", str(detection.confidence), detection.why
    facts = report.found.facts
    for miss in sorted(report.found.detections.misses, key=lambda miss: not is_near(miss, facts)):
        yield f"-  {miss.pack.label}", "no", miss.why
