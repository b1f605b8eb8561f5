"""create with several processes: a Procfile's, a compose file's."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from draftpy.adapters.files import DiskFiles
from draftpy.errors import SourceMissing
from draftpy.events import Result
from draftpy.pipelines.create import create
from draftpy.scaffold.outcome import CreateRequest
from tests.support.reporter import ListReporter
from tests.support.source import write_files

FLASK = {"requirements.txt": "flask\n", "app.py": "from flask import Flask\napp = Flask('x')\n"}
PROCFILE = """\
web: gunicorn app:app
worker: celery -A app worker --port $PORT
Mail_Clock: python clock.py && true
console: python
release: flask db upgrade
"""
COMPOSE = """\
services:
  web:
    build: .
    ports: ["80:5000"]
    environment: {LEVEL: info, SECRET_KEY: x}
  worker:
    build: .
    entrypoint: [run]
    command: worker --fast
    environment: {LEVEL: info, QUEUE: mail, REDIS_URL: redis://cache}
  admin:
    build: ./admin
  cache:
    image: redis:7
"""


def run(root: Path, files: dict[str, str], **options: Any) -> tuple[dict[str, Any], str]:
    """The chart's values and the screen."""
    reporter = ListReporter()
    app = write_files(root / "hello", {**FLASK, **files})
    create(CreateRequest(root=app, user_packs=root / "none", **options), DiskFiles(), reporter)
    (result,) = reporter.events
    assert isinstance(result, Result)
    values = yaml.safe_load((app / "charts" / "hello" / "values.yaml").read_text())
    return values, result.text


def test_processes_of_a_procfile_run_beside_web(tmp_path: Path) -> None:
    values, text = run(tmp_path, {"Procfile": PROCFILE})
    assert values["processes"] == {
        "worker": {"command": ["celery", "-A", "app", "worker", "--port", "8080"]},
        "mail-clock": {"command": ["sh", "-c", "python clock.py && true"]},
    }
    assert values["ports"][0]["containerPort"] == 8080
    assert "note: worker runs beside the app (Procfile:2): celery -A app worker" in text


def test_release_is_offered_and_never_run_unasked(tmp_path: Path) -> None:
    values, text = run(tmp_path, {"Procfile": PROCFILE})
    assert values["migrations"] == {"enabled": False, "command": ["flask", "db", "upgrade"]}
    assert "note: flask db upgrade is not run unless migrations.enabled is set in charts/" in text


@pytest.mark.parametrize("procfile", ["web: gunicorn app:app\n", "worker: python app.py\n", ""])
def test_one_process_is_the_app_itself(tmp_path: Path, procfile: str) -> None:
    values, _ = run(tmp_path, {"Procfile": procfile})
    assert values["processes"] == {}


def test_services_of_the_same_image_run_beside_it(tmp_path: Path) -> None:
    values, _ = run(tmp_path, {"compose.yaml": COMPOSE}, from_compose=True)
    assert values["processes"] == {
        "worker": {"command": ["run"], "args": ["worker", "--fast"], "env": {"QUEUE": "mail"}}
    }
    assert values["env"] == {"LEVEL": "info"}
    assert values["ports"][0]["containerPort"] == 5000


def test_what_is_left_out_of_a_compose_file_is_told(tmp_path: Path) -> None:
    _, text = run(tmp_path, {"compose.yaml": COMPOSE}, from_compose=True)
    assert "note: admin (compose.yaml:11) is an app of its own: draftpy create --dir admin" in text
    assert "note: cache (redis:7) is not deployed" in text
    assert "note: REDIS_URL, SECRET_KEY may be secret" in text


def test_compose_file_is_not_asked_unless_told_to(tmp_path: Path) -> None:
    values, _ = run(tmp_path, {"compose.yaml": COMPOSE})
    assert values["processes"] == {}
    assert values["env"] == {}


def test_flag_goes_before_the_port_of_the_compose_file(tmp_path: Path) -> None:
    values, _ = run(tmp_path, {"compose.yaml": COMPOSE}, from_compose=True, port=7000)
    assert values["ports"][0]["containerPort"] == 7000


def test_compose_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing, match="no compose file with services"):
        run(tmp_path, {}, from_compose=True)
