from pathlib import Path

import pytest
import yaml

from draftpy.errors import Conflict, PackInvalid, WriteFailed
from draftpy.inspectors.facts import AppKind, Fact, Facts
from draftpy.names import AppName
from draftpy.packs.format import parse_pack
from draftpy.packs.model import Pack
from draftpy.scaffold.answers import Answers, Given, fill_answers
from draftpy.scaffold.apply import apply_scaffold
from draftpy.scaffold.contents import Templates, WantedFile, render_files
from draftpy.scaffold.plan import (
    Action,
    Policy,
    ScaffoldPlan,
    check_conflicts,
    plan_scaffold,
    render_diff,
)
from draftpy.scaffold.values import merge_values
from tests.support.files import MemoryFiles

ROOT = Path("/project")
APP = AppName("hello")


def wanted(*files: tuple[str, str]) -> list[WantedFile]:
    return [WantedFile(path=path, text=text) for path, text in files]


def plan(existing: dict[str, bytes], *, force: bool = False, created: bool = False) -> ScaffoldPlan:
    policy = Policy(force=force, is_created=created)
    return plan_scaffold(wanted(("a", "1\n"), ("b", "2\n")), existing, policy)


def actions(made: ScaffoldPlan) -> list[str]:
    return [str(action.action) for action in made.actions]


def make_pack(root: Path, rest: str, files: str = "{}") -> Pack:
    head = "format: 1\nname: mine\nversion: 3\ntitle: M\ndescription: d\nfacts: eco\n"
    (root / "t.j2").write_text("x\n")
    return parse_pack(f"{head}files: {files}\n{rest}", root, "path")


def make_answers(kind: AppKind = AppKind.WEB, port: int = 8080, health: str = "") -> Answers:
    return Answers(
        app=APP, kind=kind, port=port, port_variable="PORT", health_path=health, variables={}
    )


def test_new_files_are_created() -> None:
    assert actions(plan({})) == ["create", "create"]


def test_equal_files_are_kept() -> None:
    assert actions(plan({"a": b"1\n", "b": b"2\n"})) == ["keep", "keep"]
    assert plan({"a": b"1\n", "b": b"2\n"}).writes == ()


def test_different_file_is_a_conflict_and_nothing_is_written() -> None:
    with pytest.raises(Conflict, match="b stands in the way") as caught:
        check_conflicts(plan({"b": b"mine\n"}))
    assert "nothing was written" in caught.value.evidence
    assert "--force" in caught.value.remedy


def test_in_a_created_project_changed_files_are_the_users() -> None:
    assert actions(plan({"a": b"mine\n"}, created=True)) == ["keep", "create"]


def test_force_replaces_with_a_backup() -> None:
    files = MemoryFiles({"a": b"mine\n"})
    report = apply_scaffold(plan(files.content, force=True), ROOT, files)
    assert files.content == {"a": b"1\n", "a.~1~": b"mine\n", "b": b"2\n"}
    assert report.backups == (("a", "a.~1~"),)


def test_second_run_finishes_what_a_failure_cut_off() -> None:
    files = MemoryFiles(fails_at="b")
    with pytest.raises(WriteFailed):
        apply_scaffold(plan(files.content), ROOT, files)
    files.fails_at = ""
    again = plan(files.content)
    assert actions(again) == ["keep", "create"]
    apply_scaffold(again, ROOT, files)
    assert files.content == {"a": b"1\n", "b": b"2\n"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ".git\nnode_modules\n"),
        ("mine", "mine\n.git\nnode_modules\n"),
        ("node_modules/\n", "node_modules/\n.git\n"),
        (".git\nnode_modules\n", ".git\nnode_modules\n"),
    ],
)
def test_ignore_lines_are_added_never_taken(before: str, after: str) -> None:
    file = WantedFile(path="i", text=".git\nnode_modules\n", may_merge=True)
    made = plan_scaffold([file], {"i": before.encode()}, Policy())
    assert made.actions[0].after.decode() == after
    assert made.actions[0].action is (Action.KEEP if before == after else Action.MERGE)


def test_diff_is_unified() -> None:
    text = render_diff(plan({"b": b"old"}, force=True))
    assert "--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+1\n" in text
    assert "--- a/b\n+++ b/b\n@@ -1 +1 @@\n-old\n\\ No newline at end of file\n+2\n" in text


def test_values_merge_keeps_comments_and_order() -> None:
    base = "# The head.\n\n# About a.\na:\n  # About x.\n  x: 1\n  y: 2\nlist: [1]\n"
    over = "# Ours.\na:\n  x: 3\nb: yes it is\n"
    assert merge_values((base, over), {"list": [{"n": "k"}], "empty": {}}) == (
        "# The head.\n\n# Ours.\na:\n  # About x.\n  x: 3\n  y: 2\nlist:\n  - n: k\n"
        "b: yes it is\nempty: {}\n"
    )


def test_values_that_yaml_would_misread_are_quoted() -> None:
    own = {"a": "yes", "b": "8080", "c": "x: y", "d": "", "e": "#no", "f": True, "g": None}
    text = merge_values(("z: 1\n",), own)
    assert yaml.safe_load(text) == {"z": 1, **{k: v for k, v in own.items() if v is not None}}


def test_null_takes_a_default_away() -> None:
    assert merge_values(("a: {x: 1, y: 2}\n", "a: {x: null}\n"), {}) == "a:\n  y: 2\n"


def facts(**values: str | int | tuple[str, ...]) -> Facts:
    return Facts(facts=tuple(Fact(key=f"eco.{k}", value=v) for k, v in values.items()))


def test_answers_from_flag_fact_default(tmp_path: Path) -> None:
    pack = make_pack(tmp_path, "variables: {start: {type: list}, extra: {default: d}}\n")
    found = facts(kind="web", port=5000, start=("run", "--port={port}"))
    assert fill_answers(pack, found, Given(app=APP)).variables == {
        "start": ("run", "--port=5000"),
        "extra": "d",
    }
    assert fill_answers(pack, found, Given(app=APP, port=9)).variables["start"] == (
        "run",
        "--port=9",
    )


def test_worker_has_no_port_unless_told(tmp_path: Path) -> None:
    pack = make_pack(tmp_path, "")
    assert fill_answers(pack, facts(kind="worker"), Given(app=APP)).port == 0
    told = fill_answers(pack, facts(kind="worker"), Given(app=APP, port=9))
    assert (told.port, told.kind) == (9, AppKind.WEB)


def test_missing_required_variable_is_named(tmp_path: Path) -> None:
    pack = make_pack(tmp_path, "variables: {start: {type: list, description: the command}}\n")
    with pytest.raises(PackInvalid, match="needs to know start"):
        fill_answers(pack, facts(), Given(app=APP))


def test_variable_of_the_wrong_type_is_named(tmp_path: Path) -> None:
    pack = make_pack(tmp_path, "variables: {start: {type: list}}\n")
    with pytest.raises(PackInvalid, match="start must be a list"):
        fill_answers(pack, facts(start="run"), Given(app=APP))


def templates(**pack_files: str) -> Templates:
    chart = {"Chart.yaml": "name: app\ndescription: Runs app\n", "values.yaml": "kind: x\n"}
    chart["templates/x.yaml"] = "{{ .Values.kind }}\n"
    shared = {"dockerignore.j2": ".git\n", "draft.yaml.j2": "name: {{ name }} {{ pack }}\n"}
    return Templates(pack={"t.j2": "x\n", **pack_files}, chart=chart, shared=shared)


def texts(pack: Pack, answers: Answers, given: Templates) -> dict[str, str]:
    return {file.path: file.text for file in render_files(pack, answers, given)}


def test_dockerfile_is_written_last(tmp_path: Path) -> None:
    pack = make_pack(tmp_path, "", "{Dockerfile: t.j2, nginx.conf: t.j2}")
    paths = list(texts(pack, make_answers(), templates()))
    assert paths[-3:] == ["draft.yaml", "nginx.conf", "Dockerfile"]


def test_chart_is_copied_as_it_is_under_the_apps_name(tmp_path: Path) -> None:
    made = texts(make_pack(tmp_path, ""), make_answers(health="/healthz"), templates())
    assert made["charts/hello/Chart.yaml"] == "name: hello\ndescription: Runs hello\n"
    assert made["charts/hello/templates/x.yaml"] == "{{ .Values.kind }}\n"
    assert yaml.safe_load(made["charts/hello/values.yaml"]) == {
        "kind": "web",
        "image": {"repository": "hello"},
        "ports": [{"name": "http", "containerPort": 8080, "servicePort": 80}],
        "probes": {"path": "/healthz"},
    }
    assert made["draft.yaml"] == "name: hello mine@3\n"


def test_worker_has_no_ports_in_its_values(tmp_path: Path) -> None:
    made = texts(make_pack(tmp_path, ""), make_answers(AppKind.WORKER, 0), templates())
    assert yaml.safe_load(made["charts/hello/values.yaml"])["ports"] == []


@pytest.mark.parametrize(
    "path", ["../x", "/etc/x", "a/../../x", "{{ '..' }}/x", ".git/hooks/x", "a\\\\..\\\\x", "."]
)
def test_pack_cannot_write_outside_the_project(tmp_path: Path, path: str) -> None:
    pack = make_pack(tmp_path, "", f'{{"{path}": t.j2}}')
    with pytest.raises(PackInvalid, match="outside the project"):
        texts(pack, make_answers(), templates())


def test_values_of_a_pack_that_are_no_yaml(tmp_path: Path) -> None:
    (tmp_path / "v.yaml").touch()
    pack = make_pack(tmp_path, "values: v.yaml\n")
    with pytest.raises(PackInvalid, match="is not valid YAML"):
        texts(pack, make_answers(), templates(**{"v.yaml": "a: [\n"}))


@pytest.mark.parametrize(
    ("over", "merged"), [("a: [1]\n", {"a": [1]}), ("a: {}\n", {"a": {}}), ("a: 1\n", {"a": 1})]
)
def test_what_is_no_mapping_replaces_one(over: str, merged: dict[str, object]) -> None:
    assert yaml.safe_load(merge_values(("a: {x: 1}\n", over), {})) == merged
