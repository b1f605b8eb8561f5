"""Facts × Catalog → the packs that fit, best first, and why the others do not."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from draftpy.errors import NothingDetected
from draftpy.inspectors.facts import AppKind, Confidence, Evidence, Fact, Facts
from draftpy.packs.model import BUILT_IN, Condition, Pack, Rule, Test, Tier
from draftpy.source import ASIDE_FOLDERS, SourceTree

_TIERS = tuple(Tier)
_TIER_WORDS = {
    Tier.EXISTING: "an own Dockerfile",
    Tier.FRAMEWORK: "a framework's own files",
    Tier.SERVER: "a server language's manifest",
    Tier.CLIENT: "a manifest that other apps carry too",
    Tier.NATIVE: "build files that other apps carry too",
    Tier.SOURCE: "source files without a manifest",
    Tier.STATIC: "pages to be served as they are",
    Tier.SCRIPT: "a lone script",
    Tier.FALLBACK: "only if asked for",
}
_CONFIDENCES = tuple(Confidence)
_SHOWN_FILES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """A pack that fits: by which tier, how surely, from which evidence, and why."""

    pack: Pack
    tier: Tier
    confidence: Confidence
    evidence: tuple[Evidence, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """A pack that does not fit, and what it lacks."""

    pack: Pack
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Detections:
    """Every pack's outcome; `ranked` is best first."""

    ranked: tuple[Detection, ...]
    misses: tuple[Miss, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackChoice:
    """The pack that is used, why, and what it was chosen from; `is_wanted`: not by detection."""

    pack: Pack
    why: str
    confidence: Confidence
    evidence: tuple[Evidence, ...]
    others: tuple[Detection, ...]
    misses: tuple[Miss, ...]
    is_wanted: bool = False

    @property
    def companion(self) -> Pack | None:
        """The pack of the app's language, if the app brings its own Dockerfile."""
        return find_companion(self.pack, self.others)


def detect(tree: SourceTree, facts: Facts, packs: tuple[Pack, ...]) -> Detections:
    """Try every pack; ties of tier and confidence go to the language with more bytes."""
    fits: list[tuple[Pack, Rule]] = []
    misses: list[Miss] = []
    for pack in packs:
        rule = next((r for r in pack.rules if _holds(r.condition, tree, facts)), None)
        against = next((c for c in pack.unless if _holds(c, tree, facts)), None)
        if rule is None:
            misses.append(Miss(pack=pack, why=_lack(pack)))
        elif against is not None:
            misses.append(Miss(pack=pack, why=f"ruled out by {_describe(against)}"))
        elif aside := _find_aside(rule, facts):
            misses.append(Miss(pack=pack, why=f"only {aside} speaks for it"))
        else:
            fits.append((pack, rule))
    return Detections(ranked=_rank(fits, tree, facts), misses=tuple(misses))


def choose(
    detections: Detections, wanted: Pack | None, tree: SourceTree, facts: Facts
) -> PackChoice:
    """The wanted pack, else the best; raises NothingDetected with what was seen and looked for."""
    ranked = detections.ranked
    if wanted is not None:
        fit = next((d for d in ranked if d.pack == wanted), None)
        return PackChoice(
            pack=wanted,
            why="by --pack or draft.yaml",
            confidence=fit.confidence if fit else Confidence.GUESS,
            evidence=fit.evidence if fit else (),
            others=tuple(d for d in ranked if d.pack != wanted),
            misses=detections.misses,
            is_wanted=True,
        )
    if not ranked:
        raise _nothing(detections, tree, facts)
    best = ranked[0]
    return PackChoice(
        pack=best.pack,
        why=best.why,
        confidence=best.confidence,
        evidence=best.evidence,
        others=ranked[1:],
        misses=detections.misses,
    )


def find_companion(pack: Pack, others: tuple[Detection, ...]) -> Pack | None:
    """The best of the others, if the pack uses what the app brings: its facts still hold."""
    if not any(rule.tier is Tier.EXISTING for rule in pack.rules):
        return None
    return next((d.pack for d in others if d.tier is not Tier.EXISTING), None)


def is_server(detection: Detection, facts: Facts) -> bool:
    """Whether this is an app that answers requests."""
    return facts.find_value(f"{detection.pack.facts}.kind") == AppKind.WEB


def _find_aside(rule: Rule, facts: Facts) -> str:
    """The folder of examples or tests that alone speaks for a pack; "" if more does."""
    files = [place.file for place in _evidence(rule.condition, facts)]
    folders = [file.partition("/")[0] for file in files if "/" in file]
    is_all = bool(files) and len(folders) == len(files)
    return folders[0] if is_all and ASIDE_FOLDERS.issuperset(folders) else ""


def _rank(fits: list[tuple[Pack, Rule]], tree: SourceTree, facts: Facts) -> tuple[Detection, ...]:
    def order(fit: tuple[Pack, Rule]) -> tuple[int, int]:
        return _TIERS.index(fit[1].tier), _CONFIDENCES.index(fit[1].confidence)

    ranked: list[Detection] = []
    for _, group in groupby(sorted(fits, key=order), key=order):
        members = list(group)
        # Bytes cost a walk over the sizes, so they are counted only to settle a tie.
        if len(members) > 1:
            # Of packs for the same language one that is not ours was added on purpose.
            members.sort(key=lambda fit: fit[0].origin == BUILT_IN)
            members.sort(key=lambda fit: -tree.bytes_of(fit[0].extensions))
        for pack, rule in members:
            tie = _tie_reason(pack, members, tree)
            ranked.append(_detection(pack, rule, facts, tie))
    return tuple(ranked)


def _tie_reason(pack: Pack, members: list[tuple[Pack, Rule]], tree: SourceTree) -> str:
    if len(members) == 1:
        return ""
    return f", {tree.bytes_of(pack.extensions)} bytes of {' '.join(pack.extensions)}"


def _detection(pack: Pack, rule: Rule, facts: Facts, tie: str) -> Detection:
    return Detection(
        pack=pack,
        tier=rule.tier,
        confidence=rule.confidence,
        evidence=tuple(_evidence(rule.condition, facts)),
        why=_why(rule, facts, tie),
    )


def _why(rule: Rule, facts: Facts, tie: str) -> str:
    """`requirements.txt:3, app.py:5: a server language's manifest`."""
    evidence = _evidence(rule.condition, facts)
    places = dict.fromkeys(place.place for place in evidence)
    seen = ", ".join(places) or _describe(rule.condition)
    return f"{seen}: {_TIER_WORDS[rule.tier]}{tie}"


def _holds(condition: Condition, tree: SourceTree, facts: Facts) -> bool:
    match condition.test:
        case Test.FILE:
            return next(iter(tree.match(condition.subject)), None) is not None
        case Test.FACT:
            return _fact_holds(facts.find(condition.subject), condition)
        case Test.ALL:
            return all(_holds(part, tree, facts) for part in condition.parts)
        case Test.ANY:
            return any(_holds(part, tree, facts) for part in condition.parts)
        case Test.NOT:
            return not _holds(condition.parts[0], tree, facts)


def _fact_holds(fact: Fact | None, condition: Condition) -> bool:
    if fact is None:
        return False
    return fact.value in condition.wanted if condition.wanted else bool(fact.value)


def _evidence(condition: Condition, facts: Facts) -> list[Evidence]:
    if condition.test is Test.FACT:
        fact = facts.find(condition.subject)
        return [fact.evidence] if fact and fact.evidence else []
    if condition.test is Test.NOT:
        return []
    return [found for part in condition.parts for found in _evidence(part, facts)]


def _describe(condition: Condition) -> str:
    """`manage.py and python.framework django`."""
    join: Callable[[str], str] = lambda word: word.join(_describe(p) for p in condition.parts)  # noqa: E731
    match condition.test:
        case Test.FILE:
            return condition.subject
        case Test.FACT:
            return " ".join([condition.subject, *(str(value) for value in condition.wanted)])
        case Test.ALL:
            return join(" and ")
        case Test.ANY:
            return join(" or ")
        case Test.NOT:
            return f"no {_describe(condition.parts[0])}"


def _lack(pack: Pack) -> str:
    if not pack.rules:
        return "used only if asked for"
    return f"looks for {pack.looks_for}" if pack.looks_for else "no rule of it holds"


def is_near(miss: Miss, facts: Facts) -> bool:
    """Whether the source has something of what the pack is for."""
    return bool(miss.pack.rules and miss.pack.facts and facts.of(miss.pack.facts))


def _nothing(detections: Detections, tree: SourceTree, facts: Facts) -> NothingDetected:
    seen = ", ".join(tree.files[:_SHOWN_FILES]) or "no file at all"
    more = len(tree.files) - _SHOWN_FILES
    near = [miss for miss in detections.misses if is_near(miss, facts)]
    looked = "\n".join(f"{miss.pack.name} {miss.why}" for miss in near)
    if near:
        looked += "\na library has nothing to start; an app in a sub-folder: --dir FOLDER"
    else:
        names = (str(miss.pack.name) for miss in detections.misses if miss.pack.rules)
        looked = f"looked for an app of: {', '.join(names)}"
    return NothingDetected(
        f"no pack fits the source in {tree.root}",
        evidence=f"seen: {seen}{f' and {more} more' if more > 0 else ''}\n{looked}",
        remedy=f"draftpy detect {tree.root} shows why; or write the Dockerfile yourself:"
        f" draftpy create {tree.root} --pack generic",
    )
