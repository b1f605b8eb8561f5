"""Files that are run as they are: those that listen by themselves, workers, and jobs."""

from dataclasses import replace
from posixpath import basename

from draftpy.inspectors.commands import PORT_MARK
from draftpy.inspectors.facts import AppKind, Evidence, Problem
from draftpy.inspectors.python.frameworks import FRAMEWORKS
from draftpy.inspectors.python.layout import Entry, Project, depth_of, show_start
from draftpy.inspectors.python.servers import (
    AT_IMPORT,
    EVERYWHERE,
    IN_GUARD,
    LOOPBACK,
    Listening,
)
from draftpy.inspectors.python.shapes import ModuleShape

DEFAULT_PORT = 8080
_LOOPBACK = (LOOPBACK, "localhost", "::1")
_SCRIPTS = ("main", "worker", "app", "run", "bot", "start", "job", "__main__")
# What a file imports → the framework that serves in it; the first one counts.
_IMPORTS = {
    **{name: name for name in ("gradio", "nicegui", "dash", "robyn", "cherrypy", "fastmcp")},
    **{name: name for name in ("fastapi", "flask", "quart", "sanic", "starlette", "bottle")},
    **{name: name for name in ("tornado", "aiohttp", "grpc")},
    **{"mcp": "fastmcp", "slack_bolt": "slack-bolt", "web": "web.py"},
}


def find_server(project: Project) -> Entry | None:
    """The nearest file that listens once it is run."""
    serving = [m for m in project.modules if m.listening and _runner(project, m)]
    return server_entry(project, serving[0]) if serving else None


def server_entry(project: Project, module: ModuleShape, framework: str = "") -> Entry:
    """How a file that listens is run, and where."""
    runner = _runner(project, module) or module
    listening = next((c for c in module.listening if c.origin.port), module.listening[0])
    name = framework or next((f for i, f in _IMPORTS.items() if i in module.imports), "")
    start, environ = project.python_start(runner)
    if name == "web.py":
        start = (*start, f"{EVERYWHERE}:{PORT_MARK}")
        listening = replace(listening, environ=("",))
    if listening.host_variable:
        environ = (*environ, f"{listening.host_variable}={EVERYWHERE}")
    is_moved = bool(listening.origin.variable or listening.environ)
    pinned = listening.origin.port or listening.default_port or DEFAULT_PORT
    known = FRAMEWORKS.get(name)
    means = f"starts as {show_start(start)}"
    return Entry(
        framework=name,
        kind=AppKind.WEB,
        start=start,
        evidence=project.evidence(module.path, listening.line, means),
        # Where the environ decides, it can as well say our own default.
        port=DEFAULT_PORT if is_moved else pinned,
        port_evidence=_port_evidence(project, module, listening),
        port_variable=listening.origin.variable,
        environ=tuple(pair for pair in (*environ, *listening.environ) if pair),
        needs=(known.package,) if known else (),
        problems=_loopback_problems(module, listening),
        module=runner.path,
    )


def find_script(project: Project) -> Entry | None:
    """A file that does something when it is run, by name, guard, or because it is alone."""
    near = [m for m in project.modules if depth_of(m) <= 1 and m.is_script]
    named = [m for name in _SCRIPTS for m in near if basename(m.path) == f"{name}.py"]
    named.sort(key=depth_of)
    roots = [m for m in project.modules if "/" not in m.path]
    guarded = [m for m in roots if m.has_main_guard]
    alone = [m for m in roots if m.is_script] if len(roots) == 1 else []
    module = next(iter([*named, *guarded, *alone]), None)
    if module is None:
        return None
    start, environ = project.python_start(module)
    return script_entry(project, module, start, environ)


def script_entry(
    project: Project, module: ModuleShape, start: tuple[str, ...], environ: tuple[str, ...] = ()
) -> Entry:
    """A worker if something in it never ends, else a job."""
    loop = next((m for m in project.reachable(module) if m.loop_line), None)
    place = loop or module
    means = "runs until it is stopped" if loop else "runs once and ends"
    where = f"{means}; starts as {show_start(start)}"
    return Entry(
        framework="",
        kind=AppKind.WORKER if loop else AppKind.JOB,
        start=start,
        evidence=project.evidence(place.path, place.loop_line, where),
        environ=environ,
        module=module.path,
    )


def find_console_script(project: Project, scripts: tuple[tuple[str, str], ...]) -> Entry | None:
    """The one script that the package installs, else the one that is named start or serve."""
    names = [name for name, _ in scripts]
    wanted = (name for name in ("start", "serve", "server") if name in names)
    name = names[0] if len(names) == 1 else next(wanted, "")
    if not name:
        return None
    target = dict(scripts)[name]
    module = project.find_module(target.partition(":")[0])
    where = Evidence(file="pyproject.toml", text=target, means=f"starts as {name}")
    base = Entry(framework="", kind=AppKind.WORKER, start=(name,), evidence=where)
    if module is None:
        return base
    serving = next((m for m in project.reachable(module) if m.listening), None)
    if serving is None:
        return replace(script_entry(project, module, (name,)), evidence=where)
    entry = server_entry(project, serving)
    return replace(entry, start=(name,), evidence=where, module=module.path, environ=entry.environ)


def _runner(project: Project, module: ModuleShape) -> ModuleShape | None:
    """The file to run so that the call is reached: the module itself, or one that imports it."""
    if any(call.scope in (AT_IMPORT, IN_GUARD) for call in module.listening) or module.is_script:
        return module
    others = (m for m in project.modules if m is not module and m.is_script)
    return next((m for m in others if module in project.reachable(m)), None)


def _port_evidence(project: Project, module: ModuleShape, call: Listening) -> Evidence | None:
    origin = call.origin
    if not origin.port and not origin.variable:
        return None
    means = f"listens where {origin.variable} says" if origin.variable else f"port {origin.port}"
    return project.evidence(module.path, origin.line or call.line, means)


def _loopback_problems(module: ModuleShape, listening: Listening) -> tuple[Problem, ...]:
    is_moved = listening.environ or listening.host_variable
    if listening.host not in _LOOPBACK or is_moved:
        return ()
    what = f"listens on {listening.host}: nothing outside its own pod can reach it"
    remedy = 'listen on "0.0.0.0"'
    return (Problem(file=module.path, line=listening.line, what=what, remedy=remedy),)
