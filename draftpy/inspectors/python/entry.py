"""Which Python module a container runs, found in the syntax trees, never invented."""

from collections.abc import Iterable
from posixpath import basename

from draftpy.inspectors.facts import AppKind, Evidence
from draftpy.inspectors.python.apps import find_apps
from draftpy.inspectors.python.django import find_django
from draftpy.inspectors.python.frameworks import FRAMEWORKS, Interface, serves
from draftpy.inspectors.python.health import HEALTH_PATHS
from draftpy.inspectors.python.layout import (
    Entry,
    Project,
    depth_of,
    join_shell,
    show_start,
    stem_of,
)
from draftpy.inspectors.python.pages import find_page
from draftpy.inspectors.python.scripts import (
    DEFAULT_PORT,
    find_script,
    find_server,
    server_entry,
)
from draftpy.inspectors.python.servers import AT_IMPORT
from draftpy.inspectors.python.shapes import AppObject, ModuleShape, parse_module
from draftpy.inspectors.python.starts import Target, plan_start
from draftpy.source import SourceTree

_NAMES = ("app", "main", "server", "wsgi", "asgi", "index", "api", "application", "run", "web")
_OBJECTS = ("app", "application", "server", "api", "asgi", "wsgi", "main")
_ASIDE = frozenset(
    {"tests", "test", "docs", "doc", "examples", "example", "scripts", "migrations", "alembic"}
    | {"tools", "benchmarks", "notebooks", "samples", "testing", "docs_src", "doc_src"}
)
_MAX_MODULES = 300
_MAX_CHARACTERS = 600_000
# Flask then leaves it to the server that imports the module.
_NO_RUN = "FLASK_RUN_FROM_CLI=true"


def read_modules(tree: SourceTree, *, near_only: bool = False) -> tuple[ModuleShape, ...]:
    """The syntax of the project's modules, likeliest entry points first.

    With `near_only` those at the root, and the packages that they import.
    """
    paths = sorted((path for path in tree.files if _is_candidate(path)), key=_rank)
    near = [path for path in paths if "/" not in path.removeprefix("src/")]
    found = _parse(tree, near if near_only else paths)
    if near_only:
        tops = {top for module in found for top in module.imports}
        found += _parse(tree, [p for p in paths if p not in near and p.split("/")[0] in tops])
    return find_apps(tuple(found))


def _parse(tree: SourceTree, paths: list[str]) -> list[ModuleShape]:
    found: list[ModuleShape] = []
    left = _MAX_CHARACTERS
    for path in paths[:_MAX_MODULES]:
        text = tree.find_text(path)
        if text is None or len(text) > left:
            continue
        left -= len(text)
        found.append(parse_module(path, text))
    return found


def find_entry(project: Project, installed: frozenset[str]) -> Entry | None:
    """Django, else an app object or page, else a server, else a queue, else a script."""
    django = find_django(project)
    if django:
        return _app_entry(project, *django, installed)
    return (
        _find_served(project, installed)
        or find_server(project)
        or _find_app(project, installed, Interface.AIOHTTP)
        or find_queue(project, installed)
        or find_script(project)
    )


def find_queue(project: Project, installed: frozenset[str]) -> Entry | None:
    """The worker of a task queue."""
    return _find_app(project, installed, Interface.QUEUE)


def _is_candidate(path: str) -> bool:
    folders = path.split("/")[:-1]
    name = basename(path)
    return (
        name.endswith(".py")
        and len(folders) <= 5
        and not _ASIDE.intersection(folders)
        and not name.startswith(("test_", "conftest"))
        and name not in ("setup.py", "noxfile.py", "fabfile.py")
    )


def _rank(path: str) -> tuple[int, int, str]:
    stem = basename(path).removesuffix(".py")
    name = _NAMES.index(stem) if stem in _NAMES else len(_NAMES)
    return path.removeprefix("src/").count("/"), name, path


def _find_served(project: Project, installed: frozenset[str]) -> Entry | None:
    """The nearest of app objects and pages; what the manifest names goes first."""
    page = find_page(project)
    app = _best_app(project, installed, (Interface.WSGI, Interface.ASGI))
    if page and (app is None or _goes_first(page, app[0], app[1], installed)):
        return page
    return _app_entry(project, *app, installed) if app else None


def _goes_first(
    page: Entry, module: ModuleShape, app: AppObject, installed: frozenset[str]
) -> bool:
    missing = FRAMEWORKS[app.framework].package not in installed
    is_missing = FRAMEWORKS[page.framework].package not in installed
    return (is_missing, page.module.count("/")) < (missing, depth_of(module))


def _find_app(project: Project, installed: frozenset[str], interface: Interface) -> Entry | None:
    app = _best_app(project, installed, (interface,))
    return _app_entry(project, *app, installed) if app else None


def _best_app(
    project: Project, installed: frozenset[str], interfaces: Iterable[Interface]
) -> tuple[ModuleShape, AppObject] | None:
    wanted = tuple(interfaces)
    found = [
        (module, app)
        for module in project.modules
        for app in module.apps
        if serves(app.framework, *wanted)
        and (not app.is_borrowed or stem_of(module) in ("wsgi", "asgi"))
        and _can_serve(app)
    ]

    def order(pair: tuple[ModuleShape, AppObject]) -> tuple[bool, bool, int, int]:
        module, app = pair
        is_missing = FRAMEWORKS[app.framework].package not in installed
        named = _OBJECTS.index(app.expression) if app.expression in _OBJECTS else len(_OBJECTS)
        # An object that exists goes before a function that would make one.
        return is_missing, app.is_factory, project.modules.index(module), named

    return min(found, key=order, default=None)


def _can_serve(app: AppObject) -> bool:
    """Of Dash only `server = app.server` can be served; Django's are objects."""
    if app.framework == "dash":
        return app.is_alias
    return not (app.framework.startswith("django") and app.is_factory)


def _app_entry(
    project: Project, module: ModuleShape, app: AppObject, installed: frozenset[str]
) -> Entry:
    runs = [call for call in module.listening if call.scope == AT_IMPORT]
    if any(call.runs_app not in ("flask", "apiflask") for call in runs):
        return server_entry(project, module, app.framework)
    folder, dotted = project.import_path(module)
    start = plan_start(
        Target(
            app=app,
            folder=folder,
            module=dotted,
            installed=installed,
            imports=module.imports,
            has_asgi_workers=_has_asgi_workers(project.tree),
        )
    )
    is_web = not serves(app.framework, Interface.QUEUE)
    health = _health(project, module, app)
    args, prepared = _prepared(module, start.args)
    is_silenced = bool(runs) and not prepared
    return Entry(
        framework=app.framework.removesuffix("-asgi"),
        kind=AppKind.WEB if is_web else AppKind.WORKER,
        start=args,
        evidence=project.evidence(module.path, app.line, f"starts as {show_start(start.args)}"),
        port=DEFAULT_PORT if is_web else 0,
        port_variable="PORT" if is_web else "",
        health_path=health[0],
        health_evidence=health[1],
        environ=(*start.environ, *((_NO_RUN,) if is_silenced else ())),
        needs=(FRAMEWORKS[app.framework].package, start.program),
        module=module.path,
    )


def _prepared(module: ModuleShape, args: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """The start, after what the file does first where it is run as a script.

    Many Flask apps make their tables under `if __name__ == "__main__"`; with that variable
    `app.run()` does nothing, so the file ends after it.
    """
    is_flask = any(call.runs_app in ("flask", "apiflask") for call in module.listening)
    if not module.prepares_line or not is_flask or "/" in module.path:
        return args, False
    return ("sh", "-c", f"{_NO_RUN} python {module.path} && exec {join_shell(args)}"), True


def _health(project: Project, module: ModuleShape, app: AppObject) -> tuple[str, Evidence | None]:
    """The route for probes; Django would refuse one by the pod's address."""
    owners = {app.expression, "app"} if app.is_factory else {app.expression}
    routes = [route for route in module.health if route[0] in owners]
    if app.framework.startswith("django") or not routes:
        return "", None
    _, path, line = min(routes, key=lambda route: HEALTH_PATHS.index(route[1]))
    return path, project.evidence(module.path, line, "is asked by the probes")


def _has_asgi_workers(tree: SourceTree) -> bool:
    text = tree.find_text("gunicorn.conf.py") or ""
    shape = parse_module("gunicorn.conf.py", text)
    value = shape.syntax.constants.get("worker_class") if shape.syntax else None
    return shape.syntax is not None and "uvicorn" in shape.syntax.text_of(value)
