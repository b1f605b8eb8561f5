"""Every manifest that a Python project may have → what it declares."""

import re
import tomllib
from dataclasses import dataclass, field, replace
from typing import Any

from packaging.utils import canonicalize_name

from draftpy.inspectors.facts import Evidence, Problem
from draftpy.inspectors.python.conda import read_conda
from draftpy.inspectors.python.requirements import Declared, Reading, find_requirements
from draftpy.inspectors.python.setup import Setup, read_setup
from draftpy.source import SourceTree

LOCK_FILES = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")
_POETRY_VERSION = re.compile(r"[\^~=<>! ]*(\d+(?:\.\d+)*)")
_POETRY_BACKENDS = ("poetry.core.masonry.api", "poetry.masonry.api")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifests:
    """Everything that a Python project declares, and what could not be read."""

    dependencies: tuple[Declared, ...] = ()
    requirement_files: tuple[str, ...] = ()
    needs_source: bool = False
    needs_git: bool = False
    # pyproject.toml or setup.py describe a package that can be installed.
    is_package: bool = False
    has_static_dependencies: bool = False
    is_tooling_only: bool = False
    is_poetry: bool = False
    # Where uv takes packages from besides its index; a workspace without a project of its own.
    has_uv_sources: bool = False
    is_virtual_workspace: bool = False
    requires_python: Evidence | None = None
    scripts: tuple[tuple[str, str], ...] = ()
    # Commands of the project's task runner, by name.
    tasks: tuple[tuple[str, str], ...] = ()
    own_name: str = ""
    required_uv: str = ""
    lock_files: tuple[str, ...] = ()
    conda: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = field(default=())

    def find(self, name: str) -> Declared | None:
        """The dependency of that name."""
        return next((dep for dep in self.dependencies if dep.name == name), None)


def read_manifests(tree: SourceTree) -> Manifests:
    """Read every manifest at the root of the tree; broken ones become problems."""
    read = Reading(tree)
    base = Manifests(lock_files=tuple(name for name in LOCK_FILES if tree.has(name)))
    pyproject = _toml(read, "pyproject.toml")
    main = find_requirements(tree)
    if main:
        read.requirements(main)
    if pyproject is not None:
        base = _with_pyproject(base, pyproject, read)
    pipfile = _toml(read, "Pipfile")
    if pipfile is not None:
        _named(read, "Pipfile", _table(pipfile, "packages"))
        tasks = {**dict(base.tasks), **_texts(_table(pipfile, "scripts"))}
        base = replace(base, tasks=tuple(tasks.items()))
    base = _with_setup(base, read_setup(tree), read)
    if not read.found and not base.is_package:
        base = replace(base, conda=read_conda(read))
    return replace(
        base,
        dependencies=tuple(read.found),
        requirement_files=tuple(read.files),
        needs_source=base.needs_source or read.needs_source,
        needs_git=base.needs_git or read.needs_git,
        problems=tuple(read.problems),
    )


def pinned_minor(version: str) -> str:
    """`3.1` of `==3.1.0` or `~=3.1`, else nothing: a range names no version."""
    match = re.fullmatch(r"\s*(?:===?|~=)\s*(\d+)(?:\.(\d+))?[^,]*", version)
    return ".".join(part for part in match.groups() if part) if match else ""


def line_of(text: str, pattern: str) -> int:
    """The line (from 1) of the first match, 0 if there is none."""
    match = re.search(pattern, text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else 0


def _named(read: Reading, path: str, table: dict[str, Any]) -> None:
    """Note a table of name → version, as Poetry and Pipenv write it."""
    text = read.tree.find_text(path) or ""
    for name, given in table.items():
        if name == "python":
            continue
        details = given if isinstance(given, dict) else {}
        version = given if isinstance(given, str) else details.get("version")
        match = _POETRY_VERSION.fullmatch(str(version or ""))
        line = line_of(text, rf"^\s*[\"']?{re.escape(name)}[\"']?\s*=")
        read.needs_source = read.needs_source or "path" in details
        read.needs_git = read.needs_git or "git" in details
        read.found.append(
            Declared(
                name=canonicalize_name(name),
                version=f"~={match[1]}" if match else "",
                extras=frozenset(str(extra) for extra in _listed(details.get("extras"))),
                evidence=Evidence(file=path, line=line, text=_text_at(text, line)),
            )
        )


def _toml(read: Reading, path: str) -> dict[str, Any] | None:
    """Parse a TOML file; a broken one is a problem."""
    text = read.tree.find_text(path)
    if text is None:
        return None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        what, number = f"not valid TOML: {error}", int(line[1]) if line else 0
        read.problems.append(Problem(file=path, line=number, what=what, remedy=f"mend {path}"))
        return None


def _with_pyproject(base: Manifests, doc: dict[str, Any], read: Reading) -> Manifests:
    text = read.tree.find_text("pyproject.toml") or ""
    project, tool = _table(doc, "project"), _table(doc, "tool")
    poetry, uv = _table(tool, "poetry"), _table(tool, "uv")
    _read_dependencies(read, project, text)
    dependencies = _table(poetry, "dependencies")
    _named(read, "pyproject.toml", dependencies)
    for file in _dynamic_files(tool) if "dependencies" in _listed(project.get("dynamic")) else ():
        read.requirements(file)
    wanted = project.get("requires-python") or dependencies.get("python")
    line = line_of(text, r"^\s*(requires-python|python)\s*=")
    sources = _table(uv, "sources")
    is_workspace = "workspace" in uv
    kinds = {key for source in sources.values() if isinstance(source, dict) for key in source}
    backend = _table(doc, "build-system").get("build-backend")
    scripts = _texts(_table(project, "scripts")) or _texts(_table(poetry, "scripts"))
    return replace(
        base,
        is_package=bool(project or poetry) and poetry.get("package-mode") is not False,
        has_static_dependencies=isinstance(project.get("dependencies"), list),
        is_tooling_only=not project and not poetry and "build-system" not in doc and not uv,
        is_poetry=bool(dependencies) or ("poetry.lock" in base.lock_files and bool(poetry))
        or backend in _POETRY_BACKENDS,
        has_uv_sources=bool(sources or "index" in uv or is_workspace),
        is_virtual_workspace=is_workspace and not project,
        needs_source=is_workspace or bool(kinds & {"path", "workspace"}),
        needs_git="git" in kinds,
        requires_python=(
            Evidence(file="pyproject.toml", line=line, text=str(wanted)) if wanted else None
        ),
        scripts=tuple(scripts.items()),
        tasks=tuple(_tasks(tool).items()),
        own_name=canonicalize_name(str(project.get("name") or poetry.get("name") or "")),
        required_uv=str(uv.get("required-version", "")),
    )  # fmt: skip


def _read_dependencies(read: Reading, project: dict[str, Any], text: str) -> None:
    for requirement in _listed(project.get("dependencies")):
        if isinstance(requirement, str):
            line = line_of(text, rf"[\"']{re.escape(requirement)}[\"']")
            where = Evidence(file="pyproject.toml", line=line, text=_text_at(text, line))
            read.add(requirement, where)


def _with_setup(base: Manifests, setup: Setup | None, read: Reading) -> Manifests:
    if setup is None:
        return base
    for requirement in setup.requires:
        read.add(requirement, Evidence(file=setup.file, text=requirement))
    return replace(
        base,
        is_package=True,
        is_tooling_only=False,
        scripts=base.scripts or setup.scripts,
        own_name=base.own_name or canonicalize_name(setup.name),
        requires_python=base.requires_python
        or (Evidence(file=setup.file, text=setup.python) if setup.python else None),
    )


def _dynamic_files(tool: dict[str, Any]) -> list[str]:
    """`[tool.setuptools.dynamic] dependencies = {file = ["requirements.txt"]}`."""
    dynamic = _table(_table(_table(tool, "setuptools"), "dynamic"), "dependencies")
    hatch = _table(_table(_table(_table(tool, "hatch"), "metadata"), "hooks"), "requirements_txt")
    files = dynamic.get("file") or hatch.get("files") or []
    return [files] if isinstance(files, str) else [str(file) for file in _listed(files)]


def _tasks(tool: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for runner, key in (("taskipy", "tasks"), ("poe", "tasks"), ("pdm", "scripts")):
        found |= _texts(_table(_table(tool, runner), key))
    return found


def _texts(table: dict[str, Any]) -> dict[str, str]:
    """The entries that are a text, or say their command in one."""
    found = {}
    for name, given in table.items():
        value = given.get("cmd") if isinstance(given, dict) else given
        if isinstance(value, str):
            found[str(name)] = value
    return found


def _text_at(text: str, line: int) -> str:
    return text.splitlines()[line - 1].strip() if line else ""


def _table(doc: dict[str, Any], key: str) -> dict[str, Any]:
    value = doc.get(key)
    return value if isinstance(value, dict) else {}


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
