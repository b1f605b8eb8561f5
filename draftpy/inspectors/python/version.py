"""Which Python a project wants, and who says so."""

import re
import tomllib
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from draftpy.inspectors.facts import Confidence, Evidence, Fact, Problem
from draftpy.inspectors.python.conda import find_conda_python
from draftpy.inspectors.python.manifests import Manifests, line_of
from draftpy.inspectors.python.pins import find_newest_python
from draftpy.inspectors.python.requirements import Reading
from draftpy.inspectors.runtime_version import age_problems, find_tool_wishes, find_wish
from draftpy.inspectors.versions import PYTHON
from draftpy.source import SourceTree

KEY = "python.version"


def find_version(tree: SourceTree, manifests: Manifests) -> tuple[Fact, tuple[Problem, ...]]:
    """The version to run, from the first file that names one; else the default."""
    held = find_newest_python(manifests.dependencies)
    for evidence, wanted in _sources(tree, manifests):
        version = choose_version(wanted)
        if version is None:
            what = f"no known Python is {wanted!r}; {PYTHON.default} is used"
            return _default(), (Problem(file=evidence.file, line=evidence.line, what=what),)
        if held and version == PYTHON.default and not _is_exact(wanted):
            version = choose_version(f"{wanted},<={held[0]}") or version
        return _as_fact(version, evidence), age_problems(PYTHON, version, evidence)
    if held and _minor(held[0]) < _minor(PYTHON.default):
        newest, pin = held
        where = Evidence(
            file=pin.file, line=pin.line, text=pin.text, means=f"needs Python {newest}"
        )
        return _as_fact(newest, where), age_problems(PYTHON, newest, where)
    return _default(), ()


def choose_version(wanted: str) -> str | None:
    """`3.12` for `3.12.4`, for `>=3.9,<3.13` and for Poetry's `^3.9,<3.13`."""
    exact = re.fullmatch(
        r"(?:python-|cpython-|cpython@|py)?v?(\d+\.\d+)(?:\.\d+)?\w*", wanted.strip()
    )
    if exact:
        return exact[1]
    try:
        allowed = SpecifierSet(",".join(_to_specifier(part) for part in wanted.split(",")))
    except InvalidSpecifier:
        return None

    # A patch level that no lower bound exceeds stands for the newest of its line.
    def is_allowed(minor: str) -> bool:
        return allowed.contains(f"{minor}.99") or allowed.contains(minor)

    # Many packages have no wheels for the newest line yet.
    newest = PYTHON.cycles[-1].version
    settled = PYTHON.choose(lambda minor: minor != newest and is_allowed(minor))
    return settled or PYTHON.choose(is_allowed)


def _is_exact(wanted: str) -> bool:
    return re.match(r"\D*\d", wanted) is not None and not re.search(r"[<>^~!*]", wanted)


def _minor(version: str) -> int:
    return int(version.split(".")[1])


def _to_specifier(part: str) -> str:
    text = part.strip()
    caret = re.fullmatch(r"\^\s*((\d+)\S*)", text)
    if caret:
        return f">={caret[1]},<{int(caret[2]) + 1}"
    if re.fullmatch(r"~\s*\d.*", text):
        return f"~={text[1:].strip()}.0"
    if re.fullmatch(r"<=3\.\d+", text):
        return f"{text}.99"
    if re.fullmatch(r"3(\.x|\.\*)?", text):
        return ">=3"
    return ">=3" if text == "*" else text


def _sources(tree: SourceTree, manifests: Manifests) -> list[tuple[Evidence, str]]:
    wishes = find_tool_wishes(tree, "python", ".python-version")
    # pyenv's file may name a virtual environment: `3.12.4/envs/shop`, or just `shop`.
    found = [
        (wish.evidence, wish.wanted.partition("/")[0])
        for wish in wishes
        if re.search(r"\d+\.\d+|^\d+$", wish.wanted)
    ]
    found += _pipfile(tree)
    if manifests.requires_python:
        found.append((manifests.requires_python, manifests.requires_python.text))
    runtime = find_wish(tree, "runtime.txt", r"^\s*(python-?\S+|\d\S*)")
    if runtime:
        found.append((runtime.evidence, runtime.wanted))
    file, wanted = find_conda_python(Reading(tree))
    if wanted:
        found.append((Evidence(file=file, text=f"python {wanted}"), wanted))
    return found


def _pipfile(tree: SourceTree) -> list[tuple[Evidence, str]]:
    text = tree.find_text("Pipfile") or ""
    try:
        requires: Any = tomllib.loads(text).get("requires")
    except tomllib.TOMLDecodeError:
        return []  # The manifest reader tells.
    if not isinstance(requires, dict):
        return []
    wanted = requires.get("python_full_version") or requires.get("python_version")
    line = line_of(text, r"^\s*python_(full_)?version")
    return [(Evidence(file="Pipfile", line=line, text=str(wanted)), str(wanted))] if wanted else []


def _default() -> Fact:
    return Fact(key=KEY, value=PYTHON.default, confidence=Confidence.LIKELY)


def _as_fact(version: str, evidence: Evidence) -> Fact:
    return Fact(key=KEY, value=version, evidence=evidence)
