"""Python projects → facts."""

from collections.abc import Iterator

from draftpy.inspectors.facts import Confidence, Evidence, Fact, FactValue, Findings, Problem
from draftpy.inspectors.python.entry import read_modules
from draftpy.inspectors.python.frameworks import FRAMEWORKS, SERVERS, title_of
from draftpy.inspectors.python.imports import find_imported_packages
from draftpy.inspectors.python.install import Install, plan_install
from draftpy.inspectors.python.layout import Entry, Project
from draftpy.inspectors.python.manifests import Manifests, pinned_minor, read_manifests
from draftpy.inspectors.python.needs import Needs, find_all_needs
from draftpy.inspectors.python.queues import find_queue_facts
from draftpy.inspectors.python.requirements import find_requirements
from draftpy.inspectors.python.run import find_run
from draftpy.inspectors.python.shapes import ModuleShape
from draftpy.inspectors.python.version import find_version
from draftpy.source import SourceTree

_MANIFESTS = ("pyproject.toml", "Pipfile", "setup.py", "setup.cfg", "manage.py", "environment.yml")
# What only the people who work on a project run.
_TOOLS = frozenset(
    {"mkdocs", "mkdocs-material", "sphinx", "sphinx-rtd-theme", "furo", "pre-commit", "black"}
    | {"ruff", "flake8", "pylint", "mypy", "isort", "pytest", "tox", "nox", "yamllint", "codespell"}
    | {"ansible", "ansible-lint", "awscli", "myst-parser", "bumpversion", "commitizen", "twine"}
)
_STANDARD = {
    "fastapi": ("standard", "all"),
    "litestar": ("standard", "full"),
    "connexion": ("uvicorn",),
}


def inspect(tree: SourceTree) -> Findings:
    """Facts `python.*`; empty without a manifest or a Python file near the root."""
    manifests = read_manifests(tree)
    manifest = _find_manifest(tree)
    # Without a manifest at the root, what lies deeper is another app's.
    modules = read_modules(tree, near_only=manifest is None)
    if not modules and manifest is None:
        return Findings(problems=manifests.problems)
    version, version_problems = find_version(tree, manifests)
    project = Project(tree=tree, modules=modules)
    entry = find_run(project, manifests)
    install = plan_install(tree, manifests, str(version.value))
    needs = find_all_needs(project, manifests, install, entry)
    added = _added(project, manifests, install, entry)
    facts = [
        *_manifest_facts(manifest),
        *_framework_facts(entry, manifests),
        *_entry_facts(entry, needs),
        version,
        *_install_facts(manifests, install, entry),
        Fact(key="python.added", value=added),
        *needs.facts,
        *find_queue_facts(project, entry, frozenset(d.name for d in manifests.dependencies)),
    ]
    problems = (
        *manifests.problems,
        *version_problems,
        *install.problems,
        *_broken(modules),
        *(entry.problems if entry else ()),
        *(_undeclared(entry, added) if entry and not manifest else ()),
        *needs.problems,
    )
    return Findings(facts=tuple(facts), problems=problems)


def _find_manifest(tree: SourceTree) -> Evidence | None:
    names = (find_requirements(tree), *_MANIFESTS)
    return next((Evidence(file=name) for name in names if name and tree.has(name)), None)


def _manifest_facts(manifest: Evidence | None) -> Iterator[Fact]:
    if manifest:
        yield Fact(key="python.manifest", value=manifest.file, evidence=manifest)


def _broken(modules: tuple[ModuleShape, ...]) -> Iterator[Problem]:
    for module in modules:
        if module.error_line:
            what = "is not valid Python"
            yield Problem(file=module.path, line=module.error_line, what=what, remedy="mend it")


def _undeclared(entry: Entry, added: tuple[str, ...]) -> Iterator[Problem]:
    if added:
        what = f"imports what no file declares; the image gets {' '.join(added)}"
        remedy = "declare it in requirements.txt"
        yield Problem(file=entry.module, what=what, remedy=remedy, is_note=True)


def _framework_facts(entry: Entry | None, manifests: Manifests) -> Iterator[Fact]:
    if entry is None or not entry.framework:
        return
    name = entry.framework
    declared = manifests.find(_package_of(name))
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


def _entry_facts(entry: Entry | None, needs: Needs) -> Iterator[Fact]:
    if entry is None or not entry.start:
        return
    yield Fact(key="python.start", value=needs.start or entry.start, evidence=entry.evidence)
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


def _install_facts(manifests: Manifests, install: Install, entry: Entry | None) -> Iterator[Fact]:
    facts: dict[str, FactValue] = {
        "install": install.way,
        "tool": install.tool,
        "install_files": install.files,
        "is_locked": install.is_locked,
        "installs_itself": bool(entry and entry.start[0] in dict(manifests.scripts)),
        "requirement_files": manifests.requirement_files,
        "needs_source": manifests.needs_source,
        "needs_git": manifests.needs_git,
        "is_virtual_workspace": manifests.is_virtual_workspace,
        "is_tooling_only": _is_tooling_only(manifests),
    }
    for name, value in facts.items():
        yield Fact(key=f"python.{name}", value=value)
    if install.lock:
        where = Evidence(file=install.lock)
        yield Fact(key="python.lock_file", value=install.lock, evidence=where)


def _is_tooling_only(manifests: Manifests) -> bool:
    names = {dependency.name for dependency in manifests.dependencies}
    if names:
        return names <= _TOOLS and not manifests.is_package
    return manifests.is_tooling_only and not manifests.requirement_files


def _added(
    project: Project, manifests: Manifests, install: Install, entry: Entry | None
) -> tuple[str, ...]:
    """Packages that the app needs and nothing declares."""
    if entry is None or not entry.start:
        return ()
    declared = {dependency.name for dependency in manifests.dependencies} | install.locked
    for name, extras in _STANDARD.items():
        found = manifests.find(name)
        declared |= {"uvicorn"} if found and found.extras & set(extras) else set()
    known = FRAMEWORKS.get(entry.framework)
    declared |= {*(known.brings if known else ()), manifests.own_name}
    wanted = [*entry.needs, *([entry.start[0]] if entry.start[0] in SERVERS else ())]
    missing = [name for name in dict.fromkeys(wanted) if name not in declared and _is_package(name)]
    if manifests.conda:
        missing = [*manifests.conda, *missing]
    elif install.way == "nothing" and not manifests.requirement_files:
        missing = [*missing, *_imported(project, entry, {*missing, *declared})]
    return tuple(dict.fromkeys(SERVERS.get(name, name) for name in missing))


def _imported(project: Project, entry: Entry, known: set[str]) -> tuple[str, ...]:
    """Without any manifest the imports say what is needed."""
    main = next((m for m in project.modules if m.path == entry.module), None)
    found = find_imported_packages(project, project.reachable(main) if main else ())
    return tuple(name for name in found if name not in known)


def _is_package(name: str) -> bool:
    """Programs of the Procfile that a package of the same name brings, and frameworks."""
    return name in SERVERS or any(known.package == name for known in FRAMEWORKS.values())


def _package_of(framework: str) -> str:
    known = FRAMEWORKS.get(framework)
    return known.package if known else framework
