"""What a Python app needs around it, as facts: system packages, variables, folders, memory."""

from collections.abc import Iterator
from dataclasses import dataclass

from draftpy.inspectors.facts import Evidence, Fact, Problem
from draftpy.inspectors.python.django import find_site
from draftpy.inspectors.python.django_run import DjangoNeeds, find_needs
from draftpy.inspectors.python.environ import Needed, find_examples, find_needed, is_secret_key
from draftpy.inspectors.python.frameworks import FRAMEWORKS
from draftpy.inspectors.python.install import Install
from draftpy.inspectors.python.layout import Entry, Project, join_shell
from draftpy.inspectors.python.manifests import Manifests
from draftpy.inspectors.python.shapes import ModuleShape
from draftpy.inspectors.python.system import find_system_packages
from draftpy.inspectors.python.writing import find_writing, has_database_file

_YOURS = "migrations are yours to run: no build does"
_PLACEHOLDER = "only-for-development"
_HEAVY = frozenset({"torch", "tensorflow", "transformers", "sentence-transformers", "keras", "jax"})
_MIDDLE = frozenset(
    {"pandas", "numpy", "scipy", "scikit-learn", "streamlit", "gradio", "dash", "polars", "panel"}
    | {"opencv-python", "opencv-python-headless", "matplotlib", "spacy", "xgboost", "lightgbm"}
    | {"langchain", "chainlit", "pyarrow", "nltk", "onnxruntime", "shiny", "llama-index"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """Facts, what is worth telling, and the start that Django's tables come before."""

    facts: tuple[Fact, ...]
    problems: tuple[Problem, ...]
    start: tuple[str, ...] = ()


def find_all_needs(
    project: Project, manifests: Manifests, install: Install, entry: Entry | None
) -> Needs:
    """Everything that the app needs besides its own packages."""
    main = next((m for m in project.modules if entry and m.path == entry.module), None)
    site = find_site(project) if entry and entry.framework == "django" else None
    near = project.reachable(main) if main else project.modules
    modules = (*near, *(site.settings if site else ()))
    django = find_needs(project, site) if site else None
    needed = find_needed(project, modules)
    values, problems = _values(project, needed)
    names = {*manifests.conda, *(d.name for d in manifests.dependencies), *install.locked}
    if django:
        values = (*values, *(v for v in django.environ if v not in values))
        problems = (*problems, *django.problems)
    facts = (
        *_system_facts(manifests, names),
        *_environ_facts(needed, values),
        *_writing_facts(project, modules, entry),
        *_migration_facts(project, django, manifests),
        *_static_facts(django),
        Fact(key="python.memory", value=_memory(names)),
    )
    migrate = next((f.value for f in facts if f.key == "python.migrate"), ())
    start = _start(
        entry,
        django,
        migrate if isinstance(migrate, tuple) else (),
        is_own=has_database_file(modules),
    )
    return Needs(facts=facts, problems=problems, start=start)


def _system_facts(manifests: Manifests, names: set[str]) -> Iterator[Fact]:
    extras = {dependency.name: dependency.extras for dependency in manifests.dependencies}
    system = find_system_packages(sorted(names), extras, needs_git=manifests.needs_git)
    if system.build:
        yield Fact(key="python.build_packages", value=system.build)
    if system.run:
        yield Fact(key="python.run_packages", value=system.run)


def _values(
    project: Project, needed: tuple[Needed, ...]
) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """A value for what has an example or is a key of the app's own; the rest is told."""
    file, examples = find_examples(project)
    pairs, problems = [], []
    for each in needed:
        value = examples.get(each.name) or (_PLACEHOLDER if is_secret_key(each.name) else "")
        if value:
            pairs.append(f"{each.name}={value}")
            source = f"is from {file}" if each.name in examples else "is a placeholder"
            what = f"needs {each.name}; its value in the chart {source}"
        else:
            what = f"needs {each.name}, and nothing here gives it a value"
        remedy = "" if value else f"set env.{each.name} in the chart's values.yaml"
        problems.append(
            Problem(file=each.path, line=each.line, what=what, remedy=remedy, is_note=bool(value))
        )
    return tuple(pairs), tuple(problems)


def _environ_facts(needed: tuple[Needed, ...], values: tuple[str, ...]) -> Iterator[Fact]:
    if needed:
        first = Evidence(file=needed[0].path, line=needed[0].line)
        names = tuple(each.name for each in needed)
        yield Fact(key="python.env_needed", value=names, evidence=first)
    if values:
        yield Fact(key="python.env", value=values)


def _writing_facts(
    project: Project, modules: tuple[ModuleShape, ...], entry: Entry | None
) -> Iterator[Fact]:
    if entry is None:
        return
    known = FRAMEWORKS.get(entry.framework)
    writing = find_writing(project, modules)
    if writing.beside or (known and known.writes):
        yield Fact(key="python.writes_beside", value=True, evidence=writing.beside)
    elif writing.folders:
        yield Fact(key="python.writable_folders", value=writing.folders)


def _migration_facts(
    project: Project, django: DjangoNeeds | None, manifests: Manifests
) -> Iterator[Fact]:
    if django and django.has_database:
        means = "makes its tables at the start" if django.has_own_database else _YOURS
        where = Evidence(file=django.migrate[1], means=means)
        yield Fact(key="python.migrate", value=django.migrate, evidence=where)
    elif project.tree.has("alembic.ini"):
        where = Evidence(file="alembic.ini", means=_YOURS)
        yield Fact(key="python.migrate", value=("alembic", "upgrade", "head"), evidence=where)
    elif manifests.find("flask-migrate") and project.tree.has("migrations/env.py"):
        where = Evidence(file="migrations/env.py", means=_YOURS)
        yield Fact(key="python.migrate", value=("flask", "db", "upgrade"), evidence=where)


def _static_facts(django: DjangoNeeds | None) -> Iterator[Fact]:
    if django and django.collect:
        yield Fact(key="python.collect_static", value=django.collect)


def _start(
    entry: Entry | None, django: DjangoNeeds | None, migrate: tuple[str, ...], *, is_own: bool
) -> tuple[str, ...]:
    """The start after the tables are made, where the database is a file of the container's own."""
    if entry is None or not migrate or entry.start[0] == "sh":
        return ()
    if django and django.has_own_database:
        return ("sh", "-c", f"{' '.join(migrate)} && exec {join_shell(entry.start)}")
    # Flask-Migrate finds the app as the server does.
    if is_own and migrate[0] == "flask" and entry.start[0] == "gunicorn":
        if "--chdir" in entry.start:
            return ()
        target = join_shell(entry.start[-1:])
        upgrade = f"flask --app {target} {' '.join(migrate[1:])}"
        return ("sh", "-c", f"{upgrade} && exec {join_shell(entry.start)}")
    return ()


def _memory(names: set[str]) -> str:
    if names & _HEAVY:
        return "heavy"
    return "middle" if names & _MIDDLE else "light"
