import json
from pathlib import Path
from typing import Any

import helm_python
import jsonschema
import pytest
import yaml

from draftpy.adapters.files import DiskFiles
from draftpy.config import load_project
from draftpy.dockerfile import parse_dockerfile
from draftpy.errors import (
    ConfigInvalid,
    Conflict,
    NameInvalid,
    NothingDetected,
    SourceMissing,
    UnknownPack,
    WriteFailed,
)
from draftpy.events import Event, Result
from draftpy.pipelines.create import create
from draftpy.scaffold.outcome import CreateOutcome, CreateRequest
from tests.conftest import Golden
from tests.support.examples import Example, load_examples
from tests.support.files import MemoryFiles
from tests.support.reporter import ListReporter
from tests.support.source import write_files

FLASK = {"requirements.txt": "flask\n", "app.py": "from flask import Flask\napp = Flask('x')\n"}
EXAMPLES = load_examples()


def run(root: Path, **options: Any) -> CreateOutcome:
    request = CreateRequest(root=root, user_packs=root.parent / "no-packs", **options)
    return create(request, DiskFiles(), ListReporter())


def told(root: Path, **options: Any) -> Result:
    reporter = ListReporter()
    request = CreateRequest(root=root, user_packs=root.parent / "no-packs", **options)
    create(request, DiskFiles(), reporter)
    events: list[Event] = list(reporter.events)
    assert len(events) == 1
    assert isinstance(events[0], Result)
    return events[0]


def snapshot(root: Path) -> dict[str, bytes]:
    files = (path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    return write_files(tmp_path / "hello", FLASK)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_example(example: Example, tmp_path: Path, golden: Golden) -> None:
    root = example.copy_to(tmp_path)
    result = told(root)
    chart = root / "charts" / example.name
    assert {key: result.body[key] for key in ("kind", "port")} == {
        key: example.expect[key] for key in ("kind", "port")
    }
    assert result.body["pack"].partition("@")[0] == example.expect["pack"]
    golden(f"create/{example.name}/screen.txt", result.text)
    golden(f"create/{example.name}/Dockerfile", (root / "Dockerfile").read_text())
    golden(f"create/{example.name}/dockerignore", (root / ".dockerignore").read_text())
    golden(f"create/{example.name}/draft.yaml", (root / "draft.yaml").read_text())
    golden(f"create/{example.name}/values.yaml", (chart / "values.yaml").read_text())


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_example_keeps_the_rules(example: Example, tmp_path: Path) -> None:
    root = example.copy_to(tmp_path)
    run(root)
    chart = root / "charts" / example.name
    report = helm_python.lint(str(chart))
    assert report["errors"] == []
    assert [m for m in report["messages"] if m["severity"] > 1] == []
    values = yaml.safe_load((chart / "values.yaml").read_text())
    jsonschema.validate(values, json.loads((chart / "values.schema.json").read_text()))
    stage = parse_dockerfile((root / "Dockerfile").read_text()).get_stage()
    assert stage.user.partition(":")[0].isdigit()
    assert all(port >= 1024 for port in stage.ports)
    assert stage.cmd is not None
    assert not stage.cmd.is_shell
    assert load_project(root).app == example.name


def test_second_run_changes_nothing_and_says_so(app: Path) -> None:
    run(app)
    before = snapshot(app)
    result = told(app)
    assert snapshot(app) == before
    assert "nothing to do" in result.text
    assert "second:" not in result.text
    assert result.body["changed"] is False


def test_what_the_user_changed_since_is_theirs(app: Path) -> None:
    run(app)
    (app / "Dockerfile").write_text("FROM mine\n")
    (app / "charts" / "hello" / "values.yaml").unlink()
    outcome = run(app)
    assert (app / "Dockerfile").read_text() == "FROM mine\n"
    assert outcome.report.written == ("charts/hello/values.yaml",)


@pytest.mark.parametrize("cut_at", range(3, 15, 3))
def test_run_that_was_cut_off_is_finished_by_the_next(app: Path, cut_at: int) -> None:
    whole = write_files(app.parent / "whole" / "hello", FLASK)
    wanted = run(whole).report.written
    memory = MemoryFiles(fails_at=wanted[cut_at])
    request = CreateRequest(root=app, user_packs=app / "none")
    with pytest.raises(WriteFailed):
        create(request, memory, ListReporter())
    for path, content in memory.content.items():
        DiskFiles().write(app, path, content)
    run(app)
    assert snapshot(app) == snapshot(whole)


def test_conflict_writes_nothing(app: Path) -> None:
    write_files(app, {"charts/hello/values.yaml": "mine: 1\n"})
    before = snapshot(app)
    with pytest.raises(Conflict, match=r"charts/hello/values\.yaml stands in the way"):
        run(app)
    assert snapshot(app) == before


def test_asking_for_another_port_in_a_created_project_is_a_conflict(app: Path) -> None:
    run(app)
    with pytest.raises(Conflict):
        run(app, port=9000)
    assert run(app, port=9000, force=True).report.backups
    assert "EXPOSE 9000" in (app / "Dockerfile").read_text()
    assert (app / "Dockerfile.~1~").is_file()


def test_port_that_the_source_pins_is_told(tmp_path: Path) -> None:
    code = "from http.server import HTTPServer\nHTTPServer(('', 8000), X)\n"
    text = told(write_files(tmp_path / "hello", {"server.py": code}), port=9000).text
    assert "note: server.py:2 says 8000, --port says 9000: make them equal" in text


def test_dry_run_writes_nothing_and_shows_a_diff(app: Path) -> None:
    before = snapshot(app)
    text = told(app, dry_run=True).text
    assert snapshot(app) == before
    assert "+++ b/Dockerfile\n" in text
    assert '+CMD ["gunicorn"' in text


def test_name_is_made_of_the_folders_with_a_notice(tmp_path: Path) -> None:
    app = write_files(tmp_path / "Mein Café_2", FLASK)
    result = told(app)
    assert result.body["name"] == "mein-cafe-2"
    assert "note: the app is named mein-cafe-2, after the folder 'Mein Café_2'" in result.text
    assert (app / "charts" / "mein-cafe-2" / "Chart.yaml").is_file()


def test_name_that_is_asked_for_is_checked(app: Path) -> None:
    assert run(app, name="shop").answers.app == "shop"
    with pytest.raises(NameInvalid):
        run(app, name="Shop!")


def test_own_dockerfile_is_never_touched(app: Path) -> None:
    write_files(app, {"Dockerfile": "FROM a\nUSER 5\nEXPOSE 7000\n", ".dockerignore": "mine\n"})
    outcome = run(app)
    assert (app / "Dockerfile").read_text() == "FROM a\nUSER 5\nEXPOSE 7000\n"
    assert (app / ".dockerignore").read_text().startswith("mine\n.git\n")
    values = yaml.safe_load((app / "charts" / "hello" / "values.yaml").read_text())
    assert values["ports"][0]["containerPort"] == 7000
    assert values["podSecurityContext"]["runAsUser"] == 5
    assert outcome.choice.others[0].pack.name == "python"


def test_own_containerfile_is_named_in_draft_yaml(app: Path) -> None:
    write_files(app, {"Containerfile": "FROM a\nUSER 5\nEXPOSE 7000\n"})
    run(app)
    section = load_project(app).sections[0]
    assert section.given["dockerfile"] == "Containerfile"


def test_root_in_an_own_dockerfile_still_renders(app: Path) -> None:
    write_files(app, {"Dockerfile": "FROM a\nEXPOSE 80\n"})
    assert "runs as root" in told(app).text
    assert helm_python.lint(str(app / "charts" / "hello"))["errors"] == []


def test_pack_that_is_asked_for(app: Path) -> None:
    assert run(app, pack="generic").choice.pack.name == "generic"
    with pytest.raises(UnknownPack, match="pyton"):
        run(app, pack="pyton")


def test_pack_of_the_repository_competes(app: Path) -> None:
    pack = (
        "format: 1\nname: ours\nversion: 2\ntitle: Ours\ndescription: d\nfacts: python\n"
        "detect: [{tier: framework, fact: python.start}]\nfiles: {Dockerfile: Dockerfile.j2}\n"
    )
    write_files(
        app,
        {".draftpy/packs/ours/pack.yaml": pack, ".draftpy/packs/ours/Dockerfile.j2": "FROM a\n"},
    )
    outcome = run(app)
    assert outcome.choice.pack.label == "ours@2"
    assert (app / "Dockerfile").read_text() == "FROM a\n"


def test_app_in_a_sub_folder(tmp_path: Path) -> None:
    write_files(tmp_path / "mono", {f"backend/{name}": text for name, text in FLASK.items()})
    write_files(tmp_path / "mono", {"site/index.html": "", "README.md": "", "docs/index.html": ""})
    result = told(tmp_path / "mono")
    assert "in backend: the root itself holds no app" in result.text
    assert "also site (static): draftpy create --dir site" in result.text
    assert "next: draftpy up backend" in result.text
    assert (tmp_path / "mono" / "backend" / "draft.yaml").is_file()


WORKSPACE = {
    "package.json": '{"private": true, "workspaces": ["apps/*"]}',
    **{
        f"apps/{name}/{path}": text
        for name in ("api", "web")
        for path, text in {
            "package.json": '{"dependencies": {"express": "4"}, "scripts": {"start": "node a.js"}}',
            "a.js": "require('express')().listen(process.env.PORT)\n",
        }.items()
    },
}


def test_member_of_a_workspace_that_was_asked_for_is_remembered(tmp_path: Path) -> None:
    root = write_files(tmp_path / "mono", WORKSPACE)
    assert run(root, folder="apps/web").root == root
    before = snapshot(root)
    assert run(root).facts.find_value("node.workspace") == "apps/web"
    run(root, update=True)
    assert snapshot(root) == before


def test_another_member_of_a_workspace_does_not_pass_unseen(tmp_path: Path) -> None:
    root = write_files(tmp_path / "mono", {**WORKSPACE, "apps/web/b.js": ""})
    write_files(
        root, {"apps/web/package.json": WORKSPACE["apps/web/package.json"].replace("a.js", "b.js")}
    )
    run(root, folder="apps/web")
    with pytest.raises(Conflict):
        run(root, folder="apps/api")


def test_explain_tells_every_fact_and_why_others_lost(app: Path) -> None:
    text = told(app, explain=True).text
    assert "chosen: python@1 (built-in), certain" in text
    assert "does not fit: go: looks for go.mod" in text
    assert "python.start" in text


def test_json_holds_what_the_screen_says(app: Path) -> None:
    body = json.loads(json.dumps(told(app).body))
    assert body["pack"] == "python@1"
    assert {"path": "Dockerfile", "action": "create", "reason": "new"} in body["files"]
    assert {"python.framework", "python.start"} <= {fact["key"] for fact in body["facts"]}


def test_path_with_spaces_and_unicode(tmp_path: Path) -> None:
    app = write_files(tmp_path / "a b" / "näme", FLASK)
    assert run(app).answers.app == "name"


def test_no_source(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing):
        run(tmp_path / "absent")
    with pytest.raises(NothingDetected, match="no pack fits"):
        run(tmp_path)


def test_half_written_draft_yaml_is_named(app: Path) -> None:
    write_files(app, {"draft.yaml": "version: 1\nname: hello\nenvironmets: {}\n"})
    with pytest.raises(ConfigInvalid, match=r"draft\.yaml line 3: unknown key environmets"):
        run(app)
