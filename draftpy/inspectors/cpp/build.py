"""What a C or C++ build makes, in one form for CMake, Meson, Make and none."""

import re
from dataclasses import dataclass
from posixpath import basename

from draftpy.inspectors.facts import Evidence

ASIDE = re.compile(
    r"(?:^|[/_.-])(?:tests?|testing|unittests?|bench\w*|examples?|samples?|demos?|fuzz\w*|tools?|doc)"
    r"(?:$|[/_.-])|(?:^|/)test\w*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeProgram:
    """A program that a build makes: its name, and where it is from the source's root.

    `path` is empty where only a search finds it.
    """

    name: str
    path: str
    evidence: Evidence
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeBuild:
    """A build: its file, its tool, its programs (likeliest first), and what it looks for."""

    tool: str
    manifest: str
    programs: tuple[NativeProgram, ...] = ()
    wants: tuple[str, ...] = ()
    fetches: bool = False
    name: str = ""


def rank(programs: list[NativeProgram], project: str) -> tuple[NativeProgram, ...]:
    """Without tests and samples, unless there is nothing else; the project's own name first."""
    plain = [p for p in programs if not ASIDE.search(p.name) and not ASIDE.search(p.path)]
    found = plain or programs
    likely = ("server", "main", "app", "web", "api", "service", "daemon")

    def order(program: NativeProgram) -> tuple[bool, bool, int]:
        words = re.split(r"[-_.]", basename(program.name).lower())
        is_named = program.name.lower() == project.lower()
        return not is_named, not any(w in likely for w in words), found.index(program)

    return tuple(sorted(found, key=order))
