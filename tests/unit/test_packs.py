import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from draftpy.assets import packs_folder
from draftpy.errors import PackInvalid, UnknownPack
from draftpy.packs.catalog import PackFolder, catalog_folders, get_pack, load_catalog, load_pack
from draftpy.packs.format import parse_pack
from draftpy.packs.model import Tier
from tests.support.source import write_files

SCHEMA = packs_folder() / "pack.schema.json"
MINIMAL: dict[str, Any] = {
    "format": 1,
    "name": "mine",
    "version": 1,
    "title": "Mine",
    "description": "Apps of ours",
    "files": {"Dockerfile": "Dockerfile.j2"},
}


def write_pack(root: Path, **changes: Any) -> Path:
    body = {key: value for key, value in {**MINIMAL, **changes}.items() if value is not ...}
    return write_files(
        root / "mine",
        {"pack.yaml": yaml.safe_dump(body, sort_keys=False), "Dockerfile.j2": "FROM a"},
    )


BAD = [
    ({"name": "My Pack"}, "line 2: name: 'My Pack' must be like"),
    ({"version": "1"}, "line 3: version: must be a whole number"),
    ({"format": 2}, "line 1: format: this draftpy reads format 1"),
    ({"title": ...}, "title is missing"),
    ({"detekt": []}, "detekt: unknown key"),
    ({"files": {"Dockerfile": "absent.j2"}}, "files.Dockerfile: the pack has no file absent.j2"),
    ({"files": {"Dockerfile": "../../x"}}, "the pack has no file ../../x"),
    ({"detect": [{"tier": "best", "file": "a"}]}, "detect.0.tier: 'best' is not one of"),
    ({"detect": [{"tier": "server"}]}, "detect.0: give one of file, fact"),
    ({"detect": [{"tier": "server", "file": "a", "fact": "b"}]}, "give one of"),
    ({"detect": [{"tier": "server", "file": "a", "is": 1}]}, "only a fact has a value"),
    ({"detect": [{"tier": "server", "all": [{"fil": "a"}]}]}, "detect.0.all.0.fil: unknown key"),
    ({"variables": {"Bad": {}}}, "variables.Bad: lower-case"),
    ({"variables": {"x": {"type": "map"}}}, "variables.x.type: give one of"),
    ({"variables": {"x": {"type": "list", "default": "a"}}}, "variables.x.default: must be a list"),
    ({"development": []}, "development: must be a mapping"),
    ({"development": {"tagret": "x"}}, "development.tagret: unknown key"),
    ({"development": {"build": 3}}, "development.build: must be a text or a list of texts"),
    ({"development": {"sync": True}}, "development.sync: must be a text or a list of texts"),
    ({"dockerignore": "x"}, "dockerignore: must be a list"),
]


@pytest.mark.parametrize(("changes", "message"), BAD, ids=[message for _, message in BAD])
def test_mistake_is_named(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(PackInvalid) as caught:
        load_pack(write_pack(tmp_path, **changes))
    assert message in caught.value.what


# A schema can see neither the disk nor which keys a condition may combine.
SEEN_BY_SCHEMA = [changes for changes, message in BAD if "the pack has no file" not in message]


@pytest.mark.parametrize("changes", SEEN_BY_SCHEMA, ids=str)
def test_schema_refuses_the_same_mistakes(changes: dict[str, Any]) -> None:
    body = {key: value for key, value in {**MINIMAL, **changes}.items() if value is not ...}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(body, json.loads(SCHEMA.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "path", sorted(packs_folder().glob("*/pack.yaml")), ids=lambda p: p.parent.name
)
def test_schema_accepts_our_packs(path: Path) -> None:
    body = yaml.safe_load(path.read_text(encoding="utf-8"))
    jsonschema.validate(body, json.loads(SCHEMA.read_text(encoding="utf-8")))


def test_unknown_key_gets_the_nearest_known_one(tmp_path: Path) -> None:
    with pytest.raises(PackInvalid) as caught:
        load_pack(write_pack(tmp_path, detekt=[]))
    assert caught.value.remedy == "did you mean detect?"


def test_broken_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(PackInvalid, match=r"pack\.yaml line 2 is not valid YAML"):
        parse_pack("format: 1\nname: x: y\n", tmp_path, "path")


def test_nested_conditions(tmp_path: Path) -> None:
    rule = {"tier": "server", "all": [{"file": "a"}, {"not": {"any": [{"fact": "x.y", "is": 3}]}}]}
    pack = load_pack(write_pack(tmp_path, detect=[rule]))
    assert pack.rules[0].tier is Tier.SERVER
    assert pack.rules[0].condition.parts[1].parts[0].parts[0].wanted == (3,)


def test_catalog_has_our_packs() -> None:
    catalog = load_catalog([PackFolder(origin="built-in", path=packs_folder())])
    names = {"python", "node", "go", "static", "dockerfile", "generic"}
    assert names <= {str(pack.name) for pack in catalog.packs}


def test_nearer_pack_of_the_same_name_is_meant(tmp_path: Path) -> None:
    write_pack(tmp_path / "user", name="python", title="Ours")
    folders = catalog_folders(tmp_path / "user", tmp_path / "project")
    catalog = load_catalog(folders)
    assert catalog.get("python").title == "Ours"
    assert catalog.get("built-in/python").title == "Python"
    assert catalog.get("python@1").title == "Ours"


def test_unknown_pack_names_what_there_is(tmp_path: Path) -> None:
    catalog = load_catalog(catalog_folders(tmp_path, tmp_path))
    with pytest.raises(UnknownPack) as caught:
        catalog.get("pyton")
    assert caught.value.remedy == "did you mean python?"
    assert "generic" in caught.value.evidence


def test_pack_by_path(tmp_path: Path) -> None:
    catalog = load_catalog([])
    assert get_pack(catalog, str(write_pack(tmp_path))).name == "mine"
    with pytest.raises(UnknownPack, match="is not a pack"):
        get_pack(catalog, str(tmp_path))
