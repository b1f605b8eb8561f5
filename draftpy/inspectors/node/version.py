"""Which Node a project wants, and who says so."""

import re

from draftpy.inspectors.facts import Confidence, Evidence, Fact, Problem
from draftpy.inspectors.node.manifest import PACKAGE_JSON, NodeManifest, texts_of
from draftpy.inspectors.versions import BUN, NODE, REVIEWED
from draftpy.source import SourceTree

KEY = "node.version"
_LTS_NAMES = {"hydrogen": "18", "iron": "20", "jod": "22", "krypton": "24"}
# What there are images of; younger ones than known may well come.
_OLDEST_MAJOR, _NEWEST_MAJOR = 8, 40
# Package → for its major versions below a number, the newest Node that it builds on.
_NEWEST_NODE = {
    "node-sass": ((7, "14"), (8, "16"), (9, "18"), (10, "20")),
    "better-sqlite3": ((9, "20"), (12, "22")),
    "canvas": ((3, "20"),),
}
_NEWEST = ("lts/*", "lts", "node", "stable", "current", "latest")


def find_version(
    tree: SourceTree, manifest: NodeManifest, folder: str = ""
) -> tuple[Fact, tuple[Problem, ...]]:
    """The version to run; `folder` is where the manifest lies."""
    for evidence, wanted in _sources(tree, manifest, folder):
        version = choose_version(wanted)
        if version is None:
            what = f"no known Node is {wanted!r}; {NODE.default} is used"
            return _default(), (Problem(file=evidence.file, line=evidence.line, what=what),)
        return Fact(key=KEY, value=version, evidence=evidence), _age_problems(version, evidence)
    return _by_packages(manifest) or _default(), ()


def _by_packages(manifest: NodeManifest) -> Fact | None:
    """The Node of a package that is compiled against one, and not against later ones."""
    for name, newest in _NEWEST_NODE.items():
        major = re.match(r"[\^~>=v\s]*(\d+)", manifest.range_of(name))
        version = next((node for below, node in newest if major and int(major[1]) < below), "")
        if version:
            where = manifest.evidence_of(name, f"builds on Node {version} at most")
            return Fact(key=KEY, value=version, evidence=where, confidence=Confidence.LIKELY)
    return None


def find_bun_version(tree: SourceTree, manifest: NodeManifest) -> Fact:
    """The Bun to run, as `major.minor`, for the projects that Bun runs."""
    sources = [(Evidence(file=".bun-version"), tree.find_text(".bun-version") or "")]
    for key, text in (
        ("packageManager", manifest.package_manager.partition("bun@")[2]),
        ("bun", manifest.engines.get("bun", "")),
    ):
        sources.append((manifest.evidence_of(key), text))
    for evidence, text in sources:
        exact = re.match(r"\s*[~=v]*(\d+)\.(\d+)", text)
        if exact:
            return Fact(key=KEY, value=f"{exact[1]}.{exact[2]}", evidence=evidence)
    return Fact(key=KEY, value=BUN.default, confidence=Confidence.LIKELY)


def choose_version(wanted: str) -> str | None:
    """The major version for `v22.3.0`, `lts/jod`, `>=18 <23`, `^20 || ^22`, `18 - 22`, `20.x`."""
    text = wanted.strip().lower()
    if text in _NEWEST:
        return NODE.default
    if text.startswith("lts/"):
        return _LTS_NAMES.get(text.removeprefix("lts/"))
    exact = re.fullmatch(r"v?(\d+)(?:\.\d+){0,2}", text)
    if exact:
        return exact[1] if _OLDEST_MAJOR <= int(exact[1]) < _NEWEST_MAJOR else None
    alternatives = [part.strip() for part in text.split("||")]
    try:
        found = NODE.choose(lambda major: any(_allows(part, int(major)) for part in alternatives))
    except ValueError:
        return None
    # Odd lines are in no table, as their support is short; whoever names one gets it.
    odd = re.fullmatch(r"[\^~=v]*(\d{2})(?:\.[\dx*]+)*", text)
    return found or (odd[1] if odd and int(odd[1]) < _NEWEST_MAJOR else None)


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


def _sources(tree: SourceTree, manifest: NodeManifest, folder: str) -> list[tuple[Evidence, str]]:
    found = []
    for file, pattern in (
        (".nvmrc", r"^\s*([^#\s]+)"),
        (".node-version", r"^\s*([^#\s]+)"),
        (".tool-versions", r"^node(?:js)?\s+(\S+)"),
        ("mise.toml", r"^\s*node\s*=\s*[\"']([^\"']+)"),
        (".mise.toml", r"^\s*node\s*=\s*[\"']([^\"']+)"),
    ):
        text = tree.find_text(file) or ""
        match = re.search(pattern, text, re.MULTILINE)
        if match:
            line = text.count("\n", 0, match.start(1)) + 1
            found.append((Evidence(file=file, line=line, text=match[1]), match[1]))
    place = f"{folder}/{PACKAGE_JSON}" if folder else PACKAGE_JSON
    volta = texts_of(manifest.doc, "volta").get("node", "")
    for wanted in (volta, manifest.engines.get("node", "")):
        if wanted:
            line = manifest.line_of("node")
            found.append((Evidence(file=place, line=line, text=f"node {wanted}"), wanted))
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
