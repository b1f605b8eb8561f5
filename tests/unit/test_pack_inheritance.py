"""Packs that extend others, variables that are checked, charts of their own."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from draftpy.adapters.files import DiskFiles
from draftpy.errors import PackInvalid, UnknownPack, UsageError
from draftpy.packs.catalog import Catalog, catalog_folders, load_catalog
from draftpy.pipelines.create import create
from draftpy.scaffold.outcome import CreateOutcome, CreateRequest
from tests.support.reporter import ListReporter
from tests.support.source import write_files

FLASK = {"requirements.txt": "flask\n", "app.py": "from flask import Flask\napp = Flask('x')\n"}


def pack_at(root: Path, name: str, body: dict[str, Any], **files: str) -> None:
    doc = {"format": 1, "name": name, "version": 1, **body}
    texts = {key.replace("__", "."): text for key, text in files.items()}
    write_files(root / name, {"pack.yaml": yaml.safe_dump(doc), **texts})


def catalog(root: Path) -> Catalog:
    return load_catalog(catalog_folders(root / "packs", root))


def run(root: Path, **options: Any) -> CreateOutcome:
    app = write_files(root / "app", FLASK)
    request = CreateRequest(root=app, user_packs=root / "packs", **options)
    return create(request, DiskFiles(), ListReporter())


def test_pack_that_extends_has_what_it_leaves_out(tmp_path: Path) -> None:
    pack_at(tmp_path / "packs", "ours", {"extends": "python", "dockerignore": ["secrets"]})
    found = catalog(tmp_path)
    ours, python = found.get("ours"), found.get("python")
    assert (ours.title, ours.rules, ours.variables) == (
        python.title,
        python.rules,
        python.variables,
    )
    assert ours.dockerignore == (*python.dockerignore, "secrets")
    assert ours.folder != python.folder


def test_files_of_the_base_are_used_and_replaced_one_by_one(tmp_path: Path) -> None:
    template = '{% include "base/Dockerfile.j2" %}LABEL team=ours\n'
    pack_at(tmp_path / "packs", "ours", {"extends": "python"}, Dockerfile__j2=template)
    assert run(tmp_path).choice.pack.name == "ours"
    text = (tmp_path / "app" / "Dockerfile").read_text()
    assert text.startswith("# Written by draftpy create")
    assert text.endswith("LABEL team=ours\n")


def test_values_are_laid_over_those_of_the_base(tmp_path: Path) -> None:
    static = {"extends": "static", "values": "values.yaml"}
    pack_at(tmp_path / "packs", "ours", static, values__yaml="env: {A: b}\n")
    write_files(tmp_path / "app", {"index.html": ""})
    request = CreateRequest(root=tmp_path / "app", user_packs=tmp_path / "packs", pack="ours")
    create(request, DiskFiles(), ListReporter())
    values = yaml.safe_load((tmp_path / "app/charts/app/values.yaml").read_text())
    base = yaml.safe_load((catalog(tmp_path).get("static").folder / "values.yaml").read_text())
    assert values["env"] == {"A": "b"}
    assert base.items() <= values.items()


def test_variable_of_the_base_keeps_its_type(tmp_path: Path) -> None:
    pack_at(
        tmp_path / "packs",
        "ours",
        {"extends": "python", "variables": {"added": {"default": ["x"]}}},
    )
    added = next(v for v in catalog(tmp_path).get("ours").variables if v.name == "added")
    assert (added.type, added.default) == ("list", ("x",))


def test_pack_may_extend_the_one_whose_name_it_has(tmp_path: Path) -> None:
    pack_at(tmp_path / "packs", "python", {"extends": "python", "title": "Our Python"})
    assert catalog(tmp_path).get("python").title == "Our Python"


@pytest.mark.parametrize("base", ["gone", "ours", "b"])
def test_base_that_is_not_there_or_leads_back(tmp_path: Path, base: str) -> None:
    pack_at(tmp_path / "packs", "ours", {"extends": base})
    pack_at(tmp_path / "packs", "b", {"extends": "ours"})
    with pytest.raises(PackInvalid, match="there is no other pack"):
        catalog(tmp_path)


REGION = {"type": "text", "pattern": "[a-z]+-[0-9]", "prompt": "which region is it for?"}
SIZE = {"type": "number", "default": 1, "choices": [1, 2]}


def with_variables(root: Path, **variables: Any) -> None:
    body = {"extends": "python", "variables": variables}
    template = "FROM a\nLABEL region={{ region }} size={{ size }}\n"
    pack_at(root / "packs", "ours", body, Dockerfile__j2=template)


def test_variables_that_the_user_sets(tmp_path: Path) -> None:
    with_variables(tmp_path, region=REGION, size=SIZE)
    run(tmp_path, pack="ours", variables=(("region", "eu-1"), ("size", "2")))
    assert "LABEL region=eu-1 size=2\n" in (tmp_path / "app" / "Dockerfile").read_text()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("region", "Europe", "must match"),
        ("size", "3", "must be one of 1, 2"),
        ("size", "big", "this is no number"),
        ("sise", "1", "has no variable 'sise'"),
    ],
)
def test_variable_that_is_not_allowed(tmp_path: Path, name: str, text: str, message: str) -> None:
    with_variables(tmp_path, region={**REGION, "default": "eu-1"}, size=SIZE)
    with pytest.raises(UsageError, match=message):
        run(tmp_path, pack="ours", variables=((name, text),))


def test_missing_variable_is_asked_for_by_its_prompt(tmp_path: Path) -> None:
    with_variables(tmp_path, region=REGION, size=SIZE)
    with pytest.raises(PackInvalid, match="which region is it for") as caught:
        run(tmp_path, pack="ours")
    assert "--set region=VALUE" in caught.value.remedy


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ({"pattern": "["}, "is no regular expression"),
        ({"default": "x", "pattern": "y"}, "must match y"),
        ({"default": "x", "choices": ["a"]}, "must be one of a"),
        ({"promt": "x"}, "unknown key"),
    ],
)
def test_variable_that_contradicts_itself(
    tmp_path: Path, variable: dict[str, Any], message: str
) -> None:
    with_variables(tmp_path, region=variable)
    with pytest.raises(PackInvalid, match=message):
        catalog(tmp_path)


def test_chart_of_its_own_is_used_as_it_is(tmp_path: Path) -> None:
    chart = {"c/Chart.yaml": "name: x\nversion: 1.0.0\n", "c/values.yaml": "a: 1 # mine\n"}
    pack_at(tmp_path / "packs", "ours", {"extends": "python", "chart": "c"})
    write_files(tmp_path / "packs" / "ours", {**chart, "c/templates/x.yaml": "{{ .Values.a }}"})
    run(tmp_path, pack="ours")
    made = tmp_path / "app" / "charts" / "app"
    assert (made / "Chart.yaml").read_text() == "name: app\nversion: 1.0.0\n"
    assert (made / "values.yaml").read_text() == "a: 1 # mine\n"
    assert not (made / "templates" / "deployment.yaml").exists()


CLASSIC = {
    "Dockerfile": "FROM {{ not jinja\n",
    ".dockerignore": "*.tmp\n",
    "README.md": "",
    "tasks.toml": '[pre-up]\nhi = "echo hi"\n',
    "bin/run": "x\n",
    "charts/Chart.yaml": "name: go\nversion: 0.1.0\n",
    "charts/values.yaml": "replicaCount: 1\n",
    "charts/templates/deployment.yaml": "{{ .Values.replicaCount }}\n",
}


def test_pack_of_draft_classic_is_used_as_it_is(tmp_path: Path) -> None:
    write_files(tmp_path / "packs" / "Go", CLASSIC)
    run(tmp_path, pack=str(tmp_path / "packs" / "Go"))
    app = tmp_path / "app"
    assert (app / "Dockerfile").read_text() == "FROM {{ not jinja\n"
    assert (app / "charts/app/Chart.yaml").read_text() == "name: app\nversion: 0.1.0\n"
    assert (
        app / "charts/app/templates/deployment.yaml"
    ).read_text() == "{{ .Values.replicaCount }}\n"
    assert "*.tmp" in (app / ".dockerignore").read_text().splitlines()
    assert (app / ".draft-tasks.toml").read_text() == CLASSIC["tasks.toml"]
    assert (app / "bin/run").is_file()


def test_pack_of_draft_classic_has_a_name(tmp_path: Path) -> None:
    write_files(tmp_path / "packs" / "Erlang", CLASSIC)
    assert catalog(tmp_path).get("user/erlang").title == "Erlang"


def test_pack_whose_name_stands_in_two_repositories(tmp_path: Path) -> None:
    found = catalog(tmp_path)
    python = found.get("python")
    with pytest.raises(UnknownPack, match="several packs are named python") as caught:
        Catalog(packs=(*found.packs, python)).get("python")
    assert caught.value.evidence == "built-in/python\nbuilt-in/python"
