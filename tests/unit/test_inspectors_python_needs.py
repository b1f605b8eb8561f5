from pathlib import Path

import pytest

from tests.support.python_facts import problems_of, python_facts, start_of, value_of

FLASK = "from flask import Flask\napp = Flask(__name__)\n"
MANAGE = "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site1.settings')\n"
WSGI = "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n"
ASGI = WSGI.replace("wsgi", "asgi")
SQLITE = (
    "INSTALLED_APPS = ['django.contrib.auth', 'django.contrib.staticfiles']\n"
    "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE / 'db'}}\n"
)
WHITENOISE = (
    "MIDDLEWARE = ['whitenoise.middleware.WhiteNoiseMiddleware']\nSTATIC_ROOT = BASE / 's'\n"
)


def django(settings: str, **more: str) -> dict[str, str]:
    return {
        "requirements.txt": "django\n",
        "manage.py": MANAGE,
        "site1/__init__.py": "",
        "site1/settings.py": settings,
        "site1/wsgi.py": WSGI,
        **more,
    }


def needed(root: Path, code: str) -> object:
    return value_of(root, {"app.py": code + FLASK}, "env_needed")


@pytest.mark.parametrize(
    ("requirement", "build", "run"),
    [
        ("psycopg2", "libpq-dev", "libpq5"),
        ("psycopg2-binary", None, None),
        ("psycopg", None, "libpq5"),
        ("psycopg[binary]", None, None),
        ("psycopg[c]", "libpq-dev", "libpq5"),
        ("mysqlclient", "default-libmysqlclient-dev", "libmariadb3"),
        ("weasyprint", None, "libpango-1.0-0"),
        ("opencv-python", None, "libgl1"),
        ("opencv-python-headless", None, None),
        ("lightgbm", None, "libgomp1"),
        ("pydub", None, "ffmpeg"),
    ],
)
def test_packages_of_the_system(
    tmp_path: Path, requirement: str, build: str | None, run: str | None
) -> None:
    files = {"requirements.txt": f"flask\n{requirement}\n", "app.py": FLASK}
    for name, wanted in (("build_packages", build), ("run_packages", run)):
        found = value_of(tmp_path, files, name)
        assert (wanted in found) if wanted and isinstance(found, tuple) else found is None


def test_packages_of_the_system_for_what_only_the_lock_names(tmp_path: Path) -> None:
    lock = '[[package]]\nname = "flask"\n\n[[package]]\nname = "cairosvg"\n'
    files = {"pyproject.toml": "[project]\nname='x'\ndependencies=['flask']\n", "uv.lock": lock}
    assert value_of(tmp_path, {**files, "app.py": FLASK}, "run_packages") == ("libcairo2",)


@pytest.mark.parametrize(
    "code",
    [
        "import os\nkey = os.environ['API_KEY']\n",
        "from os import environ\nkey = environ['API_KEY']\n",
        "from decouple import config\nkey = config('API_KEY')\n",
        "import environ\nenv = environ.Env()\nkey = env('API_KEY')\n",
        "import environ\nenv = environ.Env(DEBUG=(bool, False))\n"
        "env('DEBUG')\nk = env.str('API_KEY')\n",
        "from environs import Env\nenv = Env()\nenv.read_env()\nkey = env.str('API_KEY')\n",
        "from starlette.config import Config\nconfig = Config('.env')\n"
        "k = config('API_KEY', cast=str)\n",
        "from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    api_key: str\n"
        "    debug: bool = False\n",
        "from pydantic_settings import BaseSettings, SettingsConfigDict\nclass S(BaseSettings):\n"
        "    model_config = SettingsConfigDict(env_prefix='API_')\n    key: str\n",
        "from pydantic import BaseSettings, Field\nclass S(BaseSettings):\n"
        "    k: str = Field(..., env='API_KEY')\n    n: int = Field(default=3)\n",
    ],
)  # fmt: skip
def test_variable_without_a_default(tmp_path: Path, code: str) -> None:
    assert needed(tmp_path, code) == ("API_KEY",)


@pytest.mark.parametrize(
    "code",
    [
        "import os\nkey = os.environ.get('API_KEY')\n",
        "import os\nos.environ['API_KEY'] = 'x'\n",
        "import os\nos.environ.setdefault('API_KEY', 'x')\nkey = os.environ['API_KEY']\n",
        "import os\nif 'API_KEY' in os.environ:\n    key = os.environ['API_KEY']\n",
        "import os\ndef later():\n    return os.environ['API_KEY']\n",
        "from decouple import config\nkey = config('API_KEY', default='')\n",
        "import environ\nenv = environ.Env()\nkey = env('API_KEY', default='')\n",
    ],
)
def test_variable_that_may_be_absent(tmp_path: Path, code: str) -> None:
    assert needed(tmp_path, code) is None


def test_variable_of_an_imported_module(tmp_path: Path) -> None:
    files = {"app.py": f"import config\n{FLASK}", "config.py": "import os\nA = os.environ['A']\n"}
    fact = python_facts(tmp_path, files).find("python.env_needed")
    assert fact is not None
    assert fact.evidence is not None
    assert fact.evidence.place == "config.py:2"


def test_variable_of_a_module_that_is_named_in_a_text(tmp_path: Path) -> None:
    code = f"{FLASK}app.config.from_object('shop.settings.Dev')\n"
    files = {"requirements.txt": "flask\n", "shop/settings.py": "import os\nA = os.environ['A']\n"}
    assert value_of(tmp_path, {"app.py": code, **files}, "env_needed") == ("A",)


def test_value_of_a_needed_variable_is_from_the_example(tmp_path: Path) -> None:
    code = "import os\nurl = os.environ['API_URL']\nother = os.environ['OTHER']\n"
    example = "# x\nAPI_URL='http://x'\nOTHER=\nUNUSED=1\n"
    files = {"requirements.txt": "flask\n", "app.py": code + FLASK, ".env.example": example}
    assert value_of(tmp_path, files, "env") == ("API_URL=http://x",)
    assert problems_of(tmp_path, files) == [
        "app.py:2 needs API_URL; its value in the chart is from .env.example",
        "app.py:3 needs OTHER, and nothing here gives it a value",
    ]


def test_key_of_the_apps_own_gets_a_placeholder(tmp_path: Path) -> None:
    code = "import os\nkey = os.environ['APP_SECRET_KEY']\nother = os.environ['STRIPE_KEY']\n"
    assert value_of(tmp_path, {"app.py": code + FLASK}, "env") == (
        "APP_SECRET_KEY=only-for-development",
    )


def test_values_of_the_env_file_stay_where_they_are(tmp_path: Path) -> None:
    code = "import os\nkey = os.environ['STRIPE_KEY']\n"
    files = {"app.py": code + FLASK, ".env": "STRIPE_KEY=real\n"}
    assert value_of(tmp_path, files, "env") is None


@pytest.mark.parametrize(
    "code",
    [
        "URI = 'sqlite:///todo.db'\n",
        "URI = f'sqlite:///{base}/todo.db'\n",
        "import os\nURI = os.getenv('U') or 'sqlite:///' + os.path.join(base, 'app.db')\n",
        "import sqlite3\ndb = sqlite3.connect('todo.db')\n",
        "open('notes.txt', 'a')\n",
        "import logging\nlogging.basicConfig(filename='app.log')\n",
        "from pathlib import Path\nB = Path(__file__).parent\n(B / 'x.json').write_text('')\n",
        "import os\nopen(os.path.join(os.path.dirname(__file__), 'x'), 'w')\n",
    ],
)
def test_file_beside_the_app_needs_a_writable_root(tmp_path: Path, code: str) -> None:
    assert value_of(tmp_path, {"app.py": code + FLASK}, "writes_beside") is True


@pytest.mark.parametrize(
    "code",
    [
        "URI = 'sqlite:////tmp/todo.db'\n",
        "URI = 'sqlite://'\n",
        "import sqlite3\ndb = sqlite3.connect(':memory:')\n",
        "open('/tmp/x', 'w')\n",
        "open('notes.txt')\n",
        "open(name, 'w')\n",
        "import logging\nlogging.basicConfig(level=1)\n",
    ],
)
def test_other_writing_does_not(tmp_path: Path, code: str) -> None:
    facts = python_facts(tmp_path, {"app.py": code + FLASK})
    assert facts.find_value("python.writes_beside") is None
    assert facts.find_value("python.writable_folders") is None


@pytest.mark.parametrize(
    "code",
    [
        "import os\nos.makedirs('uploads', exist_ok=True)\n",
        "UPLOAD_FOLDER = 'uploads'\n",
        "config['UPLOAD_FOLDER'] = 'uploads'\n",
        "from pathlib import Path\nPath('uploads').mkdir()\n",
        "import os\nUP = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'uploads')\n"
        "os.makedirs(UP)\n",
        "import sqlite3\nsqlite3.connect('uploads/x.db')\n",
    ],
)
def test_folder_of_its_own_is_mounted(tmp_path: Path, code: str) -> None:
    files = {"app.py": code + FLASK, "uploads/.gitkeep": ""}
    assert value_of(tmp_path, files, "writable_folders") == ("/app/uploads",)


def test_folder_with_files_is_not_mounted_over(tmp_path: Path) -> None:
    files = {"app.py": f"open('data/x', 'w')\n{FLASK}", "data/seed.csv": "1\n"}
    assert value_of(tmp_path, files, "writable_folders") is None
    assert value_of(tmp_path, files, "writes_beside") is True


def test_django_with_a_database_file_makes_its_tables_first(tmp_path: Path) -> None:
    start = start_of(tmp_path, django(SQLITE))
    assert start.startswith("sh -c python manage.py migrate --noinput && exec gunicorn")


def test_django_with_a_database_server_does_not_migrate(tmp_path: Path) -> None:
    settings = SQLITE.replace("sqlite3", "postgresql")
    assert start_of(tmp_path, django(settings)).startswith("gunicorn")
    assert value_of(tmp_path, django(settings), "migrate") == (
        "python", "manage.py", "migrate", "--noinput",
    )  # fmt: skip


def test_static_files_are_gathered_for_whitenoise(tmp_path: Path) -> None:
    key = "import os\nSECRET_KEY = os.environ['SECRET_KEY']\n"
    assert value_of(tmp_path, django(key + SQLITE + WHITENOISE), "collect_static") == (
        "SECRET_KEY=only-for-this-build python manage.py collectstatic --noinput"
    )


def test_static_files_are_not_gathered_where_the_settings_need_more(tmp_path: Path) -> None:
    settings = "import os\nX = os.environ['STRIPE_KEY']\n" + SQLITE + WHITENOISE
    assert value_of(tmp_path, django(settings), "collect_static") is None
    assert any(
        "static files are not gathered" in p for p in problems_of(tmp_path, django(settings))
    )


def test_static_files_are_not_gathered_without_whitenoise(tmp_path: Path) -> None:
    assert value_of(tmp_path, django(f"{SQLITE}STATIC_ROOT = 's'\n"), "collect_static") is None


def test_settings_that_take_from_others(tmp_path: Path) -> None:
    files = django("from .base import *\nDEBUG = False\n", **{"site1/base.py": SQLITE})
    assert start_of(tmp_path, files).startswith("sh -c python manage.py migrate")


def test_hosts_of_a_variable_that_is_empty_get_this_machine(tmp_path: Path) -> None:
    hosts = "import os\nALLOWED_HOSTS = os.environ.get('ALLOWED_HOSTS', '').split(',')\n"
    assert value_of(tmp_path, django(hosts), "env") == ("ALLOWED_HOSTS=localhost,127.0.0.1",)


@pytest.mark.parametrize("hosts", ["['*']", "os.environ.get('ALLOWED_HOSTS', '*').split(',')"])
def test_hosts_that_are_given_stay(tmp_path: Path, hosts: str) -> None:
    assert value_of(tmp_path, django(f"import os\nALLOWED_HOSTS = {hosts}\n"), "env") is None


@pytest.mark.parametrize(
    ("settings", "program"),
    [
        ("INSTALLED_APPS = ['daphne']\n", "uvicorn"),
        ("INSTALLED_APPS = ['channels']\nASGI_APPLICATION = 'site1.asgi.application'\n", "uvicorn"),
        ("ASGI_APPLICATION = 'site1.asgi.application'\n", "uvicorn"),
        ("WSGI_APPLICATION = 'site1.wsgi.application'\n", "gunicorn"),
    ],
)
def test_django_is_asgi_where_it_says_so(tmp_path: Path, settings: str, program: str) -> None:
    files = django(settings, **{"site1/asgi.py": ASGI})
    assert start_of(tmp_path, files).startswith(program)
    assert value_of(tmp_path, files, "framework") == "django"


def test_application_that_the_settings_name(tmp_path: Path) -> None:
    files = django("WSGI_APPLICATION = 'deploy.wsgi.application'\n", **{"deploy/wsgi.py": WSGI})
    assert start_of(tmp_path, files).endswith("deploy.wsgi:application")


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"alembic.ini": ""}, ("alembic", "upgrade", "head")),
        ({"requirements.txt": "flask\nflask-migrate\n", "migrations/env.py": ""},
         ("flask", "db", "upgrade")),
    ],
)  # fmt: skip
def test_migrations_of_others(
    tmp_path: Path, files: dict[str, str], command: tuple[str, ...]
) -> None:
    assert value_of(tmp_path, {"app.py": FLASK, **files}, "migrate") == command


@pytest.mark.parametrize(
    ("library", "memory"), [("flask", "light"), ("pandas", "middle"), ("torch", "heavy")]
)
def test_memory_by_the_libraries(tmp_path: Path, library: str, memory: str) -> None:
    files = {"requirements.txt": f"{library}\n", "app.py": FLASK}
    assert value_of(tmp_path, files, "memory") == memory


def test_flask_with_a_database_file_makes_its_tables_first(tmp_path: Path) -> None:
    code = f"{FLASK}app.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:///app.db'\n"
    files = {"app.py": code, "requirements.txt": "flask\nflask-migrate\n", "migrations/env.py": ""}
    start = start_of(tmp_path, files)
    assert start.startswith("sh -c flask --app app:app db upgrade && exec gunicorn")


def test_worker_and_clock_beside_the_web_app(tmp_path: Path) -> None:
    tasks = "from celery import Celery\nqueue = Celery('x')\nqueue.conf.beat_schedule = {}\n"
    files = {"requirements.txt": "flask\ncelery\n", "app.py": FLASK, "tasks.py": tasks}
    facts = python_facts(tmp_path, files)
    worker, beat = (facts.find_value(f"python.{name}") for name in ("worker", "beat"))
    assert isinstance(worker, tuple)
    assert isinstance(beat, tuple)
    assert " ".join(worker).startswith("celery --app tasks worker")
    assert " ".join(beat).startswith("celery --app tasks beat")


def test_worker_alone_is_the_app(tmp_path: Path) -> None:
    code = "from celery import Celery\nqueue = Celery('x')\n"
    files = {"requirements.txt": "celery\n", "tasks.py": code}
    assert value_of(tmp_path, files, "worker") is None
