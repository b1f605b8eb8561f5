from pathlib import Path
from typing import Any

import pytest
import yaml

from draftpy.config import Overrides, parse_project, resolve_environment
from draftpy.dev_settings import DevSettings
from draftpy.errors import PackInvalid
from draftpy.inspectors.facts import AppKind
from draftpy.names import AppName
from draftpy.packs.format import parse_pack
from draftpy.packs.model import Pack
from draftpy.scaffold.answers import Answers
from draftpy.scaffold.contents import Templates, render_files
from draftpy.scaffold.development import render_dev

HEAD = "format: 1\nname: mine\nversion: 1\ntitle: M\ndescription: d\nfiles: {}\n"
SHARED = Path(__file__).parents[2] / "templates"


def make_pack(**development: Any) -> Pack:
    text = HEAD + yaml.safe_dump({"development": development})
    return parse_pack(text, Path("/packs/mine"), "path")


def written_dev(pack: Pack) -> DevSettings | None:
    """The settings of the draft.yaml that create writes."""
    answers = Answers(
        app=AppName("hello"),
        kind=AppKind.WEB,
        port=8080,
        port_variable="",
        health_path="",
        variables={},
    )
    shared = {path.name: path.read_text() for path in SHARED.glob("*.j2")}
    chart = {"Chart.yaml": "name: app\n", "values.yaml": "a: 1\n"}
    files = render_files(pack, answers, Templates(pack={}, chart=chart, shared=shared))
    draft = next(file.text for file in files if file.path == "draft.yaml")
    project = parse_project(draft, Path("/project"))
    overrides = Overrides(flags={}, environ={}, user={})
    return resolve_environment(project, "", overrides).dev


def test_texts_are_filled_in() -> None:
    pack = make_pack(build=["go", "build", "-o", "/out/{{ name }}"])
    assert render_dev(pack, {"name": "hello"})["build"] == ["go", "build", "-o", "/out/hello"]


def test_what_becomes_empty_is_left_out() -> None:
    pack = make_pack(target="{{ stage }}", build=["a", "{{ stage }}"], rebuild=["{{ stage }}"])
    assert render_dev(pack, {"stage": ""}) == {"build": ["a"]}


@pytest.mark.parametrize("restart", ["later", "{{ how }}"])
def test_a_wrong_value_is_the_packs_mistake(restart: str) -> None:
    with pytest.raises(PackInvalid, match=r"development\.restart must be one of exec"):
        render_dev(make_pack(restart=restart), {"how": "sometimes"})


def test_create_writes_what_up_reads() -> None:
    pack = make_pack(
        target="development",
        build=["go", "build", "-ldflags=-s -w", "-o", "/out/{{ name }}"],
        run="/out/{{ name }} --name 'a b'",
        sync=["src:/app: odd"],
    )
    assert written_dev(pack) == DevSettings(
        target="development",
        build=("go", "build", "-ldflags=-s -w", "-o", "/out/hello"),
        run=("/out/hello", "--name", "a b"),
        sync=("src:/app: odd",),
    )


def test_a_pack_without_it_leaves_draft_yaml_short() -> None:
    assert written_dev(make_pack()) == DevSettings()
    assert written_dev(make_pack(sync=False)) == DevSettings(sync_off=True)
