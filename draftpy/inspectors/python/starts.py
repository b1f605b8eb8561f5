"""The command that serves an app object, by what its framework and the project bring."""

from dataclasses import dataclass

from draftpy.inspectors.commands import PORT_MARK
from draftpy.inspectors.python.frameworks import FRAMEWORKS, Interface
from draftpy.inspectors.python.layout import APP_FOLDER
from draftpy.inspectors.python.shapes import AppObject

_BIND = f"0.0.0.0:{PORT_MARK}"
_HOST = ("--host", "0.0.0.0", "--port", PORT_MARK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An app object, the folder to import from, its module, and what the project installs."""

    app: AppObject
    folder: str
    module: str
    installed: frozenset[str]
    imports: frozenset[str] = frozenset()
    # gunicorn.conf.py names a worker for ASGI.
    has_asgi_workers: bool = False

    @property
    def called(self) -> str:
        """`shop:create_app()`."""
        return f"{self.module}:{self.app.expression}{'()' if self.app.is_factory else ''}"

    @property
    def named(self) -> str:
        """`shop:create_app`."""
        return f"{self.module}:{self.app.expression}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A command, the environ that it needs and the program that must be installed."""

    args: tuple[str, ...]
    program: str
    environ: tuple[str, ...] = ()


def plan_start(target: Target) -> Start:
    """How that app is served."""
    framework = FRAMEWORKS[target.app.framework]
    if framework.interface is Interface.AIOHTTP:
        return _gunicorn(target, "--worker-class", "aiohttp.GunicornWebWorker")
    if framework.interface is Interface.QUEUE:
        return _queue(target)
    if framework.interface is Interface.ASGI:
        return _asgi(target, framework.brings)
    if "waitress" in target.installed and "gunicorn" not in target.installed:
        return _waitress(target)
    if "flask_socketio" in target.imports:
        # One process, as its rooms live in memory; a thread for each connection.
        return _gunicorn(target, "--workers", "1", "--threads", "100")
    # One that only opens a connection, as browsers do ahead of time, must not keep others waiting.
    return _gunicorn(target, "--threads", "4")


def _asgi(target: Target, brings: tuple[str, ...]) -> Start:
    if target.app.framework == "sanic":
        return _sanic(target)
    if target.has_asgi_workers and "gunicorn" in target.installed:
        return _gunicorn(target)
    if "uvicorn" in target.installed or not {"hypercorn", "daphne"} & {*target.installed, *brings}:
        return _uvicorn(target)
    return _daphne(target) if "daphne" in target.installed else _hypercorn(target)


def _gunicorn(target: Target, *flags: str) -> Start:
    chdir = ("--chdir", target.folder) if target.folder else ()
    bind = ("--bind", _BIND, "--access-logfile", "-")
    return Start(args=("gunicorn", *chdir, *bind, *flags, target.called), program="gunicorn")


def _uvicorn(target: Target) -> Start:
    app_dir = ("--app-dir", target.folder) if target.folder else ()
    factory = ("--factory",) if target.app.is_factory else ()
    return Start(args=("uvicorn", *app_dir, *_HOST, *factory, target.named), program="uvicorn")


def _hypercorn(target: Target) -> Start:
    args = ("hypercorn", "--bind", _BIND, "--access-logfile", "-", target.called)
    return Start(args=args, program="hypercorn", environ=_path(target))


def _daphne(target: Target) -> Start:
    args = ("daphne", "--bind", "0.0.0.0", "--port", PORT_MARK, target.named)
    return Start(args=args, program="daphne", environ=_path(target))


def _sanic(target: Target) -> Start:
    factory = ("--factory",) if target.app.is_factory else ()
    args = ("sanic", *_HOST, "--single-process", *factory, target.named)
    return Start(args=args, program="sanic", environ=_path(target))


def _waitress(target: Target) -> Start:
    call = ("--call",) if target.app.is_factory else ()
    args = ("waitress-serve", f"--listen={_BIND}", *call, target.named)
    return Start(args=args, program="waitress", environ=_path(target))


def _queue(target: Target) -> Start:
    name = target.app.framework
    if name == "celery":
        workdir = ("--workdir", target.folder) if target.folder else ()
        # By default a process for each CPU of the node, however little memory there is.
        flags = ("--loglevel", "info", "--concurrency", "2")
        args = ("celery", *workdir, "--app", target.module, "worker", *flags)
        return Start(args=args, program="celery")
    commands = {
        "huey": ("huey_consumer.py", f"{target.module}.{target.app.expression}"),
        "taskiq": ("taskiq", "worker", target.named),
    }
    return Start(args=commands[name], program=name, environ=_path(target))


def _path(target: Target) -> tuple[str, ...]:
    return (f"PYTHONPATH={APP_FOLDER}/{target.folder}",) if target.folder else ()
