"""create in a project of Draft classic: draft.toml, .draft-tasks.toml, charts/."""

from pathlib import Path
from typing import Any

import pytest

from draftpy.adapters.files import DiskFiles
from draftpy.config import Overrides, load_project, resolve_environment
from draftpy.errors import ConfigInvalid
from draftpy.events import Result
from draftpy.pipelines.create import create
from draftpy.scaffold.outcome import CreateRequest
from tests.support.reporter import ListReporter
from tests.support.source import write_files

FLASK = {"requirements.txt": "flask\n", "app.py": "from flask import Flask\napp = Flask('x')\n"}
DRAFT = """\
[environments]
  [environments.development]
    name = "Old_Shop"
    namespace = "dev"
    wait = true
    watch = false
    set = ["replicaCount=2", "service.type=NodePort,debug=true", "list[0]=x"]
    override-ports = ["8080:80"]
    auto-connect = false
  [environments.staging]
    name = "Old_Shop"
    namespace = "stage"
    registry = "example.com/shop"
    dockerfile = "docker/Dockerfile"
    container-builder = "acrbuild"
    [environments.staging.image-build-args]
      LEVEL = "2"
"""
TASKS = '[pre-up]\ntest = "make test"\n[post-deploy]\nseed = "bin/seed $ENV"\n'
CHART = {
    "charts/old-shop/Chart.yaml": "name: old-shop\nversion: 0.1.0\n",
    "charts/old-shop/values.yaml": "mine: 1\n",
}


def run(root: Path, files: dict[str, str], **options: Any) -> str:
    app = write_files(root / "somewhere", {**FLASK, **files})
    reporter = ListReporter()
    create(CreateRequest(root=app, user_packs=root / "none", **options), DiskFiles(), reporter)
    (result,) = reporter.events
    assert isinstance(result, Result)
    return result.text


def settings(root: Path, environment: str) -> dict[str, Any]:
    project = load_project(root / "somewhere")
    nothing = Overrides(flags={}, environ={}, user={})
    resolved = resolve_environment(project, environment, nothing)
    return {setting.key: setting.value for setting in resolved.settings}


def test_environments_are_those_of_draft_toml(tmp_path: Path) -> None:
    run(tmp_path, {"draft.toml": DRAFT})
    development, staging = settings(tmp_path, "development"), settings(tmp_path, "staging")
    assert load_project(tmp_path / "somewhere").app == "old-shop"
    assert (development["namespace"], development["ports"]) == ("dev", ["8080:80"])
    assert development["values"] == {
        "replicaCount": 2,
        "service": {"type": "NodePort"},
        "debug": True,
    }
    assert (staging["namespace"], staging["registry"]) == ("stage", "example.com/shop")
    assert (staging["dockerfile"], staging["buildArgs"]) == ("docker/Dockerfile", {"LEVEL": "2"})


def test_what_has_no_counterpart_is_told(tmp_path: Path) -> None:
    text = run(tmp_path, {"draft.toml": DRAFT, ".draft-tasks.toml": TASKS})
    assert "note: draft.toml: development: set list[0]=x is not taken over" in text
    assert "note: draft.toml: staging: container-builder is not taken over" in text
    assert "note: .draft-tasks.toml: pre-up task 'test' is not run by draftpy: 'make test'" in text
    assert "post-deploy task 'seed'" in text


def test_chart_of_classic_is_used_as_it_is(tmp_path: Path) -> None:
    text = run(tmp_path, {"draft.toml": DRAFT, **CHART})
    chart = tmp_path / "somewhere" / "charts" / "old-shop"
    assert "note: charts/old-shop is used as it is" in text
    assert sorted(path.name for path in chart.rglob("*")) == ["Chart.yaml", "values.yaml"]
    run(tmp_path, {})
    assert sorted(path.name for path in chart.rglob("*")) == ["Chart.yaml", "values.yaml"]


def test_chart_of_classic_is_replaced_if_asked_for(tmp_path: Path) -> None:
    run(tmp_path, {"draft.toml": DRAFT, **CHART}, force=True)
    chart = tmp_path / "somewhere" / "charts" / "old-shop"
    assert (chart / "templates" / "deployment.yaml").is_file()
    assert (chart / "values.yaml.~1~").read_text() == "mine: 1\n"


@pytest.mark.parametrize("text", ["", "environments = 3\n", "[environments]\nx = 1\n"])
def test_draft_toml_that_says_nothing(tmp_path: Path, text: str) -> None:
    run(tmp_path, {"draft.toml": text})
    assert load_project(tmp_path / "somewhere").app == "somewhere"


def test_broken_draft_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match=r"draft\.toml cannot be read"):
        run(tmp_path, {"draft.toml": "[environments\n"})
