"""draftpy detect: what it tells, in words and as JSON."""

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from draftpy.errors import NothingDetected
from draftpy.events import Result
from draftpy.pipelines.detect import DetectRequest, detect_app
from draftpy.scaffold.report_schema import detect_schema
from tests.support.examples import EXAMPLES, load_examples
from tests.support.reporter import ListReporter
from tests.support.source import write_files

SCHEMA = Path(__file__).parents[2] / "docs" / "detect.schema.json"
FLASK = {"requirements.txt": "flask\n", "app.py": "from flask import Flask\napp = Flask('x')\n"}


def told(root: Path, folder: str = "") -> Result:
    reporter = ListReporter()
    request = DetectRequest(root=root, user_packs=root / "no-packs", folder=folder)
    try:
        detect_app(request, reporter)
    finally:
        (result,) = reporter.events
    assert isinstance(result, Result)
    return result


def body_of(root: Path) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(json.dumps(told(root).body))
    return body


def test_screen_tells_facts_with_their_sources_and_the_ranking(tmp_path: Path) -> None:
    files = {**FLASK, "web/index.html": "x", "package.json": "{", "index.html": ""}
    lines = told(write_files(tmp_path / "app", files)).text.splitlines()
    rows = [" ".join(line.split()) for line in lines]
    assert rows[0] == "Python 3.13 · Flask · web on 8080"
    assert rows[1].startswith("warning: package.json:1 not valid JSON")
    assert "languages: Python 97.6 %, HTML 2.4 %" in rows
    assert "python.framework flask requirements.txt:1" in rows
    assert any(row.startswith("1. python@1 certain requirements.txt, app.py:2") for row in rows)
    assert any(row.startswith("2. static@1 likely index.html") for row in rows)
    assert any(row.startswith("- go@1 no looks for go.mod") for row in rows)


def test_screen_names_other_apps_with_their_commands(tmp_path: Path) -> None:
    files = {f"{folder}/{name}": text for folder in ("api", "zz") for name, text in FLASK.items()}
    text = told(write_files(tmp_path, files)).text
    assert "in api: the root itself holds no app\n" in text
    assert text.endswith("python   draftpy create --dir zz\n")


def test_published_schema_is_the_generated_one(request: pytest.FixtureRequest) -> None:
    text = json.dumps(detect_schema(), indent=2) + "\n"
    if request.config.getoption("--update-golden"):
        SCHEMA.write_text(text, encoding="utf-8")
    assert SCHEMA.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("example", load_examples(), ids=lambda example: example.name)
def test_json_keeps_the_schema_and_names_no_path_of_the_machine(
    example: Any, tmp_path: Path
) -> None:
    body = body_of(example.copy_to(tmp_path))
    jsonschema.validate(body, detect_schema())
    assert body["pack"].partition("@")[0] == example.expect["pack"]
    assert str(tmp_path) not in json.dumps(body)


def test_same_tree_elsewhere_gives_the_same_bytes(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "node-express", tmp_path / "a")
    shutil.copytree(EXAMPLES / "node-express", tmp_path / "b" / "c")
    assert told(tmp_path / "a") == told(tmp_path / "b" / "c")


def test_source_without_an_app_is_told_and_then_fails(tmp_path: Path) -> None:
    write_files(tmp_path, {"notes.txt": ""})
    reporter = ListReporter()
    with pytest.raises(NothingDetected):
        detect_app(DetectRequest(root=tmp_path, user_packs=tmp_path / "none"), reporter)
    (result,) = reporter.events
    assert isinstance(result, Result)
    assert result.body["pack"] is None
    assert result.body["misses"]


def test_nothing_is_written(tmp_path: Path) -> None:
    write_files(tmp_path, FLASK)
    told(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app.py", "requirements.txt"]


def test_folder_that_is_asked_for(tmp_path: Path) -> None:
    files = {f"api/{name}": text for name, text in FLASK.items()}
    body = told(write_files(tmp_path, {**files, "index.html": ""}), folder="api").body
    assert (body["folder"], body["pack"]) == ("api", "python@1")
