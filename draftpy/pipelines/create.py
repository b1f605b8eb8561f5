"""create: scan → inspect → detect → choose → plan → apply."""

import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from draftpy.assets import templates_folder
from draftpy.config import DRAFT_YAML, Project, load_project
from draftpy.detect import PackChoice, choose
from draftpy.events import Reporter, Result
from draftpy.inspectors.facts import Facts
from draftpy.names import AppName, parse_app_name, to_app_name
from draftpy.packs.catalog import Catalog, catalog_folders, get_pack, load_catalog
from draftpy.packs.model import Pack
from draftpy.scaffold.answers import Answers, Given, fill_answers
from draftpy.scaffold.apply import Files, ScaffoldReport, apply_scaffold
from draftpy.scaffold.contents import chart_folder, load_templates, render_files
from draftpy.scaffold.outcome import CreateOutcome, CreateRequest
from draftpy.scaffold.places import FoundApp, find_app
from draftpy.scaffold.plan import Policy, ScaffoldPlan, check_conflicts, plan_scaffold
from draftpy.scaffold.processes import Companions, compose_companions, find_companions
from draftpy.scaffold.screen import create_to_json, render_create
from draftpy.source import SourceTree, load_source


def create(request: CreateRequest, files: Files, reporter: Reporter) -> CreateOutcome:
    """Make a source folder ready for `up`, and report it as a Result.

    Raises SourceMissing, NothingDetected, UnknownPack, PackInvalid, NameInvalid, ConfigInvalid,
    Conflict, WriteFailed; up to and with Conflict nothing has been written.
    """
    root = request.root.resolve()
    tree = load_source(root)
    catalog = load_catalog(catalog_folders(request.user_packs, root))
    look_below = not request.pack and not _has_project(root)
    found = find_app(tree, catalog.packs, folder=request.folder, look_below=look_below)
    project = load_project(found.place.root) if _has_project(found.place.root) else None
    choice = choose(found.detections, _wanted_pack(request, project, catalog), found.tree)
    name, notices = _app_name(request, project, found.place.root)
    notices += _port_notices(request, choice.pack, found.facts)
    companions = _find_companions(request, choice, found, tree)
    port = request.port or companions.port
    given = Given(app=name, port=port, variables=dict(request.variables))
    answers = fill_answers(choice.pack, found.facts, given, choice.companion)
    answers = replace(answers, companions=companions)
    notices += (*_no_port_notices(choice, answers), *_companion_notices(answers))
    plan = _plan(request, choice.pack, answers, found.place.root, files)
    report = ScaffoldReport()
    if not request.dry_run:
        check_conflicts(plan)
        report = apply_scaffold(plan, found.place.root, files)
    outcome = CreateOutcome(
        request=request,
        place=found.place,
        choice=choice,
        facts=found.facts,
        answers=answers,
        plan=plan,
        report=report,
        notices=notices,
    )
    reporter.report(Result(text=render_create(outcome), body=create_to_json(outcome)))
    return outcome


def _has_project(root: Path) -> bool:
    return (root / DRAFT_YAML).exists()


def _wanted_pack(request: CreateRequest, project: Project | None, catalog: Catalog) -> Pack | None:
    """The pack of the flag, else the one that created the project."""
    if request.pack:
        return get_pack(catalog, request.pack)
    recorded = project.apps[0].pack if project else ""
    return catalog.get(recorded) if recorded else None


def _app_name(
    request: CreateRequest, project: Project | None, root: Path
) -> tuple[AppName, tuple[str, ...]]:
    """The name of the flag, else the project's, else one made of the folder's name."""
    if request.name:
        return parse_app_name(request.name), ()
    if project:
        return project.app, ()
    name = to_app_name(root.name)
    if name == root.name:
        return name, ()
    return name, (f"the app is named {name}, after the folder {root.name!r}",)


def _port_notices(request: CreateRequest, pack: Pack, facts: Facts) -> tuple[str, ...]:
    """Whether the source pins another port than the one asked for."""
    pinned = facts.find(f"{pack.facts}.port")
    if not request.port or pinned is None or pinned.value == request.port:
        return ()
    if pinned.evidence is None or facts.find(f"{pack.facts}.port_variable"):
        return ()
    where = f"{pinned.evidence.place} says {pinned.value}"
    return (f"{where}, --port says {request.port}: make them equal",)


def _find_companions(
    request: CreateRequest, choice: PackChoice, found: FoundApp, tree: SourceTree
) -> Companions:
    """What runs beside the app; a compose file is asked only where the user says so."""
    ecosystem = (choice.companion or choice.pack).facts
    listed = find_companions(found.facts, ecosystem)
    if not request.from_compose:
        return listed
    return replace(compose_companions(tree, found.place.folder), migrations=listed.migrations)


def _companion_notices(answers: Answers) -> Iterator[str]:
    companions = answers.companions
    yield from companions.notices
    if companions.migrations:
        command = shlex.join(companions.migrations)
        where = f"{chart_folder(answers)}/values.yaml"
        yield f"{command} is not run unless migrations.enabled is set in {where}"


def _no_port_notices(choice: PackChoice, answers: Answers) -> tuple[str, ...]:
    """An app with a Dockerfile that says no port may listen all the same."""
    path = answers.variables.get("path")
    if answers.port or not path or choice.pack.facts != "dockerfile":
        return ()
    told = "add EXPOSE PORT to it, or draftpy create --port PORT"
    return (f"{path} exposes no port, so there is nothing to forward; {told}",)


def _plan(
    request: CreateRequest, pack: Pack, answers: Answers, root: Path, files: Files
) -> ScaffoldPlan:
    wanted = render_files(pack, answers, load_templates(pack, templates_folder()))
    found = ((file.path, files.find(root, file.path)) for file in wanted)
    existing = {path: content for path, content in found if content is not None}
    is_created = _has_project(root) and not request.is_specific
    return plan_scaffold(wanted, existing, Policy(force=request.force, is_created=is_created))
