"""create: scan → inspect → detect → choose → plan → apply."""

from dataclasses import replace
from pathlib import Path

from draftpy.assets import templates_folder
from draftpy.config import DRAFT_YAML, Project, load_project
from draftpy.detect import PackChoice, choose
from draftpy.errors import ConfigMissing
from draftpy.events import Reporter, Result
from draftpy.names import AppName, parse_app_name, to_app_name
from draftpy.packs.catalog import Catalog, catalog_folders, get_pack, load_catalog
from draftpy.packs.model import Pack
from draftpy.scaffold.answers import Given, fill_answers
from draftpy.scaffold.apply import Files, ScaffoldReport, apply_scaffold
from draftpy.scaffold.classic_import import (
    DRAFT_TOML,
    TASKS_TOML,
    Imported,
    import_classic,
)
from draftpy.scaffold.contents import WantedFile, chart_folder, load_templates, render_files
from draftpy.scaffold.notices import notices_of
from draftpy.scaffold.outcome import CreateOutcome, CreateRequest
from draftpy.scaffold.places import FoundApp, find_app
from draftpy.scaffold.plan import Policy, ScaffoldPlan, check_conflicts, plan_scaffold
from draftpy.scaffold.processes import Companions, compose_companions, find_companions
from draftpy.scaffold.record import RECORD, Record, next_record, parse_record, render_record
from draftpy.scaffold.screen import create_to_json, render_create
from draftpy.scaffold.updating import check_merged, plan_update
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
    record = parse_record(files.find(found.place.root, RECORD)) or Record()
    if request.update:
        _check_created(project, found.place.root)
        request = record.complete(request)
    choice = choose(
        found.detections, _wanted_pack(request, project, catalog), found.tree, found.facts
    )
    imported = _import(found.place.root, files)
    name, notices = _app_name(request, project, found.place.root, imported)
    companions = _find_companions(request, choice, found, tree)
    port = request.port or companions.port
    given = Given(app=name, port=port, variables=dict(request.variables))
    answers = fill_answers(choice.pack, found.facts, given, choice.companion)
    has_chart = _has_chart(found.place.root, files, chart_folder(answers), record)
    imported = replace(
        imported, keeps_chart=bool(imported.name) and has_chart and not request.force
    )
    answers = replace(answers, companions=companions, imported=imported)
    notices += tuple(notices_of(choice, found.facts, answers, request.port))
    wanted = render_files(choice.pack, answers, load_templates(choice.pack, templates_folder()))
    plan = _plan(request, wanted, found.place.root, files, record)
    report = ScaffoldReport()
    if not request.dry_run:
        check_conflicts(plan)
        report = apply_scaffold(plan, found.place.root, files)
        _remember(next_record(record, request, wanted, plan), found.place.root, files)
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
    check_merged(plan)
    return outcome


def _has_project(root: Path) -> bool:
    return (root / DRAFT_YAML).exists()


def _import(root: Path, files: Files) -> Imported:
    return import_classic(files.find(root, DRAFT_TOML), files.find(root, TASKS_TOML))


def _has_chart(root: Path, files: Files, folder: str, record: Record) -> bool:
    """Whether there is a chart that create did not write."""
    path = f"{folder}/Chart.yaml"
    return path not in record.texts and files.find(root, path) is not None


def _wanted_pack(request: CreateRequest, project: Project | None, catalog: Catalog) -> Pack | None:
    """The pack of the flag, else the one that created the project."""
    if request.pack:
        return get_pack(catalog, request.pack)
    recorded = project.apps[0].pack if project else ""
    return catalog.get(recorded) if recorded else None


def _app_name(
    request: CreateRequest, project: Project | None, root: Path, imported: Imported
) -> tuple[AppName, tuple[str, ...]]:
    """The name of the flag, else the project's, else one made of the folder's name."""
    if request.name:
        return parse_app_name(request.name), ()
    if project:
        return project.app, ()
    if imported.name:
        return parse_app_name(imported.name), ()
    name = to_app_name(root.name)
    if name == root.name:
        return name, ()
    return name, (f"the app is named {name}, after the folder {root.name!r}",)


def _find_companions(
    request: CreateRequest, choice: PackChoice, found: FoundApp, tree: SourceTree
) -> Companions:
    """What runs beside the app; a compose file is asked only where the user says so."""
    ecosystem = (choice.companion or choice.pack).facts
    listed = find_companions(found.facts, ecosystem)
    if not request.from_compose:
        return listed
    return replace(compose_companions(tree, found.place.folder), migrations=listed.migrations)


def _plan(
    request: CreateRequest,
    wanted: tuple[WantedFile, ...],
    root: Path,
    files: Files,
    record: Record,
) -> ScaffoldPlan:
    found = ((file.path, files.find(root, file.path)) for file in wanted)
    existing = {path: content for path, content in found if content is not None}
    if request.update:
        return plan_update(wanted, existing, record.texts)
    is_created = _has_project(root) and not request.is_specific
    return plan_scaffold(wanted, existing, Policy(force=request.force, is_created=is_created))


def _check_created(project: Project | None, root: Path) -> None:
    if project is None:
        raise ConfigMissing(
            f"there is no {DRAFT_YAML} in {root}, so nothing to update", remedy="draftpy create"
        )


def _remember(record: Record, root: Path, files: Files) -> None:
    text = render_record(record)
    if files.find(root, RECORD) != text:
        files.write(root, RECORD, text)
