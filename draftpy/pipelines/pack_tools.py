"""Make a pack, check it, try it on apps."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from draftpy.assets import templates_folder
from draftpy.detect import detect
from draftpy.errors import Conflict, DraftError, PackInvalid
from draftpy.events import Reporter, Result
from draftpy.inspectors.registry import inspect_source
from draftpy.names import to_app_name
from draftpy.packs.catalog import Catalog
from draftpy.packs.model import Pack
from draftpy.packs.repositories import name_of
from draftpy.packs.texts import read_texts
from draftpy.render import render
from draftpy.scaffold.answers import Given, fill_answers
from draftpy.scaffold.apply import Files
from draftpy.scaffold.contents import DOCKERFILE, load_templates, render_files
from draftpy.scaffold.pack_checks import check_dockerfile, check_pack
from draftpy.scaffold.screen import describe_app
from draftpy.source import load_source


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """How a pack did on one app."""

    app: str
    text: str
    is_good: bool


def new_pack(folder: Path, extends: str, files: Files, reporter: Reporter) -> None:
    """Write a pack to begin with; raises UsageError, Conflict if there is one."""
    name = name_of("", folder.name)
    names = {"name": name, "title": name.capitalize(), "extends": extends}
    texts = read_texts(templates_folder() / "pack")
    made = {path: render(texts, path, names) for path in texts}
    outputs = {"pack.yaml": made["pack.yaml.j2"], "Dockerfile.j2": made["Dockerfile.j2"]}
    root = next(parent for parent in folder.parents if parent.is_dir())
    inside = folder.relative_to(root)
    for path in outputs:
        if files.find(root, f"{inside}/{path}") is not None:
            raise Conflict(f"{folder / path} is there already", remedy="name another folder")
    for path, text in outputs.items():
        files.write(root, f"{inside}/{path}", text.encode())
    told = f"made {folder}\nnext: draftpy packs check {folder}; draftpy create --pack {folder}"
    reporter.report(Result(text=told, body={"folder": str(folder), "files": sorted(outputs)}))


def check(pack: Pack, reporter: Reporter) -> None:
    """Tell what is wrong with a pack; raises PackInvalid if anything must be mended."""
    findings = check_pack(pack, load_templates(pack, templates_folder()))
    advice = [finding.what for finding in findings if finding.is_advice]
    errors = [finding.what for finding in findings if not finding.is_advice]
    if errors:
        raise PackInvalid(
            f"pack {pack.name} has {len(errors)} mistake{'s' if len(errors) > 1 else ''}",
            evidence="\n".join([*errors, *(f"advice: {what}" for what in advice)]),
            remedy=f"mend {pack.folder}",
        )
    lines = [f"{pack.label} is fine", *(f"advice: {what}" for what in advice)]
    body = {"pack": pack.label, "errors": errors, "advice": advice}
    reporter.report(Result(text="\n".join(lines), body=body))


def try_pack(pack: Pack, apps: tuple[Path, ...], catalog: Catalog, reporter: Reporter) -> None:
    """Detect and render each app with the pack; write nothing; raises PackInvalid if one fails."""
    if not apps:
        raise PackInvalid(
            f"there is no app to try {pack.name} on",
            evidence=f"looked in {pack.folder / 'examples'}",
            remedy=f"draftpy packs test {pack.folder} APP",
        )
    others = tuple(p for p in catalog.packs if p.folder != pack.folder and p.name != pack.name)
    trials = [_try(pack, app, others) for app in apps]
    bad = [f"{trial.app}: {trial.text}" for trial in trials if not trial.is_good]
    if bad:
        raise PackInvalid(
            f"pack {pack.name} fails on {len(bad)} of {len(trials)} apps",
            evidence="\n".join(bad),
            remedy=f"mend {pack.folder}; draftpy detect APP shows the facts",
        )
    text = "\n".join(f"ok  {trial.app}  {trial.text}" for trial in trials)
    reporter.report(Result(text=text, body={"trials": [_trial_to_json(t) for t in trials]}))


def _try(pack: Pack, app: Path, others: tuple[Pack, ...]) -> Trial:
    try:
        tree = load_source(app)
        facts = inspect_source(tree)
        ranked = detect(tree, facts, (*others, pack)).ranked
        given = Given(app=to_app_name(app.name))
        answers = fill_answers(pack, facts, given)
        files = render_files(pack, answers, load_templates(pack, templates_folder()))
    except DraftError as error:
        return Trial(app=app.name, text=f"{error.what}: {error.evidence}", is_good=False)
    if pack.rules and (not ranked or ranked[0].pack != pack):
        best = f"{ranked[0].pack.label} fits better" if ranked else "it is not recognised"
        return Trial(app=app.name, text=best, is_good=False)
    wrong = [
        finding.what
        for file in files
        if file.path == DOCKERFILE
        for finding in check_dockerfile(file.text)
        if not finding.is_advice
    ]
    text = "; ".join(wrong) or describe_app(pack, facts, answers)
    return Trial(app=app.name, text=text, is_good=not wrong)


def _trial_to_json(trial: Trial) -> dict[str, Any]:
    return {"app": trial.app, "text": trial.text, "ok": trial.is_good}
