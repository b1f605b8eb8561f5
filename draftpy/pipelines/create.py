"""create: scan → inspect → detect → choose → plan → apply."""

from dataclasses import dataclass, replace
from pathlib import Path
from posixpath import normpath

from draftpy.assets import templates_folder
from draftpy.config import DRAFT_YAML, Project, load_project
from draftpy.detect import PackChoice, choose
from draftpy.errors import ConfigMissing
from draftpy.events import Reporter, Result
from draftpy.names import AppName, parse_app_name, to_app_name
from draftpy.packs.catalog import Catalog, catalog_folders, get_pack, load_catalog
from draftpy.packs.model import Pack
from draftpy.scaffold.answers import Answers, Given, fill_answers
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
from draftpy.source import load_source


def create(request: CreateRequest, files: Files, reporter: Reporter) -> CreateOutcome:
    """Make a source folder ready for `up`, and report it as a Result.

    Raises SourceMissing, NothingDetected, UnknownPack, PackInvalid, NameInvalid, ConfigInvalid,
    Conflict, WriteFailed; up to and with Conflict nothing has been written.
    """
    tree = load_source(request.root.resolve())
    catalog = load_catalog(catalog_folders(request.user_packs, tree.root))
    last = parse_record(files.find(tree.root, RECORD)) or Record()
    folder = normpath(request.folder) if request.folder else last.folder
    look_below = not request.pack and not (tree.root / DRAFT_YAML).exists()
    found = find_app(tree, catalog.packs, folder=folder, look_below=look_below)
    is_member = found.place.root == tree.root and folder != "."
    request = replace(request, folder=folder if is_member else "")
    standing = _look_at(found.place.root, files)
    if request.update:
        request = _completed(request, standing)
    wanted_pack = _wanted_pack(request, standing.project, catalog)
    choice = choose(found.detections, wanted_pack, found.tree, found.facts)
    name, notices = _app_name(request, standing)
    answers = _answer(request, name, choice, found, standing)
    notices += tuple(notices_of(choice, found.facts, answers, request.port))
    wanted = render_files(choice.pack, answers, load_templates(choice.pack, templates_folder()))
    plan = _plan(request, wanted, standing)
    report = ScaffoldReport()
    if not request.dry_run:
        check_conflicts(plan)
        report = apply_scaffold(plan, standing.root, files)
        standing.remember(next_record(standing.record, request, wanted, plan))
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """What stands in the app's folder already."""

    root: Path
    files: Files
    project: Project | None
    record: Record
    imported: Imported

    def has_foreign(self, path: str) -> bool:
        """Whether there is a file that create did not write."""
        return path not in self.record.texts and self.files.find(self.root, path) is not None

    def remember(self, record: Record) -> None:
        """Keep the record for the next `--update`."""
        text = render_record(record)
        if self.files.find(self.root, RECORD) != text:
            self.files.write(self.root, RECORD, text)


def _look_at(root: Path, files: Files) -> _Standing:
    return _Standing(
        root=root,
        files=files,
        project=load_project(root) if (root / DRAFT_YAML).exists() else None,
        record=parse_record(files.find(root, RECORD)) or Record(),
        imported=import_classic(files.find(root, DRAFT_TOML), files.find(root, TASKS_TOML)),
    )


def _completed(request: CreateRequest, standing: _Standing) -> CreateRequest:
    """The request with the flags of the last create; raises ConfigMissing."""
    if standing.project is None:
        raise ConfigMissing(
            f"there is no {DRAFT_YAML} in {standing.root}, so nothing to update",
            remedy="draftpy create",
        )
    return standing.record.complete(request)


def _answer(
    request: CreateRequest,
    name: AppName,
    choice: PackChoice,
    found: FoundApp,
    standing: _Standing,
) -> Answers:
    companions = _find_companions(request, choice, found)
    port = request.port or companions.port
    given = Given(app=name, port=port, variables=dict(request.variables))
    answers = fill_answers(choice.pack, found.facts, given, choice.companion)
    imported = standing.imported
    is_classic = bool(imported.name) and not request.force
    keeps_chart = is_classic and standing.has_foreign(f"{chart_folder(answers)}/Chart.yaml")
    return replace(
        answers, companions=companions, imported=replace(imported, keeps_chart=keeps_chart)
    )


def _wanted_pack(request: CreateRequest, project: Project | None, catalog: Catalog) -> Pack | None:
    """The pack of the flag, else the one that created the project."""
    if request.pack:
        return get_pack(catalog, request.pack)
    recorded = project.apps[0].pack if project else ""
    return catalog.get(recorded) if recorded else None


def _app_name(request: CreateRequest, standing: _Standing) -> tuple[AppName, tuple[str, ...]]:
    """The name of the flag, else the project's, else one made of the folder's name."""
    if request.name:
        return parse_app_name(request.name), ()
    if standing.project:
        return standing.project.app, ()
    if standing.imported.name:
        return parse_app_name(standing.imported.name), ()
    name = to_app_name(standing.root.name)
    if name == standing.root.name:
        return name, ()
    return name, (f"the app is named {name}, after the folder {standing.root.name!r}",)


def _find_companions(request: CreateRequest, choice: PackChoice, found: FoundApp) -> Companions:
    """What runs beside the app; a compose file is asked only where the user says so."""
    ecosystem = (choice.companion or choice.pack).facts
    listed = find_companions(found.facts, ecosystem)
    if not request.from_compose:
        return listed
    whole = load_source(request.root.resolve())
    return replace(compose_companions(whole, found.place.folder), migrations=listed.migrations)


def _plan(
    request: CreateRequest, wanted: tuple[WantedFile, ...], standing: _Standing
) -> ScaffoldPlan:
    found = ((file.path, standing.files.find(standing.root, file.path)) for file in wanted)
    existing = {path: content for path, content in found if content is not None}
    if request.update:
        return plan_update(wanted, existing, standing.record.texts)
    is_other = request.folder != standing.record.folder
    is_created = standing.project is not None and not (request.is_specific or is_other)
    return plan_scaffold(wanted, existing, Policy(force=request.force, is_created=is_created))
