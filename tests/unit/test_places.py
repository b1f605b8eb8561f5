"""Which folder of a tree holds the app."""

from pathlib import Path

import pytest

from draftpy.assets import packs_folder
from draftpy.errors import SourceMissing
from draftpy.packs.catalog import PackFolder, load_catalog
from draftpy.scaffold.places import FoundApp, find_app
from tests.support.source import make_source

PACKS = load_catalog([PackFolder(origin="built-in", path=packs_folder())]).packs
FLASK = {"requirements.txt": "flask\n", "app.py": "from flask import Flask\napp = Flask('x')\n"}
EXPRESS = {
    "package.json": '{"scripts": {"start": "node server.js"}, "dependencies": {"express": "4"}}',
    "server.js": "require('express')().listen(process.env.PORT)\n",
}


def at(folder: str, files: dict[str, str]) -> dict[str, str]:
    return {f"{folder}/{name}": text for name, text in files.items()}


def find(root: Path, files: dict[str, str], folder: str = "") -> FoundApp:
    return find_app(make_source(root, files), PACKS, folder=folder)


def others(found: FoundApp) -> list[str]:
    return [other.folder for other in found.place.others]


def test_app_at_the_root(tmp_path: Path) -> None:
    found = find(tmp_path, {**FLASK, **at("admin", EXPRESS)})
    assert (found.place.folder, found.place.root) == ("", tmp_path)


@pytest.mark.parametrize("folder", ["code", "src/service", "a/b/c"])
def test_the_one_app_below(tmp_path: Path, folder: str) -> None:
    found = find(tmp_path, {"README.md": "", **at(folder, FLASK)})
    assert (found.place.folder, found.place.root) == (folder, tmp_path / folder)
    assert others(found) == []


def test_of_several_the_server_with_a_telling_name_is_taken(tmp_path: Path) -> None:
    files = {**at("frontend", {"index.html": ""}), **at("zz", FLASK), **at("backend", FLASK)}
    found = find(tmp_path, files)
    assert found.place.folder == "backend"
    assert others(found) == ["frontend", "zz"]
    assert found.place.others[1].command == "draftpy create --dir zz"


def test_app_that_was_created_already_is_meant(tmp_path: Path) -> None:
    draft = {"zz/draft.yaml": "version: 1\nname: zz\n"}
    found = find(tmp_path, {**at("backend", FLASK), **at("zz", FLASK), **draft})
    assert (found.place.folder, others(found)) == ("zz", ["backend"])


@pytest.mark.parametrize("aside", ["examples/x", "docs", "tests/app", ".github", "infra"])
def test_what_lies_aside_is_no_app(tmp_path: Path, aside: str) -> None:
    found = find(tmp_path, {**at("app", FLASK), **at(aside, EXPRESS)})
    assert (found.place.folder, others(found)) == ("app", [])


def test_lone_script_at_the_root_does_not_hide_the_app_below(tmp_path: Path) -> None:
    found = find(tmp_path, {"release.py": "print('x')\n", **at("server", EXPRESS)})
    assert found.place.folder == "server"


def test_page_at_the_root_is_an_app_and_the_server_below_is_named(tmp_path: Path) -> None:
    found = find(tmp_path, {"index.html": "", **at("server", EXPRESS)})
    assert (found.place.folder, others(found)) == ("", ["server"])


@pytest.mark.parametrize(
    "start",
    [
        "cd apps/api && npm start",
        "npm --prefix apps/api start",
        "yarn --cwd=apps/api start",
        "pnpm -C ./apps/api start",
    ],
)
def test_script_of_the_root_names_the_app(tmp_path: Path, start: str) -> None:
    package = f'{{"scripts": {{"start": "{start}"}}}}'
    files = {"package.json": package, **at("apps/api", EXPRESS), **at("apps/web", EXPRESS)}
    assert find(tmp_path, files).place.folder == "apps/api"


def test_procfile_of_the_root_names_the_app(tmp_path: Path) -> None:
    files = {"Procfile": "web: cd zoo && gunicorn app:app\n", **at("zoo", FLASK)}
    assert find(tmp_path, {**files, **at("app", FLASK)}).place.folder == "zoo"


@pytest.mark.parametrize("start", ["cd ../x && npm start", "cd 'x", "npm --prefix", "cd gone && x"])
def test_script_that_leads_nowhere_is_not_followed(tmp_path: Path, start: str) -> None:
    files = {"package.json": f'{{"scripts": {{"start": "{start}"}}}}', **at("app", FLASK)}
    assert find(tmp_path, files).place.folder in ("", "app")


def test_folder_that_is_asked_for(tmp_path: Path) -> None:
    files = {**FLASK, **at("apps/api", EXPRESS)}
    assert find(tmp_path, files, "apps/api/").place.folder == "apps/api"
    assert find(tmp_path, files, ".").place.folder == ""


@pytest.mark.parametrize("folder", ["gone", "../x", "/etc", "app.py"])
def test_folder_that_is_not_below_the_root(tmp_path: Path, folder: str) -> None:
    with pytest.raises(SourceMissing, match="there is no folder"):
        find(tmp_path, FLASK, folder)


WORKSPACE = {
    "package.json": '{"workspaces": ["apps/*"], "scripts": {"start": "cd apps/two && npm start"}}',
    **at("apps/one", EXPRESS),
    **at("apps/two", EXPRESS),
}


@pytest.mark.parametrize(("folder", "member"), [("", "apps/two"), ("apps/one", "apps/one")])
def test_member_of_a_workspace_is_built_from_its_root(
    tmp_path: Path, folder: str, member: str
) -> None:
    found = find(tmp_path, WORKSPACE, folder)
    assert (found.place.folder, found.place.root) == ("", tmp_path)
    assert found.facts.find_value("node.workspace") == member
    assert found.detections.ranked[0].pack.name == "node"
