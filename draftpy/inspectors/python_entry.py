"""Which Python module a container runs, and how: found in the syntax trees, never invented."""

from collections.abc import Iterable
from dataclasses import dataclass
from posixpath import basename, dirname, join

from draftpy.inspectors.commands import PORT_MARK
from draftpy.inspectors.facts import AppKind, Evidence, Problem
from draftpy.inspectors.python_shapes import AppObject, Listening, ModuleShape, parse_module
from draftpy.source import SourceTree

WSGI = frozenset({"flask", "falcon", "bottle", "django-wsgi"})
ASGI = frozenset(
    {"fastapi", "starlette", "quart", "litestar", "sanic", "falcon-asgi", "django-asgi"}
)
DEFAULT_PORT = 8080
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_NAMES = ("app", "main", "server", "wsgi", "asgi", "index", "api", "application", "run", "web")
_SCRIPTS = ("main", "worker", "app", "run", "bot", "start", "job", "__main__")
_ASIDE = frozenset(
    {"tests", "test", "docs", "doc", "examples", "scripts", "migrations", "alembic", "tools"}
)
_MAX_MODULES = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """How an app is started: its arguments, with PORT_MARK where the port goes."""

    framework: str
    kind: AppKind
    start: tuple[str, ...]
    evidence: Evidence
    port: int = 0
    port_evidence: Evidence | None = None
    port_variable: str = ""
    health_path: str = ""
    health_evidence: Evidence | None = None
    problems: tuple[Problem, ...] = ()


def read_modules(tree: SourceTree, *, near_only: bool = False) -> tuple[ModuleShape, ...]:
    """The syntax of the project's modules, likeliest entry points first."""
    paths = [path for path in tree.files if path.endswith(".py") and _is_candidate(path)]
    if near_only:
        paths = [path for path in paths if "/" not in path.removeprefix("src/")]
    paths.sort(key=_rank)
    texts = ((path, tree.find_text(path)) for path in paths[:_MAX_MODULES])
    return tuple(parse_module(path, text) for path, text in texts if text is not None)


def find_entry(tree: SourceTree, modules: tuple[ModuleShape, ...]) -> Entry | None:
    """Django, else an app object, else a server, else Celery, else a script."""
    if tree.has("manage.py"):
        django = _find_app(tree, modules, ("django-wsgi", "django-asgi"))
        if django:
            return django
    return (
        _find_app(tree, modules, WSGI | ASGI)
        or _find_server(tree, modules)
        or _find_app(tree, modules, ("celery",))
        or _find_script(tree, modules)
    )


def _is_candidate(path: str) -> bool:
    folders = path.split("/")[:-1]
    name = basename(path)
    return (
        len(folders) <= 4
        and not _ASIDE.intersection(folders)
        and not name.startswith(("test_", "conftest"))
        and name not in ("setup.py", "noxfile.py", "tasks.py", "fabfile.py")
    )


def _rank(path: str) -> tuple[int, int, str]:
    stem = basename(path).removesuffix(".py")
    name = _NAMES.index(stem) if stem in _NAMES else len(_NAMES)
    return path.removeprefix("src/").count("/"), name, path


def _find_app(
    tree: SourceTree, modules: tuple[ModuleShape, ...], frameworks: Iterable[str]
) -> Entry | None:
    wanted = set(frameworks)
    # An object that exists goes before a function that would make one.
    found = [(m, app) for m in modules for app in m.apps if app.framework in wanted]
    found.sort(key=lambda pair: pair[1].is_factory)
    return _app_entry(tree, *found[0], modules) if found else None


def _app_entry(
    tree: SourceTree, module: ModuleShape, app: AppObject, modules: tuple[ModuleShape, ...]
) -> Entry:
    folder, dotted = _import_path(tree, module, modules)
    if app.framework == "celery":
        start = _celery_start(folder, dotted)
    elif app.framework in WSGI:
        start = _gunicorn_start(folder, dotted, app)
    else:
        start = _uvicorn_start(folder, dotted, app)
    is_web = app.framework != "celery"
    line = app.line
    return Entry(
        framework=app.framework.removesuffix("-wsgi").removesuffix("-asgi"),
        kind=AppKind.WEB if is_web else AppKind.WORKER,
        start=start,
        evidence=_evidence(tree, module.path, line, f"starts as {_short(start)}"),
        port=DEFAULT_PORT if is_web else 0,
        port_variable="PORT" if is_web else "",
        health_path=module.health_path,
        health_evidence=(
            _evidence(tree, module.path, module.health_line, "is asked by the probes")
            if module.health_path
            else None
        ),
    )


def _gunicorn_start(folder: str, dotted: str, app: AppObject) -> tuple[str, ...]:
    target = f"{dotted}:{app.expression}()" if app.is_factory else f"{dotted}:{app.expression}"
    chdir = ("--chdir", folder) if folder else ()
    bind = ("--bind", f"0.0.0.0:{PORT_MARK}", "--access-logfile", "-")
    return ("gunicorn", *chdir, *bind, target)


def _uvicorn_start(folder: str, dotted: str, app: AppObject) -> tuple[str, ...]:
    app_dir = ("--app-dir", folder) if folder else ()
    factory = ("--factory",) if app.is_factory else ()
    bind = ("--host", "0.0.0.0", "--port", PORT_MARK)
    return ("uvicorn", *app_dir, *bind, *factory, f"{dotted}:{app.expression}")


def _celery_start(folder: str, dotted: str) -> tuple[str, ...]:
    workdir = ("--workdir", folder) if folder else ()
    return ("celery", *workdir, "--app", dotted, "worker", "--loglevel", "info")


def _find_server(tree: SourceTree, modules: tuple[ModuleShape, ...]) -> Entry | None:
    serving = [module for module in modules if module.listening]
    serving.sort(key=lambda module: not module.has_main_guard and module.path.count("/") > 0)
    if not serving:
        return None
    module = serving[0]
    listening = next((call for call in module.listening if call.port), module.listening[0])
    start = _python_start(tree, module)
    port = listening.port or DEFAULT_PORT
    means = f"listens where {listening.variable} says" if listening.variable else f"port {port}"
    where = _evidence(tree, module.path, listening.port_line or listening.line, means)
    return Entry(
        framework="",
        kind=AppKind.WEB,
        start=start,
        evidence=_evidence(tree, module.path, listening.line, f"starts as {_short(start)}"),
        # Where the environ decides, it can as well say our own default.
        port=DEFAULT_PORT if listening.variable else port,
        port_evidence=where if listening.port or listening.variable else None,
        port_variable=listening.variable,
        problems=_loopback_problems(module, listening),
    )


def _loopback_problems(module: ModuleShape, listening: Listening) -> tuple[Problem, ...]:
    if listening.host not in _LOOPBACK:
        return ()
    what = f"listens on {listening.host}: nothing outside its own pod can reach it"
    remedy = 'listen on "0.0.0.0"'
    return (Problem(file=module.path, line=listening.line, what=what, remedy=remedy),)


def _find_script(tree: SourceTree, modules: tuple[ModuleShape, ...]) -> Entry | None:
    near = [m for m in modules if m.path.removeprefix("src/").count("/") <= 1]
    named = [m for name in _SCRIPTS for m in near if basename(m.path) == f"{name}.py"]
    roots = [m for m in modules if "/" not in m.path]
    guarded = [m for m in roots if m.has_main_guard]
    module = next(iter([*named, *guarded, *(roots if len(roots) == 1 else ())]), None)
    if module is None:
        return None
    start = _python_start(tree, module)
    loop = next((m for m in (module, *modules) if m.loop_line), None)
    place = loop or module
    means = "runs until it is stopped" if loop else "runs once and ends"
    return Entry(
        framework="",
        kind=AppKind.WORKER if loop else AppKind.JOB,
        start=start,
        evidence=_evidence(
            tree, place.path, place.loop_line, f"{means}; starts as {_short(start)}"
        ),
    )


def _python_start(tree: SourceTree, module: ModuleShape) -> tuple[str, ...]:
    folder = dirname(module.path)
    if folder and tree.has(f"{folder}/__init__.py") and not folder.startswith("src/"):
        dotted = module.path.removesuffix(".py").removesuffix("/__main__").replace("/", ".")
        return ("python", "-m", dotted)
    return ("python", module.path)


def _import_path(
    tree: SourceTree, module: ModuleShape, modules: tuple[ModuleShape, ...]
) -> tuple[str, str]:
    """The folder to search for imports ("" is the root) and the module's dotted name."""
    parts = module.path.removesuffix(".py").split("/")
    folders = ["/".join(parts[:depth]) for depth in range(len(parts))]
    # Django's settings are named from where manage.py is.
    django = next((f for f in folders if tree.has(join(f, "manage.py"))), None)
    local = (f for f in folders if _resolves_in(tree, f, module.imports))
    found = django if django is not None else next(local, None)
    if found is None:
        imports_src = any("src" in other.imports for other in modules)
        is_src = parts[0] == "src" and len(parts) > 1 and not imports_src
        found = "src" if is_src and not tree.has("src/__init__.py") else ""
    below = parts[found.count("/") + 1 :] if found else parts
    return found, ".".join(below[:-1] if below[-1] == "__init__" and below[1:] else below)


def _resolves_in(tree: SourceTree, folder: str, imports: frozenset[str]) -> bool:
    return any(
        tree.has(join(folder, f"{name}.py")) or tree.has(join(folder, name, "__init__.py"))
        for name in imports
    )


def _evidence(tree: SourceTree, path: str, line: int, means: str) -> Evidence:
    lines = (tree.find_text(path) or "").splitlines()
    text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    return Evidence(file=path, line=line, text=text, means=means)


def _short(start: tuple[str, ...]) -> str:
    """`gunicorn app:app`: program and target, without the flags."""
    return " ".join(start) if start[0] in ("python", "celery") else f"{start[0]} {start[-1]}"
