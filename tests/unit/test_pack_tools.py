"""packs new, check and test."""

from pathlib import Path

import pytest

from draftpy.adapters.files import DiskFiles
from draftpy.assets import templates_folder
from draftpy.errors import Conflict, PackInvalid, UsageError
from draftpy.events import Result
from draftpy.packs.catalog import Catalog, catalog_folders, load_catalog, load_pack
from draftpy.packs.model import Pack
from draftpy.pipelines.pack_tools import check, new_pack, try_pack
from draftpy.scaffold.contents import load_templates
from draftpy.scaffold.pack_checks import check_dockerfile, check_pack
from tests.support.examples import EXAMPLES
from tests.support.reporter import ListReporter
from tests.support.source import write_files

HEAD = "format: 1\nname: mine\nversion: 1\ntitle: Mine\ndescription: d\nfacts: python\n"
FILES = "files: {Dockerfile: Dockerfile.j2}\n"
GOOD = 'FROM a:1\nUSER 10001\nEXPOSE 8080\nCMD ["x"]\n'


def catalog(root: Path) -> Catalog:
    return load_catalog(catalog_folders(root / "none" / "packs", root))


def pack(root: Path, dockerfile: str, rest: str = "") -> Pack:
    write_files(root / "mine", {"pack.yaml": HEAD + FILES + rest, "Dockerfile.j2": dockerfile})
    return load_pack(root / "mine", find_base=catalog(root).get)


def text_of(reporter: ListReporter) -> str:
    (result,) = reporter.events
    assert isinstance(result, Result)
    return result.text


@pytest.mark.parametrize("extends", ["", "python", "node"])
def test_new_pack_is_fine(tmp_path: Path, extends: str) -> None:
    new_pack(tmp_path / "packs" / "ours", extends, DiskFiles(), ListReporter())
    reporter = ListReporter()
    made = load_pack(tmp_path / "packs" / "ours", find_base=catalog(tmp_path).get)
    check(made, reporter)
    assert "ours@1 is fine" in text_of(reporter)


@pytest.mark.parametrize("extends", ["", "python"])
def test_new_pack_goes_before_ours(tmp_path: Path, extends: str) -> None:
    new_pack(tmp_path / "ours", extends, DiskFiles(), ListReporter())
    found = catalog(tmp_path)
    reporter = ListReporter()
    made = load_pack(tmp_path / "ours", find_base=found.get)
    try_pack(made, (EXAMPLES / "python-flask",), found, reporter)
    assert text_of(reporter).startswith("ok  python-flask  ")


def test_new_pack_replaces_none(tmp_path: Path) -> None:
    new_pack(tmp_path / "ours", "", DiskFiles(), ListReporter())
    with pytest.raises(Conflict, match="is there already"):
        new_pack(tmp_path / "ours", "", DiskFiles(), ListReporter())
    with pytest.raises(UsageError):
        new_pack(tmp_path / "Ours!", "", DiskFiles(), ListReporter())


@pytest.mark.parametrize(
    ("dockerfile", "what"),
    [
        ("FROM a:1\n", "USER root"),
        ("FROM a:1\nUSER web\n", "USER web"),
        ("FROM a:1\nUSER 5\nEXPOSE 80\n", "port 80"),
        ("FORM a\n", "unknown instruction"),
    ],
)
def test_what_a_restricted_cluster_refuses(dockerfile: str, what: str) -> None:
    (finding,) = check_dockerfile(dockerfile)
    assert what in finding.what
    assert not finding.is_advice


@pytest.mark.parametrize(
    ("dockerfile", "what"),
    [("FROM a:1\nUSER 5\nCMD x\n", "shell"), ("FROM a\nUSER 5\n", "another image every week")],
)
def test_advice(dockerfile: str, what: str) -> None:
    (finding,) = check_dockerfile(dockerfile)
    assert what in finding.what
    assert finding.is_advice


@pytest.mark.parametrize(
    "dockerfile", [GOOD, "FROM a:1 AS b\nFROM b\nUSER 5\n", "FROM scratch\nUSER 5\n"]
)
def test_good_dockerfile(dockerfile: str) -> None:
    assert list(check_dockerfile(dockerfile)) == []


@pytest.mark.parametrize(
    "dockerfile",
    [
        GOOD + "{{ missing }}",
        GOOD + "{% if extra %}{{ missing }}{% endif %}",
        GOOD + "{% if kind == 'worker' %}{{ missing }}{% endif %}",
    ],
)
def test_mistakes_behind_conditions_are_found(tmp_path: Path, dockerfile: str) -> None:
    made = pack(tmp_path, dockerfile, "variables: {extra: {type: flag, default: false}}\n")
    with pytest.raises(PackInvalid, match="has 1 mistake") as caught:
        check(made, ListReporter())
    assert "'missing' is undefined" in caught.value.evidence


@pytest.mark.parametrize("name", [str(p.name) for p in catalog(Path("/nowhere")).packs])
def test_our_own_packs_render_with_anything(name: str) -> None:
    made = catalog(Path("/nowhere")).get(name)
    findings = check_pack(made, load_templates(made, templates_folder()))
    assert [f.what for f in findings if "cannot be rendered" in f.what] == []


def test_app_that_another_pack_fits_better(tmp_path: Path) -> None:
    rule = "detect: [{tier: script, fact: python.start}]\n"
    with pytest.raises(PackInvalid, match="fails on 1 of 1 apps") as caught:
        try_pack(
            pack(tmp_path, GOOD, rule),
            (EXAMPLES / "python-flask",),
            catalog(tmp_path),
            ListReporter(),
        )
    assert "python-flask: python@" in caught.value.evidence


def test_pack_without_an_app_to_try(tmp_path: Path) -> None:
    with pytest.raises(PackInvalid, match="no app to try"):
        try_pack(pack(tmp_path, GOOD), (), catalog(tmp_path), ListReporter())
