from pathlib import Path

import pytest

from draftpy.inspectors.facts import Facts
from draftpy.inspectors.python.version import choose_version
from tests.support.source import facts_of

FLASK = "from flask import Flask\napp = Flask(__name__)\n"
SERVER = "from http.server import *\nimport http.server\n"


def start_of(facts: Facts) -> str:
    value = facts.find_value("python.start")
    return " ".join(value) if isinstance(value, tuple) else ""


def problems_of(facts: Facts) -> list[str]:
    return [f"{problem.place} {problem.what}" for problem in facts.problems]


def test_flask_object(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"requirements.txt": "Flask==3.1.0\n", "app.py": FLASK})
    assert facts.find_value("python.framework") == "flask"
    assert facts.find_value("python.framework_version") == "3.1"
    assert start_of(facts).endswith("app:app")
    assert facts.find_value("python.added") == ("gunicorn>=23,<26",)


def test_object_of_another_name_in_another_file(tmp_path: Path) -> None:
    code = "import flask as f\nservice: f.Flask = f.Flask(__name__)\n"
    facts = facts_of(tmp_path, {"requirements.txt": "flask\n", "backend.py": code})
    assert start_of(facts).endswith("backend:service")


def test_factory(tmp_path: Path) -> None:
    code = (
        "from flask import Flask\ndef create_app(config=None):\n    a = Flask('x')\n    return a\n"
    )
    facts = facts_of(tmp_path, {"requirements.txt": "flask\n", "shop/__init__.py": code})
    assert start_of(facts).endswith("shop:create_app()")


def test_factory_that_needs_arguments_is_not_called(tmp_path: Path) -> None:
    code = "from flask import Flask\ndef make(config):\n    return Flask('x')\n"
    facts = facts_of(tmp_path, {"requirements.txt": "flask\n", "shop.py": code})
    assert "make" not in start_of(facts)


def test_fastapi_factory(tmp_path: Path) -> None:
    code = "from fastapi import FastAPI\ndef build():\n    app = FastAPI()\n    return app\n"
    facts = facts_of(tmp_path, {"requirements.txt": "fastapi[standard]\n", "main.py": code})
    assert start_of(facts) == "uvicorn --host 0.0.0.0 --port {port} --factory main:build"
    assert facts.find_value("python.added") == ()


@pytest.mark.parametrize(
    ("files", "start"),
    [
        ({"src/app.py": FLASK}, "--chdir src"),
        ({"src/shop/app.py": FLASK, "src/shop/__init__.py": ""}, "shop.app:app"),
        ({"src/app.py": FLASK, "src/run.py": "import src.app"}, "src.app:app"),
        ({"api/app.py": "import models\n" + FLASK, "api/models.py": ""}, "--chdir api"),
        ({"api/app.py": FLASK}, "api.app:app"),
    ],
)
def test_import_path_follows_the_layout(tmp_path: Path, files: dict[str, str], start: str) -> None:
    assert start in start_of(facts_of(tmp_path, {"requirements.txt": "flask\n", **files}))


def test_listed_but_unused_framework_is_no_framework(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"requirements.txt": "flask\n", "main.py": "print('hi')\n"})
    assert facts.find_value("python.framework") is None
    assert facts.find_value("python.kind") == "job"


def test_name_that_only_contains_flask_is_not_flask(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"requirements.txt": "flask-thing\n", "app.py": FLASK})
    assert facts.find_value("python.added") == ("flask", "gunicorn>=23,<26")


def test_django(tmp_path: Path) -> None:
    code = (
        "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
    )
    files = {"requirements.txt": "Django\n", "manage.py": "", "site1/wsgi.py": code}
    facts = facts_of(tmp_path, files)
    assert facts.find_value("python.framework") == "django"
    assert start_of(facts).endswith("site1.wsgi:application")


def test_django_below_the_root_runs_from_its_manage_py(tmp_path: Path) -> None:
    code = (
        "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
    )
    files = {"requirements.txt": "Django\n", "shop/manage.py": "", "shop/shop/wsgi.py": code}
    assert "--chdir shop" in start_of(facts_of(tmp_path, files))
    assert start_of(facts_of(tmp_path, files)).endswith("shop.wsgi:application")


@pytest.mark.parametrize(
    ("code", "port", "variable"),
    [
        ("http.server.HTTPServer(('', 9000), X)", 9000, None),
        ("PORT = 9001\nHTTPServer(('0.0.0.0', PORT), X)", 9001, None),
        ("import os\nHTTPServer(('', int(os.environ.get('PORT', 9))), X)", 8080, "PORT"),
        ("import os\nHTTPServer(('', int(os.getenv('APP_PORT') or 9)), X)", 8080, "APP_PORT"),
        ("import os\nHTTPServer(('', int(os.environ['PORT'])), X)", 8080, "PORT"),
        ("ADDRESS = ('', 9003)\nHTTPServer(ADDRESS, X)", 9003, None),
    ],
)
def test_port_of_a_plain_server(tmp_path: Path, code: str, port: int, variable: str | None) -> None:
    head = "import http.server\nfrom http.server import HTTPServer\n"
    facts = facts_of(tmp_path, {"server.py": f"{head}{code}\n"})
    assert facts.find_value("python.port") == port
    assert facts.find_value("python.port_variable") == variable
    assert start_of(facts) == "python server.py"


def test_loopback_is_warned_of(tmp_path: Path) -> None:
    code = "from http.server import HTTPServer\nHTTPServer(('127.0.0.1', 8000), X)\n"
    facts = facts_of(tmp_path, {"server.py": code})
    assert problems_of(facts) == [
        "server.py:2 listens on 127.0.0.1: nothing outside its own pod can reach it"
    ]


def test_worker_loops(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"worker.py": "while True:\n    work()\n"})
    assert facts.find_value("python.kind") == "worker"
    assert facts.find_value("python.port") is None


def test_celery(tmp_path: Path) -> None:
    code = "from celery import Celery\nqueue = Celery('jobs')\n"
    facts = facts_of(tmp_path, {"requirements.txt": "celery\n", "jobs.py": code})
    assert start_of(facts) == "celery --app jobs worker --loglevel info --concurrency 2"
    assert facts.find_value("python.kind") == "worker"


def test_health_route_of_the_app_only(tmp_path: Path) -> None:
    code = FLASK + "@app.route('/healthz')\ndef h(): ...\n"
    assert facts_of(tmp_path, {"app.py": code}).find_value("python.health_path") == "/healthz"


def test_health_route_of_a_blueprint_may_have_a_prefix(tmp_path: Path) -> None:
    code = FLASK + "@admin.route('/healthz')\ndef h(): ...\n"
    assert facts_of(tmp_path, {"app.py": code}).find_value("python.health_path") is None


def test_procfile_decides_the_start(tmp_path: Path) -> None:
    procfile = "release: ./migrate\nweb: gunicorn app:app --bind 0.0.0.0:$PORT --workers 2\n"
    files = {"requirements.txt": "flask\ngunicorn\n", "app.py": FLASK, "Procfile": procfile}
    assert start_of(facts_of(tmp_path, files)) == (
        "gunicorn app:app --bind 0.0.0.0:{port} --workers 2"
    )


def test_requirements_are_parsed(tmp_path: Path) -> None:
    text = (
        "# flask\n-r base.txt\n-c limits.txt\nuvicorn[standard]>=0.3 ; python_version > '3'  # x\n"
        "starlette==0.4 \\\n  --hash=sha256:00\nhttps://x/y.whl\n"
    )
    files = {"requirements.txt": text, "base.txt": "flask==3.0\n", "limits.txt": "x==1\n"}
    facts = facts_of(tmp_path, {**files, "app.py": FLASK})
    assert facts.find_value("python.requirement_files") == (
        "requirements.txt",
        "base.txt",
        "limits.txt",
    )
    assert facts.find_value("python.framework_version") == "3.0"
    assert facts.problems == ()


def test_broken_requirement_is_named_and_the_rest_works(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"requirements.txt": "flask==3.1\n=nonsense\n", "app.py": FLASK})
    assert problems_of(facts)[0].startswith("requirements.txt:2 '=nonsense' is not a requirement")
    assert start_of(facts).endswith("app:app")


@pytest.mark.parametrize("line", ["-e .", "./libs/mine", "mine @ file:./libs/mine"])
def test_requirement_of_this_project_needs_the_source(tmp_path: Path, line: str) -> None:
    facts = facts_of(tmp_path, {"requirements.txt": f"{line}\n", "app.py": FLASK})
    assert facts.find_value("python.needs_source") is True


def test_broken_toml_is_named_and_the_rest_works(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"pyproject.toml": "[project\nx = 1\n", "app.py": FLASK})
    assert problems_of(facts)[0].startswith("pyproject.toml:1 not valid TOML")
    assert start_of(facts).endswith("app:app")


def test_broken_module_is_named_and_the_rest_works(tmp_path: Path) -> None:
    files = {"requirements.txt": "flask\n", "app.py": FLASK, "old.py": "print 'x'\n"}
    facts = facts_of(tmp_path, files)
    assert problems_of(facts) == ["old.py:1 is not valid Python"]
    assert start_of(facts).endswith("app:app")


def test_pyproject_without_project_is_tooling(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"pyproject.toml": "[tool.black]\n", "x.py": "print(1)\n"})
    assert facts.find_value("python.is_tooling_only") is True


@pytest.mark.parametrize(
    ("pyproject", "install"),
    [
        ("[project]\nname='x'\ndependencies=['flask']\n", "dependencies"),
        ("[project]\nname='x'\ndynamic=['dependencies']\n", "package"),
        ("[project]\nname='x'\nrequires-python='==3.10.*'\ndependencies=[]\n", "package"),
        ("[tool.poetry]\nname='x'\n", "package"),
    ],
)
def test_way_to_install(tmp_path: Path, pyproject: str, install: str) -> None:
    facts = facts_of(tmp_path, {"pyproject.toml": pyproject, "app.py": FLASK})
    assert facts.find_value("python.install") == install


def test_script_of_the_package(tmp_path: Path) -> None:
    pyproject = "[project]\nname='x'\ndependencies=[]\nscripts={run-it='pkg.cli:main'}\n"
    facts = facts_of(tmp_path, {"pyproject.toml": pyproject, "pkg/cli.py": "def main(): ...\n"})
    assert start_of(facts) == "run-it"
    assert facts.find_value("python.installs_itself") is True


def test_uv_lock(tmp_path: Path) -> None:
    files = {"pyproject.toml": "[project]\nname='x'\ndependencies=['flask']\n", "uv.lock": ""}
    facts = facts_of(tmp_path, {**files, "app.py": FLASK})
    assert facts.find_value("python.install") == "uv"


@pytest.mark.parametrize(
    ("wanted", "version"),
    [
        ("3.12.4", "3.12"),
        ("python-3.11.9", "3.11"),
        (">=3.9", "3.13"),
        (">=3.9,<3.13", "3.12"),
        (">=3.11.4,<3.12", "3.11"),
        ("~=3.11", "3.13"),
        ("~=3.11.2", "3.11"),
        ("^3.10", "3.13"),
        ("==3.10.*", "3.10"),
        (">=3.14", "3.14"),
        ("<3.9", "3.8"),
        ("*", "3.13"),
        ("!=3.13.*", "3.14"),
        (">=4", None),
        ("nonsense", None),
    ],
)
def test_version_inside_a_range(wanted: str, version: str | None) -> None:
    assert choose_version(wanted) == version


def test_version_file_goes_before_the_range(tmp_path: Path) -> None:
    files = {"pyproject.toml": "[project]\nname='x'\nrequires-python='>=3.10'\n"}
    facts = facts_of(tmp_path, {**files, ".python-version": "# mine\n3.12\n", "app.py": FLASK})
    fact = facts.find("python.version")
    assert fact is not None
    assert fact.value == "3.12"
    assert fact.evidence is not None
    assert fact.evidence.place == ".python-version:2"


def test_version_without_support_is_warned_of(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {".python-version": "3.8\n", "app.py": FLASK})
    assert facts.find_value("python.version") == "3.8"
    assert "no security fixes since 2024" in problems_of(facts)[0]


@pytest.mark.parametrize(
    ("files", "start"),
    [
        ({"whatever.py": "print(1)\n"}, "python whatever.py"),
        ({"a.py": "print(1)\n", "b.py": "print(1)\n"}, ""),
        ({"a.py": "x = 1\n", "b.py": "if __name__ == '__main__':\n    go()\n"}, "python b.py"),
        ({"main.py": "go()\n", "b.py": "if __name__ == '__main__':\n    go()\n"}, "python main.py"),
    ],
)
def test_script_is_chosen_by_name_guard_or_because_it_is_alone(
    tmp_path: Path, files: dict[str, str], start: str
) -> None:
    assert start_of(facts_of(tmp_path, files)) == start


@pytest.mark.parametrize(
    ("bind", "port", "variable"), [("0.0.0.0:$PORT", 8080, "PORT"), ("0.0.0.0:9000", 9000, None)]
)
def test_port_of_a_procfile(tmp_path: Path, bind: str, port: int, variable: str | None) -> None:
    procfile = f"web: gunicorn app:app -b {bind}\n"
    files = {"requirements.txt": "flask\n", "app.py": FLASK, "Procfile": procfile}
    facts = facts_of(tmp_path, files)
    assert facts.find_value("python.port") == port
    assert facts.find_value("python.port_variable") == variable


@pytest.mark.parametrize(
    ("pyproject", "is_tooling"),
    [("[tool.ruff]\n", True), ("[tool.poetry]\nname='x'\n", False), ("[build-system]\n", False)],
)
def test_what_is_only_tooling(tmp_path: Path, pyproject: str, is_tooling: bool) -> None:
    facts = facts_of(tmp_path, {"pyproject.toml": pyproject, "x.py": "print(1)\n"})
    assert facts.find_value("python.is_tooling_only") is is_tooling


@pytest.mark.parametrize("name", ["setup.py", "test_app.py", "tests/app.py", "docs/conf.py"])
def test_files_beside_the_app_are_no_entry(tmp_path: Path, name: str) -> None:
    facts = facts_of(tmp_path, {"requirements.txt": "flask\n", name: FLASK})
    assert start_of(facts) == ""
