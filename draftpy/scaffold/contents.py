"""Pack and answers → the files that a project should have, as text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from draftpy.config import DEFAULT_ENVIRONMENT
from draftpy.errors import PackInvalid
from draftpy.packs.model import Pack
from draftpy.packs.texts import read_pack_texts, read_texts
from draftpy.render import render, to_exec_form
from draftpy.scaffold.answers import Answers
from draftpy.scaffold.development import render_dev
from draftpy.scaffold.processes import companion_values
from draftpy.scaffold.values import merge_values, render_scalar
from draftpy.yaml_lines import YamlBroken

DOCKERFILE = "Dockerfile"
DOCKERIGNORE = ".dockerignore"
DRAFT_YAML = "draft.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """The text of every template: the pack's files, the shared chart's and the shared ones."""

    pack: Mapping[str, str]
    chart: Mapping[str, str]
    shared: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFile:
    """A file that a project should have; `may_merge`: existing lines stay.

    `is_users`: it is the user's own and is only named, never written.
    """

    path: str
    text: str
    may_merge: bool = False
    is_users: bool = False


def load_templates(pack: Pack, templates_folder: Path) -> Templates:
    """Read the pack's and the shared templates; raises PackInvalid."""
    return Templates(
        pack=read_pack_texts(pack),
        chart=read_texts(templates_folder / "chart"),
        shared={
            name: text for name, text in read_texts(templates_folder).items() if "/" not in name
        },
    )


def render_files(pack: Pack, answers: Answers, templates: Templates) -> tuple[WantedFile, ...]:
    """Everything that create writes, in the order of writing.

    The Dockerfile comes last, after draft.yaml: a run that was cut off is then never taken for
    an app that brought its own Dockerfile.
    """
    names = answers.as_names()
    outputs = [
        WantedFile(
            path=_checked_path(pack, _render_text(output.path, names)),
            text=templates.pack[output.template]
            if output.is_plain
            else render(templates.pack, output.template, names),
        )
        for output in pack.outputs
        if _render_text(output.path, names)
    ]
    lines = [line for line in (_render_text(given, names) for given in pack.dockerignore) if line]
    ignored = render(templates.shared, "dockerignore.j2", {"lines": lines})
    draft = render(templates.shared, "draft.yaml.j2", _draft_names(pack, answers))
    kept = [_checked_path(pack, _render_text(path, names)) for path in pack.keeps]
    return (
        *(WantedFile(path=path, text="", is_users=True) for path in kept),
        WantedFile(path=DOCKERIGNORE, text=ignored, may_merge=True),
        *(() if answers.imported.keeps_chart else _chart_files(pack, answers, templates)),
        WantedFile(path=DRAFT_YAML, text=draft),
        *sorted(outputs, key=lambda file: file.path == DOCKERFILE),
    )


def _draft_names(pack: Pack, answers: Answers) -> dict[str, Any]:
    """What the template of draft.yaml sees; values are as they stand there."""
    environments = {
        name: {key: _one_line(value) for key, value in keys.items()}
        for name, keys in answers.imported.environments.items()
    }
    dev = render_dev(pack, answers.as_names())
    return {
        "name": str(answers.app),
        "pack": pack.label,
        "dockerfile": answers.variables.get("path", DOCKERFILE),
        "dev": {key: _one_line(value) for key, value in dev.items()},
        "own": environments.pop(str(DEFAULT_ENVIRONMENT), {}),
        "others": environments,
    }


def chart_folder(answers: Answers) -> str:
    """Where the chart goes."""
    return f"charts/{answers.app}"


def _chart_files(pack: Pack, answers: Answers, templates: Templates) -> list[WantedFile]:
    texts = _own_chart(pack, answers, templates) if pack.chart else dict(templates.chart)
    if not pack.chart:
        # Only the name differs; the templates hold another language's braces and stay as they are.
        texts["Chart.yaml"] = texts["Chart.yaml"].replace(
            "name: app\ndescription: Runs app",
            f"name: {answers.app}\ndescription: Runs {answers.app}",
        )
        texts["values.yaml"] = _values_text(pack, answers, templates)
    folder = chart_folder(answers)
    return [WantedFile(path=f"{folder}/{name}", text=texts[name]) for name in sorted(texts)]


def _own_chart(pack: Pack, answers: Answers, templates: Templates) -> dict[str, str]:
    """The pack's own chart, as it is but for its name."""
    start = f"{pack.chart}/"
    texts = {
        path.removeprefix(start): text
        for path, text in templates.pack.items()
        if path.startswith(start)
    }
    texts["Chart.yaml"] = re.sub(
        r"^name:.*$", f"name: {answers.app}", texts["Chart.yaml"], count=1, flags=re.MULTILINE
    )
    return texts


def _values_text(pack: Pack, answers: Answers, templates: Templates) -> str:
    names = answers.as_names()
    layers = [
        templates.chart["values.yaml"],
        *(render(templates.pack, name, names) for name in pack.values),
    ]
    try:
        return merge_values(tuple(layers), _own_values(answers))
    except YamlBroken as error:
        raise PackInvalid(
            f"{' or '.join(pack.values)} of pack {pack.name} is not valid YAML",
            evidence=error.problem,
            remedy=f"mend it in {pack.folder}",
        ) from error


def _own_values(answers: Answers) -> dict[str, Any]:
    """What the facts say about the chart's values."""
    port = {"name": "http", "containerPort": answers.port, "servicePort": 80}
    own: dict[str, Any] = {
        "image": {"repository": str(answers.app)},
        "kind": str(answers.kind),
        "ports": [port] if answers.port else [],
    }
    if answers.health_path:
        own["probes"] = {"path": answers.health_path}
    return {**own, **companion_values(answers.companions, answers.port)}


def _render_text(text: str, names: Mapping[str, Any]) -> str:
    return render({"path": text}, "path", names) if "{" in text else text


def _one_line(value: Any) -> str:
    """A value of draft.yaml; lists of words as they stand in Dockerfiles."""
    return to_exec_form(value) if isinstance(value, list) else render_scalar(value)


def _checked_path(pack: Pack, path: str) -> str:
    """The path, if it stays inside the project."""
    parts = PurePosixPath(path).parts
    is_bad = not parts or path.startswith("/") or "\\" in path or "\0" in path
    if is_bad or ".." in parts or parts[0] == ".git":
        raise PackInvalid(
            f"pack {pack.name} would write {path!r}, which is outside the project",
            remedy=f"mend `files:` in {pack.folder}/pack.yaml",
        )
    return str(PurePosixPath(path))
