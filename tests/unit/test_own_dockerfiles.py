"""Which of several Dockerfiles is used, and what is known of an app that brings one."""

from pathlib import Path

import pytest
import yaml

from draftpy.adapters.files import DiskFiles
from draftpy.events import Result
from draftpy.pipelines.create import create
from draftpy.scaffold.outcome import CreateOutcome, CreateRequest
from tests.support.reporter import ListReporter
from tests.support.source import facts_of, write_files

EXPRESS = {
    "package.json": '{"scripts": {"start": "node server.js"}, "dependencies": {"express": "4"}}',
    "server.js": "const app = require('express')()\napp.listen(process.env.PORT || 3000)\n",
}


def chosen(root: Path, *names: str) -> object:
    return facts_of(root, dict.fromkeys(names, "FROM a\n")).find_value("dockerfile.path")


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (("Dockerfile", "Dockerfile.dev", "Containerfile"), "Dockerfile"),
        (("dockerfile",), "dockerfile"),
        (("Dockerfile.dev", "Dockerfile.prod"), "Dockerfile.prod"),
        (("Dockerfile.web", "Dockerfile.production"), "Dockerfile.production"),
        (("prod.Dockerfile", "test.Dockerfile"), "prod.Dockerfile"),
        (("Dockerfile-api",), "Dockerfile-api"),
        (("Dockerfile.dev",), None),
        (("Dockerfile.j2", "Dockerfile.dockerignore"), None),
        (("Dockerfile.web.test",), None),
        (("app/Dockerfile",), None),
    ],
)
def test_dockerfile_for_running(tmp_path: Path, names: tuple[str, ...], wanted: str) -> None:
    assert chosen(tmp_path, *names) == wanted


@pytest.mark.parametrize(
    ("copied", "wanted"),
    [
        ("COPY package.json src ./", "docker/Dockerfile"),
        ("COPY *.json .", "docker/Dockerfile"),
        ("COPY nginx.conf /etc/", None),
        ("RUN true", None),
    ],
)
def test_dockerfile_in_a_folder_must_fit_the_root(
    tmp_path: Path, copied: str, wanted: str | None
) -> None:
    files = {"package.json": "{}", "src/a.js": "", "docker/nginx.conf": ""}
    facts = facts_of(tmp_path, {**files, "docker/Dockerfile": f"FROM a\n{copied}\n"})
    assert facts.find_value("dockerfile.path") == wanted


def test_other_dockerfiles_are_named(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"Dockerfile": "FROM a\n", "Dockerfile.worker": "FROM a\n"})
    (note,) = [problem for problem in facts.problems if problem.is_note]
    assert (note.file, note.what) == (
        "Dockerfile.worker",
        "is another Dockerfile; Dockerfile is used",
    )


@pytest.mark.parametrize(
    ("rest", "port"),
    [
        ("FROM nginx:1.27-alpine\nCOPY . /usr/share/nginx/html\n", 80),
        ("FROM node:24 AS b\nFROM nginxinc/nginx-unprivileged\nCOPY --from=b /x /y\n", 8080),
        ("FROM php:8.3-apache\nCOPY . /var/www/html\n", 80),
        ('FROM python:3.13\nCMD ["uvicorn", "main:app", "--host", "0.0.0.0"]\n', 8000),
        ("FROM python:3.13\nCMD python manage.py runserver 0.0.0.0:8123\n", 8123),
        ("FROM a\nARG PORT=7000\nEXPOSE ${PORT}\n", 7000),
        ('FROM nginx\nENTRYPOINT ["/own"]\n', None),
    ],
)
def test_port_that_everybody_knows(tmp_path: Path, rest: str, port: int | None) -> None:
    assert facts_of(tmp_path, {"Dockerfile": rest}).find_value("dockerfile.port") == port


def run(root: Path, files: dict[str, str]) -> tuple[CreateOutcome, str]:
    reporter = ListReporter()
    request = CreateRequest(root=write_files(root, files), user_packs=root / "none")
    outcome = create(request, DiskFiles(), reporter)
    (result,) = reporter.events
    assert isinstance(result, Result)
    return outcome, result.text


def values_of(root: Path) -> dict[str, object]:
    (path,) = root.glob("charts/*/values.yaml")
    return dict(yaml.safe_load(path.read_text()))


def test_source_says_what_the_dockerfile_does_not(tmp_path: Path) -> None:
    docker = "FROM node:24\nCOPY . .\nUSER 1000\nCMD node server.js\n"
    outcome, text = run(tmp_path / "app", {**EXPRESS, "Dockerfile": docker})
    assert text.startswith("Own Dockerfile · Node · Express 4 · web on ")
    assert outcome.answers.port_variable == "PORT"
    assert values_of(tmp_path / "app")["env"] == {"PORT": str(outcome.answers.port)}


def test_port_of_the_dockerfile_goes_before_that_of_the_source(tmp_path: Path) -> None:
    docker = "FROM node:24\nCOPY . .\nUSER 1000\nEXPOSE 4000\nCMD node server.js\n"
    outcome, _ = run(tmp_path / "app", {**EXPRESS, "Dockerfile": docker})
    assert outcome.answers.port == 4000


def test_no_port_anywhere_is_told(tmp_path: Path) -> None:
    outcome, text = run(tmp_path / "app", {"Dockerfile": "FROM a\nUSER 5\nCMD x\n"})
    assert outcome.answers.kind == "worker"
    assert "note: Dockerfile exposes no port, so there is nothing to forward" in text


def test_dockerfile_of_another_name_is_named_in_draft_yaml(tmp_path: Path) -> None:
    run(tmp_path / "app", {"Dockerfile.prod": "FROM a\nUSER 5\nEXPOSE 80\n"})
    assert "dockerfile: Dockerfile.prod" in (tmp_path / "app" / "draft.yaml").read_text()
