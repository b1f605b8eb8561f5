"""The frameworks of Python: how their apps are made, served and installed."""

from dataclasses import dataclass
from enum import StrEnum


class Interface(StrEnum):
    """How the apps of a framework are run."""

    WSGI = "wsgi"
    ASGI = "asgi"
    AIOHTTP = "aiohttp"
    PAGE = "page"  # its own command runs a file
    QUEUE = "queue"  # its own command runs a worker
    SCRIPT = "script"  # the file is run and serves by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Framework:
    """`package` is the distribution that brings it, `brings` the servers that come along."""

    title: str
    interface: Interface
    package: str
    brings: tuple[str, ...] = ()
    # Keeps files of its own beside the app's, so the root must be writable.
    writes: bool = False


def _wsgi(title: str, package: str, *brings: str) -> Framework:
    return Framework(title=title, interface=Interface.WSGI, package=package, brings=brings)


def _asgi(title: str, package: str, *brings: str, writes: bool = False) -> Framework:
    return Framework(
        title=title, interface=Interface.ASGI, package=package, brings=brings, writes=writes
    )


def _page(title: str, package: str, *, writes: bool = False) -> Framework:
    return Framework(title=title, interface=Interface.PAGE, package=package, writes=writes)


def _queue(title: str, package: str) -> Framework:
    return Framework(title=title, interface=Interface.QUEUE, package=package)


def _script(title: str, package: str) -> Framework:
    return Framework(title=title, interface=Interface.SCRIPT, package=package)


FRAMEWORKS = {
    "django": _wsgi("Django", "django"),
    "django-asgi": _asgi("Django", "django"),
    "flask": _wsgi("Flask", "flask"),
    "fastapi": _asgi("FastAPI", "fastapi"),
    "starlette": _asgi("Starlette", "starlette"),
    "fasthtml": _asgi("FastHTML", "python-fasthtml", "uvicorn", writes=True),
    "litestar": _asgi("Litestar", "litestar"),
    "quart": _asgi("Quart", "quart", "hypercorn"),
    "sanic": _asgi("Sanic", "sanic", "sanic"),
    "blacksheep": _asgi("BlackSheep", "blacksheep"),
    "connexion": _asgi("Connexion", "connexion"),
    "socketio": _asgi("Socket.IO", "python-socketio"),
    "shiny": _asgi("Shiny", "shiny", "uvicorn"),
    "falcon": _wsgi("Falcon", "falcon"),
    "falcon-asgi": _asgi("Falcon", "falcon"),
    "bottle": _wsgi("Bottle", "bottle"),
    "pyramid": _wsgi("Pyramid", "pyramid"),
    "dash": _wsgi("Dash", "dash", "flask"),
    "apiflask": _wsgi("APIFlask", "apiflask", "flask"),
    "aiohttp": Framework(title="aiohttp", interface=Interface.AIOHTTP, package="aiohttp"),
    "streamlit": _page("Streamlit", "streamlit"),
    "panel": _page("Panel", "panel"),
    "chainlit": _page("Chainlit", "chainlit", writes=True),
    "marimo": _page("marimo", "marimo", writes=True),
    "celery": _queue("Celery", "celery"),
    "dramatiq": _queue("Dramatiq", "dramatiq"),
    "huey": _queue("Huey", "huey"),
    "taskiq": _queue("Taskiq", "taskiq"),
    "arq": _queue("arq", "arq"),
    "gradio": _script("Gradio", "gradio"),
    "nicegui": _script("NiceGUI", "nicegui"),
    "tornado": _script("Tornado", "tornado"),
    "robyn": _script("Robyn", "robyn"),
    "cherrypy": _script("CherryPy", "cherrypy"),
    "web.py": _script("web.py", "web.py"),
    "fastmcp": _script("FastMCP", "fastmcp"),
    "grpc": _script("gRPC", "grpcio"),
    "slack-bolt": _script("Bolt", "slack-bolt"),
}
# Class or function (full name) → the framework of what it makes.
APP_CLASSES = {
    "flask.Flask": "flask",
    "flask.app.Flask": "flask",
    "apiflask.APIFlask": "apiflask",
    "flask_openapi3.OpenAPI": "flask",
    "fastapi.FastAPI": "fastapi",
    "fastapi.applications.FastAPI": "fastapi",
    "gradio.mount_gradio_app": "fastapi",
    "gradio.routes.mount_gradio_app": "fastapi",
    "starlette.applications.Starlette": "starlette",
    "fasthtml.common.FastHTML": "fasthtml",
    "fasthtml.common.fast_app": "fasthtml",
    "fasthtml.fastapp.fast_app": "fasthtml",
    "fasthtml.core.FastHTML": "fasthtml",
    "fasthtml.FastHTML": "fasthtml",
    "quart.Quart": "quart",
    "quart_trio.QuartTrio": "quart",
    "litestar.Litestar": "litestar",
    "litestar.app.Litestar": "litestar",
    "sanic.Sanic": "sanic",
    "sanic.app.Sanic": "sanic",
    "blacksheep.Application": "blacksheep",
    "blacksheep.server.Application": "blacksheep",
    "connexion.FlaskApp": "connexion",
    "connexion.AsyncApp": "connexion",
    "connexion.App": "connexion",
    "socketio.ASGIApp": "socketio",
    "shiny.App": "shiny",
    "falcon.App": "falcon",
    "falcon.API": "falcon",
    "falcon.asgi.App": "falcon-asgi",
    "bottle.Bottle": "bottle",
    "bottle.default_app": "bottle",
    "dash.Dash": "dash",
    "aiohttp.web.Application": "aiohttp",
    "celery.Celery": "celery",
    "celery.app.Celery": "celery",
    "huey.RedisHuey": "huey",
    "huey.SqliteHuey": "huey",
    "huey.PriorityRedisHuey": "huey",
    "huey.RedisExpireHuey": "huey",
    "taskiq_redis.ListQueueBroker": "taskiq",
    "taskiq_redis.RedisStreamBroker": "taskiq",
    "taskiq_aio_pika.AioPikaBroker": "taskiq",
    "django.core.wsgi.get_wsgi_application": "django",
    "django.core.asgi.get_asgi_application": "django-asgi",
    "channels.routing.ProtocolTypeRouter": "django-asgi",
    "tornado.web.Application": "tornado",
    "robyn.Robyn": "robyn",
    "nicegui.ui": "nicegui",
    "gradio.Blocks": "gradio",
    "gradio.Interface": "gradio",
    "gradio.ChatInterface": "gradio",
    "gradio.TabbedInterface": "gradio",
    "web.application": "web.py",
    "fastmcp.FastMCP": "fastmcp",
    "mcp.server.fastmcp.FastMCP": "fastmcp",
    "grpc.server": "grpc",
    "grpc.aio.server": "grpc",
    "slack_bolt.App": "slack-bolt",
    "slack_bolt.async_app.AsyncApp": "slack-bolt",
}
# The last step of a call's name → the framework, whatever it is called on.
APP_METHODS = {"make_wsgi_app": "pyramid"}
# What serves → the requirement that brings it, where nothing declares it.
SERVERS = {
    "gunicorn": "gunicorn>=23,<26",
    "uvicorn": "uvicorn>=0.34,<1",
    "hypercorn": "hypercorn>=0.17,<1",
    "celery": "celery>=5,<6",
}


def title_of(framework: str) -> str:
    """The framework's name as its makers write it."""
    known = FRAMEWORKS.get(framework)
    return known.title if known else framework


def serves(framework: str, *interfaces: Interface) -> bool:
    """Whether apps of that framework are run in one of these ways."""
    known = FRAMEWORKS.get(framework)
    return known is not None and known.interface in interfaces
