"""Python projects → facts."""

from collections.abc import Iterator
from dataclasses import replace

from draftpy.inspectors.commands import StartCommand
from draftpy.inspectors.facts import (
    AppKind,
    Confidence,
    Evidence,
    Fact,
    FactValue,
    Findings,
    Problem,
)
from draftpy.inspectors.procfile import Process, find_start
from draftpy.inspectors.python_entry import find_entry, read_modules
from draftpy.inspectors.python_frameworks import FRAMEWORKS, SERVERS, title_of
from draftpy.inspectors.python_layout import Entry, Project
from draftpy.inspectors.python_manifests import Manifests, pinned_minor, read_manifests
from draftpy.inspectors.python_scripts import DEFAULT_PORT, find_console_script
from draftpy.inspectors.python_version import find_version
from draftpy.source import SourceTree

_MANIFESTS = ("requirements.txt", "pyproject.toml", "Pipfile", "setup.py", "manage.py")


def inspect(tree: SourceTree) -> Findings:
    """Facts `python.*`; empty without a manifest or a Python file near the root."""
    manifests = read_manifests(tree)
    manifest = next((Evidence(file=name) for name in _MANIFESTS if tree.has(name)), None)
    # Without a manifest at the root, what lies deeper is another app's.
    modules = read_modules(tree, near_only=manifest is None)
    if not modules and manifest is None:
        return Findings(problems=manifests.problems)
    version, version_problems = find_version(tree, manifests)
    project = Project(tree=tree, modules=modules)
    installed = frozenset(dependency.name for dependency in manifests.dependencies)
    entry = find_entry(project, installed) or find_console_script(project, manifests.scripts)
    entry = _with_procfile(entry, find_start(tree))
    facts = [
        *(
            [Fact(key="python.manifest", value=manifest.file, evidence=manifest)]
            if manifest
            else ()
        ),
        *_framework_facts(entry, manifests),
        *_entry_facts(entry),
        version,
        *_install_facts(manifests, entry, str(version.value)),
    ]
    broken = tuple(
        Problem(file=m.path, line=m.error_line, what="is not valid Python", remedy="mend it")
        for m in modules
        if m.error_line
    )
    problems = (*manifests.problems, *version_problems, *broken, *(entry.problems if entry else ()))
    return Findings(facts=tuple(facts), problems=problems)


def _with_procfile(entry: Entry | None, process: Process | None) -> Entry | None:
    if process is None or process.command.program in ("node", "npm", "ruby", "bundle", "java"):
        return entry
    command, is_web = process.command, process.name == "web"
    means = f"starts as {' '.join(command.args)}"
    base = entry or Entry(framework="", kind=AppKind.WORKER, start=(), evidence=process.evidence)
    return replace(
        base,
        kind=AppKind.WEB if is_web else AppKind.WORKER,
        start=command.args,
        evidence=replace(process.evidence, means=means),
        port=_procfile_port(command, base) if is_web else 0,
        port_evidence=replace(process.evidence, means="port") if command.port else None,
        port_variable="PORT" if is_web and not command.port else "",
    )


def _procfile_port(command: StartCommand, base: Entry) -> int:
    return command.port or base.port or DEFAULT_PORT


def _framework_facts(entry: Entry | None, manifests: Manifests) -> Iterator[Fact]:
    if entry is None or not entry.framework:
        return
    name = entry.framework
    declared = manifests.find(FRAMEWORKS[name].package if name in FRAMEWORKS else name)
    yield Fact(
        key="python.framework",
        value=name,
        evidence=declared.evidence if declared else None,
        confidence=Confidence.CERTAIN if declared else Confidence.LIKELY,
    )
    yield Fact(key="python.framework_title", value=title_of(name))
    version = pinned_minor(declared.version) if declared else ""
    if version:
        yield Fact(key="python.framework_version", value=version)


def _entry_facts(entry: Entry | None) -> Iterator[Fact]:
    if entry is None:
        return
    yield Fact(key="python.start", value=entry.start, evidence=entry.evidence)
    yield Fact(key="python.kind", value=str(entry.kind))
    if entry.port:
        yield Fact(key="python.port", value=entry.port, evidence=entry.port_evidence)
    if entry.port_variable:
        yield Fact(key="python.port_variable", value=entry.port_variable)
    if entry.environ:
        yield Fact(key="python.environ", value=entry.environ)
    if entry.health_path:
        yield Fact(
            key="python.health_path", value=entry.health_path, evidence=entry.health_evidence
        )


def _install_facts(manifests: Manifests, entry: Entry | None, version: str) -> Iterator[Fact]:
    facts: dict[str, FactValue] = {
        "install": _install_way(manifests, version),
        "installs_itself": bool(entry and entry.start[0] in dict(manifests.scripts)),
        "requirement_files": manifests.requirement_files,
        "needs_source": manifests.needs_source,
        "added": _added(manifests, entry),
        "is_tooling_only": manifests.is_tooling_only and not manifests.requirement_files,
    }
    for name, value in facts.items():
        yield Fact(key=f"python.{name}", value=value)
    for lock in manifests.lock_files[:1]:
        yield Fact(key="python.lock_file", value=lock, evidence=Evidence(file=lock))


def _install_way(manifests: Manifests, version: str) -> str:
    if "uv.lock" in manifests.lock_files and manifests.is_package:
        return "uv"
    if manifests.requirement_files:
        return "requirements"
    # tomllib came with 3.11; it lists the dependencies before the source is there.
    if manifests.has_static_dependencies and version not in ("3.8", "3.9", "3.10"):
        return "dependencies"
    return "package" if manifests.is_package else "nothing"


def _added(manifests: Manifests, entry: Entry | None) -> tuple[str, ...]:
    """Packages that the start needs and nothing declares."""
    if entry is None or not entry.start:
        return ()
    declared = {dependency.name for dependency in manifests.dependencies}
    fastapi = manifests.find("fastapi")
    if fastapi and "standard" in fastapi.extras:
        declared.add("uvicorn")
    known = FRAMEWORKS.get(entry.framework)
    declared |= {*(known.brings if known else ())}
    wanted = [*entry.needs, *([entry.start[0]] if entry.start[0] in SERVERS else ())]
    return tuple(SERVERS.get(name, name) for name in dict.fromkeys(wanted) if name not in declared)
