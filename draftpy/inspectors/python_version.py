"""Which Python a project wants, and who says so."""

import re
import tomllib
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from draftpy.inspectors.facts import Confidence, Evidence, Fact, Problem
from draftpy.inspectors.python_manifests import Manifests, line_of
from draftpy.inspectors.versions import PYTHON, REVIEWED
from draftpy.source import SourceTree

KEY = "python.version"


def find_version(tree: SourceTree, manifests: Manifests) -> tuple[Fact, tuple[Problem, ...]]:
    """The version to run, from the first file that names one; else the default."""
    for evidence, wanted in _sources(tree, manifests):
        version = choose_version(wanted)
        if version is None:
            what = f"no known Python is {wanted!r}; {PYTHON.default} is used"
            return _default(), (Problem(file=evidence.file, line=evidence.line, what=what),)
        return _as_fact(version, evidence), _age_problems(version, evidence)
    return _default(), ()


def choose_version(wanted: str) -> str | None:
    """`3.12` for `3.12.4`, for `>=3.9,<3.13` and for Poetry's `^3.9,<3.13`."""
    exact = re.fullmatch(r"(?:python-|cpython-)?v?(\d+\.\d+)(?:\.\d+)?", wanted.strip())
    if exact:
        return exact[1]
    try:
        allowed = SpecifierSet(",".join(_to_specifier(part) for part in wanted.split(",")))
    except InvalidSpecifier:
        return None
    # A patch level that no lower bound exceeds stands for the newest of its line.
    return PYTHON.choose(lambda minor: allowed.contains(f"{minor}.99") or allowed.contains(minor))


def _to_specifier(part: str) -> str:
    text = part.strip()
    if text.startswith("^"):
        return f">={text[1:]},<{int(text[1:].split('.')[0]) + 1}"
    if re.fullmatch(r"~\s*\d.*", text):
        return f"~={text[1:].strip()}.0"
    if text == "*":
        return ">=3"
    return text


def _sources(tree: SourceTree, manifests: Manifests) -> list[tuple[Evidence, str]]:
    found = []
    for file, pattern in (
        (".python-version", r"^\s*([^#\s]+)"),
        (".tool-versions", r"^python\s+(\S+)"),
        ("mise.toml", r"^\s*python\s*=\s*[\"']([^\"']+)"),
    ):
        text = tree.find_text(file) or ""
        match = re.search(pattern, text, re.MULTILINE)
        if match:
            line = text.count("\n", 0, match.start(1)) + 1
            found.append((Evidence(file=file, line=line, text=match[1]), match[1]))
    found += _pipfile(tree)
    if manifests.requires_python:
        found.append((manifests.requires_python, manifests.requires_python.text))
    runtime = (tree.find_text("runtime.txt") or "").strip()
    if runtime:
        found.append((Evidence(file="runtime.txt", line=1, text=runtime), runtime))
    return found


def _pipfile(tree: SourceTree) -> list[tuple[Evidence, str]]:
    text = tree.find_text("Pipfile") or ""
    try:
        requires: Any = tomllib.loads(text).get("requires", {})
    except tomllib.TOMLDecodeError:
        return []  # The manifest reader tells.
    wanted = requires.get("python_full_version") or requires.get("python_version")
    line = line_of(text, r"^\s*python_(full_)?version")
    return [(Evidence(file="Pipfile", line=line, text=str(wanted)), str(wanted))] if wanted else []


def _default() -> Fact:
    return Fact(key=KEY, value=PYTHON.default, confidence=Confidence.LIKELY)


def _as_fact(version: str, evidence: Evidence) -> Fact:
    return Fact(key=KEY, value=version, evidence=evidence)


def _age_problems(version: str, evidence: Evidence) -> tuple[Problem, ...]:
    cycle = PYTHON.find_cycle(version)
    if cycle is None or cycle.ends >= REVIEWED:
        return ()
    what = f"Python {version} has had no security fixes since {cycle.ends}"
    remedy = f"move to {PYTHON.default} when you can"
    return (Problem(file=evidence.file, line=evidence.line, what=what, remedy=remedy),)
