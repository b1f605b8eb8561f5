"""requirements.txt, pyproject.toml and version files → what a Python project declares."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from posixpath import dirname, join, normpath
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from draftpy.inspectors.facts import Evidence, Problem
from draftpy.source import SourceTree

LOCK_FILES = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")
_POETRY_VERSION = re.compile(r"[\^~=<>! ]*(\d+(?:\.\d+)*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One declared dependency: canonical name, extras, the version range as written."""

    name: str
    version: str
    evidence: Evidence
    extras: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifests:
    """Everything that a Python project declares, and what could not be read."""

    dependencies: tuple[Declared, ...] = ()
    requirement_files: tuple[str, ...] = ()
    needs_source: bool = False
    is_package: bool = False
    has_static_dependencies: bool = False
    is_tooling_only: bool = False
    requires_python: Evidence | None = None
    scripts: tuple[tuple[str, str], ...] = ()
    lock_files: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = field(default=())

    def find(self, name: str) -> Declared | None:
        """The dependency of that name."""
        return next((dep for dep in self.dependencies if dep.name == name), None)


def read_manifests(tree: SourceTree) -> Manifests:
    """Read every manifest at the root of the tree; broken ones become problems."""
    read = _Reading(tree)
    if tree.has("requirements.txt"):
        read.requirements("requirements.txt")
    pyproject = read.toml("pyproject.toml")
    pipfile = read.toml("Pipfile")
    base = Manifests(lock_files=tuple(name for name in LOCK_FILES if tree.has(name)))
    if pyproject is not None:
        base = _with_pyproject(base, pyproject, read)
    if pipfile is not None:
        read.named("Pipfile", _table(pipfile, "packages"))
    return replace(
        base,
        dependencies=tuple(read.found),
        requirement_files=tuple(read.files),
        needs_source=read.needs_source,
        problems=tuple(read.problems),
    )


def pinned_minor(version: str) -> str:
    """`3.1` of `==3.1.0` or `~=3.1`, else nothing: a range names no version."""
    match = re.fullmatch(r"\s*(?:===?|~=)\s*(\d+)(?:\.(\d+))?[^,]*", version)
    return ".".join(part for part in match.groups() if part) if match else ""


class _Reading:
    """What was found so far."""

    def __init__(self, tree: SourceTree) -> None:
        self.tree = tree
        self.found: list[Declared] = []
        self.files: list[str] = []
        self.problems: list[Problem] = []
        self.needs_source = False

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

    def _option(self, path: str, line: str) -> None:
        match = re.match(r"(-r|--requirement|-c|--constraint|-e|--editable)[ =]*(\S.*)", line)
        if not match:
            return
        if match[1] in ("-e", "--editable"):
            self.needs_source = True
            return
        other = normpath(join(dirname(path), match[2].strip()))
        if match[1] in ("-r", "--requirement"):
            self.requirements(other)
        elif self.tree.has(other) and other not in self.files:
            self.files.append(other)

    def _requirement(self, path: str, number: int, line: str) -> None:
        bare = re.split(r"\s--(?:hash|config-settings|global-option)", line)[0].strip()
        if bare.startswith((".", "/", "file:")) or bare.endswith((".whl", ".tar.gz", ".zip")):
            self.needs_source = self.needs_source or "://" not in bare or bare.startswith("file:")
            return
        if re.match(r"[a-z+]+://", bare):
            return
        self.add(bare, Evidence(file=path, line=number, text=line))

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
        self.needs_source = self.needs_source or (parsed.url or "").startswith("file:")
        self.found.append(
            Declared(
                name=canonicalize_name(parsed.name),
                version=str(parsed.specifier),
                extras=frozenset(parsed.extras),
                evidence=evidence,
            )
        )

    def named(self, path: str, table: dict[str, Any]) -> None:
        """Note a table of name → version, as Poetry and Pipenv write it."""
        text = self.tree.find_text(path) or ""
        for name, given in table.items():
            if name == "python":
                continue
            version = given if isinstance(given, str) else _table({"x": given}, "x").get("version")
            match = _POETRY_VERSION.fullmatch(str(version or ""))
            line = line_of(text, rf"^\s*[\"']?{re.escape(name)}[\"']?\s*=")
            self.found.append(
                Declared(
                    name=canonicalize_name(name),
                    version=f"~={match[1]}" if match else "",
                    evidence=Evidence(file=path, line=line, text=_text_at(text, line)),
                )
            )

    def toml(self, path: str) -> dict[str, Any] | None:
        """Parse a TOML file; a broken one is a problem."""
        text = self.tree.find_text(path)
        if text is None:
            return None
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"at line (\d+)", str(error))
            self.problems.append(
                Problem(
                    file=path,
                    line=int(line[1]) if line else 0,
                    what=f"not valid TOML: {error}",
                    remedy=f"mend {path}",
                )
            )
            return None


def _with_pyproject(base: Manifests, doc: dict[str, Any], read: _Reading) -> Manifests:
    text = read.tree.find_text("pyproject.toml") or ""
    project = _table(doc, "project")
    poetry = _table(_table(doc, "tool"), "poetry")
    for requirement in project.get("dependencies", []):
        if isinstance(requirement, str):
            line = line_of(text, rf"[\"']{re.escape(requirement)}[\"']")
            where = Evidence(file="pyproject.toml", line=line, text=_text_at(text, line))
            read.add(requirement, where)
    dependencies = _table(poetry, "dependencies")
    read.named("pyproject.toml", dependencies)
    wanted = project.get("requires-python") or dependencies.get("python")
    line = line_of(text, r"^\s*(requires-python|python)\s*=")
    scripts = _table(project, "scripts") or _table(poetry, "scripts")
    return replace(
        base,
        is_package=bool(project or poetry),
        has_static_dependencies=isinstance(project.get("dependencies"), list),
        is_tooling_only=not project and not poetry and "build-system" not in doc,
        requires_python=(
            Evidence(file="pyproject.toml", line=line, text=str(wanted)) if wanted else None
        ),
        scripts=tuple((name, str(target)) for name, target in scripts.items()),
    )


def line_of(text: str, pattern: str) -> int:
    """The line (from 1) of the first match, 0 if there is none."""
    match = re.search(pattern, text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else 0


def _text_at(text: str, line: int) -> str:
    return text.splitlines()[line - 1].strip() if line else ""


def _table(doc: dict[str, Any], key: str) -> dict[str, Any]:
    value = doc.get(key)
    return value if isinstance(value, dict) else {}


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines without comments, joined where a backslash says so, with the number of their first."""
    pending, first = "", 0
    for number, raw in enumerate(_lines(text), start=1):
        line = re.sub(r"(^|\s+)#.*$", "", raw).strip()
        first = first or number
        if line.endswith("\\"):
            pending += line[:-1] + " "
            continue
        if pending + line:
            yield first, (pending + line).strip()
        pending, first = "", 0


def _lines(text: str) -> Iterable[str]:
    return text.splitlines()
