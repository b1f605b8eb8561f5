"""Which Node a project wants, and who says so."""

import re

from draftpy.inspectors.facts import Confidence, Evidence, Fact, Problem
from draftpy.inspectors.versions import NODE, REVIEWED
from draftpy.source import SourceTree

KEY = "node.version"
_LTS_NAMES = {"hydrogen": "18", "iron": "20", "jod": "22", "krypton": "24"}
_NEWEST = ("lts/*", "lts", "node", "stable", "current", "latest")


def find_version(
    tree: SourceTree, engines: tuple[str, int] | None
) -> tuple[Fact, tuple[Problem, ...]]:
    """The version to run; `engines` is the range of package.json and its line."""
    for evidence, wanted in _sources(tree, engines):
        version = choose_version(wanted)
        if version is None:
            what = f"no known Node is {wanted!r}; {NODE.default} is used"
            return _default(), (Problem(file=evidence.file, line=evidence.line, what=what),)
        return Fact(key=KEY, value=version, evidence=evidence), _age_problems(version, evidence)
    return _default(), ()


def choose_version(wanted: str) -> str | None:
    """The major version for `v22.3.0`, `lts/jod`, `>=18 <23`, `^20 || ^22`, `18 - 22`, `20.x`."""
    text = wanted.strip().lower()
    if text in _NEWEST:
        return NODE.default
    if text.startswith("lts/"):
        return _LTS_NAMES.get(text.removeprefix("lts/"))
    exact = re.fullmatch(r"v?(\d+)(?:\.\d+){0,2}", text)
    if exact:
        return exact[1]
    alternatives = [part.strip() for part in text.split("||")]
    try:
        return NODE.choose(lambda major: any(_allows(part, int(major)) for part in alternatives))
    except ValueError:
        return None


def _allows(part: str, major: int) -> bool:
    span = re.fullmatch(r"v?(\d+)\S*\s+-\s+v?(\d+)\S*", part)
    if span:
        return int(span[1]) <= major <= int(span[2])
    comparators = re.findall(r"(>=|<=|>|<|=|\^|~)?\s*v?(\d+|[x*])([.\dx*]*)", part)
    if not comparators:
        raise ValueError(part)
    return all(_compare(sign, number, rest, major) for sign, number, rest in comparators)


def _compare(sign: str, number: str, rest: str, major: int) -> bool:
    if not number.isdigit():
        return True
    bound, has_more = int(number), any(digit in rest for digit in "123456789")
    match sign:
        case ">=":
            return major >= bound
        case ">":
            return major > bound or (major == bound and has_more)
        case "<=":
            return major <= bound
        case "<":
            return major < bound or (major == bound and has_more)
        case _:
            return major == bound


def _sources(tree: SourceTree, engines: tuple[str, int] | None) -> list[tuple[Evidence, str]]:
    found = []
    for file, pattern in (
        (".nvmrc", r"^\s*([^#\s]+)"),
        (".node-version", r"^\s*([^#\s]+)"),
        (".tool-versions", r"^nodejs\s+(\S+)"),
        ("mise.toml", r"^\s*node\s*=\s*[\"']([^\"']+)"),
    ):
        text = tree.find_text(file) or ""
        match = re.search(pattern, text, re.MULTILINE)
        if match:
            line = text.count("\n", 0, match.start(1)) + 1
            found.append((Evidence(file=file, line=line, text=match[1]), match[1]))
    if engines:
        where = Evidence(file="package.json", line=engines[1], text=f"node {engines[0]}")
        found.append((where, engines[0]))
    return found


def _default() -> Fact:
    return Fact(key=KEY, value=NODE.default, confidence=Confidence.LIKELY)


def _age_problems(version: str, evidence: Evidence) -> tuple[Problem, ...]:
    cycle = NODE.find_cycle(version)
    if cycle is None or cycle.ends >= REVIEWED:
        return ()
    what = f"Node {version} has had no security fixes since {cycle.ends}"
    remedy = f"move to {NODE.default} when you can"
    return (Problem(file=evidence.file, line=evidence.line, what=what, remedy=remedy),)
