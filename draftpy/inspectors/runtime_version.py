"""What a project's files say about a language's version → the one to run."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from draftpy.inspectors.constraints import allows
from draftpy.inspectors.facts import Confidence, Evidence, Fact, Problem
from draftpy.inspectors.versions import REVIEWED, Runtime
from draftpy.source import SourceTree

_MISE_FILES = ("mise.toml", ".mise.toml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A version or range that a file asks for."""

    wanted: str
    evidence: Evidence


def find_wish(tree: SourceTree, file: str, pattern: str) -> Wish | None:
    """The first group of the pattern in a file, with its line."""
    text = tree.find_text(file) or ""
    match = re.search(pattern, text, re.MULTILINE)
    if match is None:
        return None
    line = text.count("\n", 0, match.start(1)) + 1
    shown = text.splitlines()[line - 1].strip()
    return Wish(wanted=match[1].strip(), evidence=Evidence(file=file, line=line, text=shown))


def find_tool_wishes(tree: SourceTree, tool: str, own_file: str = "") -> list[Wish]:
    """What the language's own version file, asdf and mise say, in that order."""
    name = re.escape(tool)
    found = [
        find_wish(tree, own_file, r"^\s*([^#\s]+)") if own_file else None,
        find_wish(tree, ".tool-versions", rf"^{name}[ \t]+(\S+)"),
        *(find_wish(tree, file, rf"^\s*{name}\s*=\s*[\"']([^\"']+)") for file in _MISE_FILES),
    ]
    return [wish for wish in found if wish]


def decide_version(
    key: str, runtime: Runtime, wishes: Iterable[Wish]
) -> tuple[Fact, tuple[Problem, ...]]:
    """The release line that the first wish leads to, else the default."""
    for wish in wishes:
        where = wish.evidence
        line = choose_line(runtime, wish.wanted)
        if line is None:
            what = f"no known {runtime.name} is {wish.wanted!r}; {runtime.default} is used"
            problem = Problem(file=where.file, line=where.line, what=what)
            return _default(key, runtime), (problem,)
        return Fact(key=key, value=line, evidence=where), age_problems(runtime, line, where)
    return _default(key, runtime), ()


def choose_line(runtime: Runtime, wanted: str) -> str | None:
    """The release line for an exact version or a range."""
    exact = re.fullmatch(rf"(?:{runtime.name.lower()}-)?v?(\d+(?:\.\d+)*)(?:[-p+].*)?", wanted)
    if exact and "." not in exact[1] and "." in runtime.default:
        return runtime.choose(_is_of(exact[1]))
    if exact:
        depth = runtime.default.count(".") + 1
        return ".".join(exact[1].split(".")[:depth])
    try:
        return runtime.choose(lambda line: allows(wanted, line))
    except ValueError:
        return None


def age_problems(runtime: Runtime, line: str, where: Evidence) -> tuple[Problem, ...]:
    """A warning if that line's support has ended."""
    cycle = runtime.find_cycle(line)
    if cycle is None or cycle.ends >= REVIEWED:
        return ()
    what = f"{runtime.name} {line} has had no security fixes since {cycle.ends}"
    remedy = f"move to {runtime.default} when you can"
    return (Problem(file=where.file, line=where.line, what=what, remedy=remedy),)


def _is_of(major: str) -> Callable[[str], bool]:
    return lambda line: line.split(".")[0] == major


def _default(key: str, runtime: Runtime) -> Fact:
    return Fact(key=key, value=runtime.default, confidence=Confidence.LIKELY)
