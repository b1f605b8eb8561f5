from pathlib import Path

import pytest

from tests.support.python_facts import problems_of, python_facts, start_of, value_of

FLASK = "from flask import Flask\napp = Flask(__name__)\n"
FACTORY = "from flask import Flask\ndef create_app(name):\n    app = Flask(name)\n    return app\n"
GUARD = "if __name__ == '__main__':\n    "


def test_object_that_another_modules_factory_makes(tmp_path: Path) -> None:
    files = {
        "shop/__init__.py": FACTORY,
        "wsgi.py": "from shop import create_app\napplication = create_app('production')\n",
    }
    assert start_of(tmp_path, files).endswith("wsgi:application")


def test_factory_that_is_imported_relatively(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "flask\n",
        "shop/__init__.py": "",
        "shop/factory.py": FACTORY,
        "shop/main.py": "from .factory import create_app\nweb = create_app('x')\n",
    }
    assert start_of(tmp_path, files).endswith("shop.main:web")


def test_factory_that_calls_a_factory(tmp_path: Path) -> None:
    files = {
        "core.py": FACTORY,
        "site.py": "import core\ndef make():\n    made = core.create_app('x')\n    return made\n",
    }
    assert start_of(tmp_path, files).endswith("site:make()")


def test_wsgi_module_goes_before_the_module_that_it_imports_from(tmp_path: Path) -> None:
    files = {"shop/__init__.py": FLASK, "wsgi.py": "from shop import app\nimport views\n"}
    assert start_of(tmp_path, files).endswith("wsgi:app")


def test_imported_class_is_no_app(tmp_path: Path) -> None:
    code = "from flask import Flask\nfrom shop import create_app\n"
    assert start_of(tmp_path, {"app.py": code, "shop.py": FACTORY}) == ""


def test_class_of_ones_own(tmp_path: Path) -> None:
    code = (
        "from fastapi import FastAPI\nclass Api(FastAPI):\n    pass\ndef add(): ...\napi = Api()\n"
    )
    assert start_of(tmp_path, {"main.py": code}).endswith("main:api")


def test_mounted_app_is_not_the_app(tmp_path: Path) -> None:
    code = "from fastapi import FastAPI\nadmin = FastAPI()\nroot = FastAPI()\n"
    files = {"main.py": f"{code}root.mount('/admin', admin)\n"}
    assert start_of(tmp_path, files).endswith("main:root")


def test_object_under_try(tmp_path: Path) -> None:
    code = "from flask import Flask\ntry:\n    app = Flask('x')\nexcept Exception:\n    raise\n"
    assert start_of(tmp_path, {"app.py": code}).endswith("app:app")


def test_annotated_factory(tmp_path: Path) -> None:
    code = (
        "from fastapi import FastAPI\nimport kit\ndef build() -> FastAPI:\n    return kit.make()\n"
    )
    assert start_of(tmp_path, {"main.py": code}).endswith("--factory main:build")


def test_relative_imports_of_a_src_layout_do_not_import_src(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "flask\n",
        "src/shop/__init__.py": "",
        "src/shop/app.py": f"from .views import x\n{FLASK}",
        "src/shop/views.py": "x = 1\n",
    }
    assert "--chdir src" in start_of(tmp_path, files)
    assert start_of(tmp_path, files).endswith("shop.app:app")


@pytest.mark.parametrize(
    ("code", "start"),
    [
        ("from starlette.applications import Starlette\na = Starlette()", "uvicorn main:a"),
        ("from fasthtml.common import *\napp, rt = fast_app()\nserve()", "uvicorn main:app"),
        ("from litestar import Litestar\napp = Litestar([])", "uvicorn main:app"),
        ("from quart import Quart\napp = Quart(__name__)", "hypercorn main:app"),
        ("from sanic import Sanic\napp = Sanic('x')", "sanic main:app"),
        ("from blacksheep import Application\napp = Application()", "uvicorn main:app"),
        ("import socketio\napp = socketio.ASGIApp(x)", "uvicorn main:app"),
        ("from shiny import App\napp = App(ui, server)", "uvicorn main:app"),
        ("import falcon\napp = falcon.App()", "gunicorn main:app"),
        ("import falcon.asgi\napp = falcon.asgi.App()", "uvicorn main:app"),
        ("from bottle import Bottle\napp = Bottle()", "gunicorn main:app"),
        ("import bottle\napp = bottle.default_app()", "gunicorn main:app"),
        ("from pyramid.config import Configurator\nc = Configurator()\n"
         "app = c.make_wsgi_app()", "gunicorn main:app"),
        ("from dash import Dash\napp = Dash()\nserver = app.server", "gunicorn main:server"),
        ("from apiflask import APIFlask\napp = APIFlask('x')", "gunicorn main:app"),
        ("from aiohttp import web\napp = web.Application()", "gunicorn main:app"),
        ("from huey import RedisHuey\nq = RedisHuey()", "huey_consumer.py main.q"),
    ],
)  # fmt: skip
def test_frameworks(tmp_path: Path, code: str, start: str) -> None:
    words = start_of(tmp_path, {"main.py": code}).split()
    assert f"{words[0]} {words[-1]}" == start


@pytest.mark.parametrize(
    ("server", "program"),
    [("uvicorn", "uvicorn"), ("hypercorn", "hypercorn"), ("daphne", "daphne"), ("", "uvicorn")],
)
def test_declared_asgi_server_is_used(tmp_path: Path, server: str, program: str) -> None:
    code = "from starlette.applications import Starlette\napp = Starlette()\n"
    files = {"requirements.txt": f"starlette\n{server}\n", "main.py": code}
    assert start_of(tmp_path, files).startswith(program)


def test_member_of_a_workspace_is_served_from_its_own_src(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[tool.uv.workspace]\nmembers=['packages/*']\n",
        "uv.lock": "version = 1\n",
        "packages/api/pyproject.toml": "[project]\nname='api'\ndependencies=['fastapi']\n",
        "packages/api/src/api/__init__.py": "",
        "packages/api/src/api/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    }
    assert "--app-dir packages/api/src" in start_of(tmp_path, files)
    assert start_of(tmp_path, files).endswith(" api.main:app")


def test_module_of_the_name_that_it_imports(tmp_path: Path) -> None:
    code = "from celery import Celery\napp = Celery('jobs')\n"
    files = {"requirements.txt": "celery\n", "jobs/__init__.py": "", "jobs/celery.py": code}
    assert start_of(tmp_path, files).startswith("celery --app jobs.celery worker")


def test_declared_waitress_is_used(tmp_path: Path) -> None:
    files = {"requirements.txt": "flask\nwaitress\n", "app.py": FLASK}
    assert start_of(tmp_path, files) == "waitress-serve --listen=0.0.0.0:{port} app:app"
    assert value_of(tmp_path, files, "added") == ()


def test_gunicorn_with_asgi_workers_of_its_configuration(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "fastapi\ngunicorn\nuvicorn\n",
        "gunicorn.conf.py": "worker_class = 'uvicorn.workers.UvicornWorker'\n",
        "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    }
    assert start_of(tmp_path, files).startswith("gunicorn")


def test_flask_socketio_keeps_to_one_process(tmp_path: Path) -> None:
    code = f"from flask_socketio import SocketIO\n{FLASK}socketio = SocketIO(app)\n"
    guard = f"{GUARD}socketio.run(app)\n"
    files = {"requirements.txt": "flask-socketio\nflask\n", "app.py": code + guard}
    assert "--workers 1 --threads 100" in start_of(tmp_path, files)


@pytest.mark.parametrize(
    ("code", "start", "environ"),
    [
        ("import gradio as gr\nwith gr.Blocks() as demo:\n    pass\ndemo.launch()",
         "python main.py", ("GRADIO_SERVER_NAME=0.0.0.0", "GRADIO_SERVER_PORT={port}")),
        ("from dash import Dash\napp = Dash()\nif __name__ == '__main__':\n    app.run()",
         "python main.py", ("HOST=0.0.0.0", "PORT={port}")),
        ("from robyn import Robyn\napp = Robyn(__file__)\napp.start()",
         "python main.py", ("ROBYN_HOST=0.0.0.0", "ROBYN_PORT={port}")),
        ("from fastmcp import FastMCP\nm = FastMCP('x')\nm.run(transport='http')",
         "python main.py", ("FASTMCP_HOST=0.0.0.0", "FASTMCP_PORT={port}")),
        ("import web\napp = web.application((), {})\nif __name__ == '__main__':\n    app.run()",
         "python main.py 0.0.0.0:{port}", None),
    ],
)  # fmt: skip
def test_servers_that_the_environ_moves(
    tmp_path: Path, code: str, start: str, environ: tuple[str, ...] | None
) -> None:
    assert start_of(tmp_path, {"main.py": code}) == start
    assert value_of(tmp_path, {"main.py": code}, "environ") == environ
    assert value_of(tmp_path, {"main.py": code}, "port") == 8080


@pytest.mark.parametrize(
    ("code", "port"),
    [
        ("from nicegui import ui\nui.run(port=9001)", 9001),
        ("from nicegui import ui\nui.run()", 8080),
        ("from tornado.options import define, options\nimport tornado.web\n"
         "define('port', default=8888)\ntornado.web.Application().listen(options.port)", 8888),
        ("import argparse\nfrom aiohttp import web\np = argparse.ArgumentParser()\n"
         "p.add_argument('--port', type=int, default=9123)\nargs = p.parse_args()\n"
         "web.run_app(x, port=args.port)", 9123),
        ("from http.server import *\ndef run(server=HTTPServer, port=8765):\n"
         "    server(('', port), X).serve_forever()\nrun()", 8765),
        ("import argparse\nfrom http.server import *\ndef run(addr='localhost', port=8000):\n"
         "    HTTPServer((addr, port), X).serve_forever()\np = argparse.ArgumentParser()\n"
         "p.add_argument('-p', '--port', default=8766)\nargs = p.parse_args()\n"
         "run('0.0.0.0', port=args.port)", 8766),
        ("import prometheus_client\nprometheus_client.start_http_server(9105)", 9105),
        ("import grpc\ns = grpc.server(x)\ns.add_insecure_port('[::]:50051')\ns.start()", 50051),
        ("import socket\ns = socket.socket()\ns.bind(('0.0.0.0', 9999))\ns.listen()", 9999),
        ("from gevent.pywsgi import WSGIServer\nWSGIServer(('0.0.0.0', 5055), x).serve_forever()",
         5055),
        ("import asyncio, websockets\nasync def main():\n"
         "    async with websockets.serve(f, '0.0.0.0', 8765):\n        pass\nasyncio.run(main())",
         8765),
        ("class C:\n    PORT = 7001\nfrom waitress import serve\nserve(x, port=C.PORT)", 7001),
        ("import cherrypy\ncherrypy.quickstart(X())", 8080),
    ],
)  # fmt: skip
def test_port_is_followed_to_where_it_is_set(tmp_path: Path, code: str, port: int) -> None:
    assert value_of(tmp_path, {"main.py": code}, "port") == port
    assert value_of(tmp_path, {"main.py": code}, "kind") == "web"


def test_settings_move_the_port(tmp_path: Path) -> None:
    code = (
        "from pydantic_settings import BaseSettings\nclass S(BaseSettings):\n    port: int = 9000\n"
        "import uvicorn\nuvicorn.run(app, host='0.0.0.0', port=S().port)\n"
    )
    assert value_of(tmp_path, {"main.py": code}, "port_variable") == "PORT"


def test_host_that_a_function_is_called_with(tmp_path: Path) -> None:
    code = (
        "from http.server import *\ndef run(addr='localhost', port=8000):\n"
        "    HTTPServer((addr, port), X).serve_forever()\nrun('0.0.0.0')\n"
    )
    assert problems_of(tmp_path, {"main.py": code}) == []


def test_variable_moves_the_host(tmp_path: Path) -> None:
    code = (
        "import os\nfrom http.server import HTTPServer\n"
        "HTTPServer((os.getenv('HOST', '127.0.0.1'), 8000), X).serve_forever()\n"
    )
    assert value_of(tmp_path, {"main.py": code}, "environ") == ("HOST=0.0.0.0",)
    assert problems_of(tmp_path, {"main.py": code}) == []


def test_call_that_serves_is_reached_through_the_package(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "aiohttp\n",
        "backend/__init__.py": "",
        "backend/web.py": "from aiohttp import web\ndef main():\n    web.run_app(x, port=9000)\n",
        "backend/__main__.py": "from backend.web import main\nmain()\n",
    }
    assert start_of(tmp_path, files) == "python -m backend"
    assert value_of(tmp_path, files, "port") == 9000


def test_call_that_serves_is_reached_through_the_installed_script(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[project]\nname='x'\ndependencies=[]\nscripts={x-serve='x.cli:main'}\n",
        "x/__init__.py": "",
        "x/cli.py": "from x import web\ndef main():\n    web.run()\n",
        "x/web.py": "from waitress import serve\ndef run():\n    serve(app, port=8123)\n",
    }
    assert start_of(tmp_path, files) == "x-serve"
    assert value_of(tmp_path, files, "kind") == "web"
    assert value_of(tmp_path, files, "port") == 8123


def test_app_that_serves_when_it_is_imported_runs_as_a_file(tmp_path: Path) -> None:
    code = "import uvicorn\nfrom fastapi import FastAPI\napp = FastAPI()\n"
    files = {"main.py": f"{code}uvicorn.run(app, host='0.0.0.0', port=9000)\n"}
    assert start_of(tmp_path, files) == "python main.py"
    assert value_of(tmp_path, files, "port") == 9000


def test_flask_that_serves_when_it_is_imported_is_told_not_to(tmp_path: Path) -> None:
    files = {"app.py": f"{FLASK}app.run(debug=True)\n"}
    assert start_of(tmp_path, files).startswith("gunicorn")
    assert value_of(tmp_path, files, "environ") == ("FLASK_RUN_FROM_CLI=true",)


def test_what_the_guard_prepares_comes_before_the_server(tmp_path: Path) -> None:
    code = f"{FLASK}{GUARD}db.create_all()\n    app.run()\n"
    assert start_of(tmp_path, {"app.py": code}).startswith(
        "sh -c FLASK_RUN_FROM_CLI=true python app.py && exec gunicorn --bind 0.0.0.0:{port}"
    )


@pytest.mark.parametrize(
    ("files", "start"),
    [
        ({"Home.py": "import streamlit as st\nst.title('x')\n",
          "pages/1_more.py": "import streamlit as st\nst.title('y')\n"}, "run Home.py"),
        ({"helpers.py": "import streamlit as st\nst.cache_data\ndef f(): st.write(1)\n",
          "streamlit_app.py": "import streamlit as st\nimport helpers\nst.write(1)\n"},
         "run streamlit_app.py"),
        ({"src/dash.py": "import streamlit as st\ndef main():\n    st.title('x')\n"
          "if __name__ == '__main__':\n    main()\n"}, "run src/dash.py"),
    ],
)  # fmt: skip
def test_streamlit_page(tmp_path: Path, files: dict[str, str], start: str) -> None:
    files = {"requirements.txt": "streamlit\n", **files}
    assert start in start_of(tmp_path, files)
    assert value_of(tmp_path, files, "health_path") == "/_stcore/health"


@pytest.mark.parametrize(
    ("code", "start"),
    [
        ("import panel as pn\npn.Row('x').servable()", "panel serve app.py"),
        ("import chainlit as cl\n@cl.on_message\nasync def m(x): ...", "chainlit run app.py"),
        ("import marimo\napp = marimo.App()", "marimo run app.py"),
    ],
)
def test_other_pages(tmp_path: Path, code: str, start: str) -> None:
    assert start_of(tmp_path, {"app.py": code}).startswith(start)


def test_declared_framework_goes_before_a_nearer_one(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "fastapi\n",
        "demo.py": "import streamlit as st\nst.title('x')\n",
        "api/main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    }
    assert value_of(tmp_path, files, "framework") == "fastapi"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("import discord\nbot = discord.Client()\nbot.run('x')", "worker"),
        ("from telegram.ext import Application\nApplication.builder().build().run_polling()",
         "worker"),
        ("import pika\nchannel = x()\nchannel.start_consuming()", "worker"),
        ("import time\nwhile True:\n    time.sleep(1)\n    break", "worker"),
        ("f = open('x')\nwhile True:\n    if not f.readline():\n        break", "job"),
        ("print('done')", "job"),
    ],
)  # fmt: skip
def test_kind_of_a_script(tmp_path: Path, code: str, kind: str) -> None:
    assert value_of(tmp_path, {"main.py": code}, "kind") == kind


def test_loop_of_a_module_that_is_not_imported_says_nothing(tmp_path: Path) -> None:
    files = {"main.py": "print(1)\n", "other.py": "while True:\n    pass\n"}
    assert value_of(tmp_path, files, "kind") == "job"


def test_file_without_anything_to_do_is_no_start(tmp_path: Path) -> None:
    assert start_of(tmp_path, {"main.py": "def main():\n    print(1)\n"}) == ""


def test_health_route_that_asks_others_is_not_probed(tmp_path: Path) -> None:
    route = "@app.get('/health')\ndef h():\n    db.execute('select 1')\n    return 'ok'\n"
    assert value_of(tmp_path, {"app.py": FLASK + route}, "health_path") is None


def test_task_of_the_project_is_the_start(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "[project]\nname='x'\ndependencies=['fastapi', 'uvicorn']\n"
        "[tool.pdm.scripts]\nstart = 'uvicorn main:app --workers 2'\n",
        "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    }
    assert start_of(tmp_path, files) == "uvicorn main:app --workers 2 --host 0.0.0.0 --port {port}"


def test_task_that_reloads_is_for_development(tmp_path: Path) -> None:
    files = {
        "Pipfile": "[packages]\nfastapi='*'\n[scripts]\nstart = 'uvicorn main:app --reload'\n",
        "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
    }
    assert "--reload" not in start_of(tmp_path, files)


def test_evidence_of_a_start_is_the_line(tmp_path: Path) -> None:
    fact = python_facts(tmp_path, {"app.py": FLASK}).find("python.start")
    assert fact is not None
    assert fact.evidence is not None
    assert fact.evidence.place == "app.py:2"
