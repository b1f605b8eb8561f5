"""Requirements files → what they declare, with everything that they name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, join, normpath

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from draftpy.inspectors.facts import Evidence, Problem
from draftpy.source import SourceTree

# What an app's main requirements file may be called, the likeliest first.
_NAMES = (
    *("requirements.txt", "requirements/production.txt", "requirements/prod.txt"),
    *("requirements/base.txt", "requirements/common.txt", "requirements/main.txt"),
    *("requirements/requirements.txt", "requirements/app.txt", "requirements-prod.txt"),
    *("requirements-production.txt", "requirements_prod.txt", "requirements.prod.txt"),
    *("prod-requirements.txt", "requirements.in", "requirements/base.in", "requirements/prod.in"),
    *("requirments.txt", "requirement.txt", "reqs.txt"),
)
_WINDOWS_ONLY = frozenset({"pywin32", "pypiwin32", "pywinpty", "windows-curses", "wmi"})
_URL = re.compile(r"[a-z+]+://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One declared dependency: canonical name, extras, the version range as written."""

    name: str
    version: str
    evidence: Evidence
    extras: frozenset[str] = frozenset()


class Reading:
    """What was read so far from a tree's manifests."""

    def __init__(self, tree: SourceTree) -> None:
        self.tree = tree
        self.found: list[Declared] = []
        self.files: list[str] = []
        self.problems: list[Problem] = []
        self.needs_source = False
        self.needs_git = False

    def requirements(self, path: str) -> None:
        """Read a requirements file and those that it names."""
        text = self.tree.find_text(path)
        if text is None or path in self.files:
            return
        self.files.append(path)
        for number, line in _logical_lines(text):
            if line.startswith("-"):
                self._option(path, line)
            else:
                self._requirement(path, number, line)

    def add(self, text: str, evidence: Evidence) -> None:
        """Note one PEP 508 requirement."""
        try:
            parsed = Requirement(text)
        except InvalidRequirement as error:
            what = f"{text!r} is not a requirement: {str(error).splitlines()[0]}"
            self.problems.append(
                Problem(file=evidence.file, line=evidence.line, what=what, remedy="mend the line")
            )
            return
        url = parsed.url or ""
        self.needs_source = self.needs_source or url.startswith("file:")
        self.needs_git = self.needs_git or url.startswith("git+")
        name = canonicalize_name(parsed.name)
        if name in _WINDOWS_ONLY and parsed.marker is None:
            what = f"{parsed.name} is for Windows only, so the image cannot be built with it"
            remedy = f"write {parsed.name}; sys_platform == 'win32'"
            self.problems.append(
                Problem(file=evidence.file, line=evidence.line, what=what, remedy=remedy)
            )
        self.found.append(
            Declared(
                name=name,
                version=str(parsed.specifier),
                extras=frozenset(parsed.extras),
                evidence=evidence,
            )
        )

    def _option(self, path: str, line: str) -> None:
        match = re.match(r"(-r|--requirement|-c|--constraint|-e|--editable)[ =]*(\S.*)", line)
        if not match:
            return
        if match[1] in ("-e", "--editable"):
            self._path_or_url(match[2].strip())
            return
        other = normpath(join(dirname(path), match[2].strip()))
        if match[1] in ("-r", "--requirement"):
            self.requirements(other)
        elif self.tree.has(other) and other not in self.files:
            self.files.append(other)

    def _requirement(self, path: str, number: int, line: str) -> None:
        bare = re.split(r"\s--(?:hash|config-settings|global-option)", line)[0].strip()
        is_file = bare.startswith((".", "/", "file:")) or bare.endswith((".whl", ".tar.gz", ".zip"))
        if is_file or _URL.match(bare):
            self._path_or_url(bare)
        else:
            self.add(bare, Evidence(file=path, line=number, text=line))

    def _path_or_url(self, bare: str) -> None:
        is_url = _URL.match(bare) is not None and not bare.startswith("file:")
        self.needs_git = self.needs_git or bare.startswith("git+")
        self.needs_source = self.needs_source or not is_url


def find_requirements(tree: SourceTree) -> str:
    """The main requirements file, else the only one of the folder requirements; may be ""."""
    named = next((name for name in _NAMES if tree.has(name)), "")
    others = [*tree.match("requirements/*.txt")]
    return named or (others[0] if len(others) == 1 else "")


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, joined where a backslash says so, with the number of their first."""
    pending, first = "", 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line = re.sub(r"(^|\s+)#.*$", "", raw).strip()
        first = first or number
        if line.endswith("\\"):
            pending += line[:-1] + " "
            continue
        if pending + line:
            yield first, (pending + line).strip()
        pending, first = "", 0
