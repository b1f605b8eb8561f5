"""How a Python app is started: by what somebody wrote down, else by its own modules."""

from dataclasses import replace

from draftpy.inspectors.commands import PORT_MARK, StartCommand, parse_command
from draftpy.inspectors.facts import AppKind, Evidence
from draftpy.inspectors.procfile import Process, find_start
from draftpy.inspectors.python.entry import find_entry
from draftpy.inspectors.python.frameworks import FRAMEWORKS
from draftpy.inspectors.python.layout import Entry, Project
from draftpy.inspectors.python.manifests import Manifests
from draftpy.inspectors.python.scripts import DEFAULT_PORT, find_console_script

_OTHER_LANGUAGES = ("node", "npm", "npx", "yarn", "pnpm", "ruby", "bundle", "java", "php", "mix")
_TASKS = ("start", "serve", "server", "web", "prod")
_SERVERS = ("gunicorn", "uvicorn", "hypercorn", "daphne", "granian", "waitress-serve", "streamlit")


def find_run(project: Project, manifests: Manifests) -> Entry | None:
    """The start that somebody wrote down goes before the one that the source leads to."""
    installed = frozenset(dependency.name for dependency in manifests.dependencies)
    # The source of a framework is full of apps, none of which is meant to be run.
    is_framework = any(known.package == manifests.own_name for known in FRAMEWORKS.values())
    entry = None if is_framework else find_entry(project, installed)
    if entry is None or entry.kind is AppKind.JOB:
        entry = _better(entry, find_console_script(project, manifests.scripts))
    entry = _with_task(entry, manifests)
    return _with_procfile(entry, find_start(project.tree))


def _better(entry: Entry | None, script: Entry | None) -> Entry | None:
    """What the package installs is meant to be run; a file in some folder may be anything."""
    if entry is None or script is None:
        return entry or script
    is_near = "/" not in entry.module and script.kind is AppKind.JOB
    return entry if is_near else script


def _with_task(entry: Entry | None, manifests: Manifests) -> Entry | None:
    """A server command of the task runner, where it can be taken as it is."""
    tasks = dict(manifests.tasks)
    for name in _TASKS:
        command = parse_command(tasks.get(name, ""))
        is_dev = command is not None and {"--reload", "--debug"} & set(command.args)
        if entry is None or command is None or command.program not in _SERVERS or is_dev:
            continue
        where = Evidence(
            file="pyproject.toml",
            text=f"{name} = {tasks[name]}",
            means=f"starts as {' '.join(command.args)}",
        )
        port = command.port
        return replace(entry, start=_open(command), evidence=where, port=port or entry.port)
    return entry


def _open(command: StartCommand) -> tuple[str, ...]:
    """The command, listening for everyone: without a host most servers take this machine only."""
    hosts = ("--host", "--bind", "-b", "-h", "--listen")
    if any(word.partition("=")[0] in hosts for word in command.args):
        return command.args
    if command.program == "uvicorn":
        port = () if command.port else ("--port", PORT_MARK)
        return (*command.args, "--host", "0.0.0.0", *port)
    if command.program in ("gunicorn", "hypercorn"):
        return (*command.args, "--bind", f"0.0.0.0:{PORT_MARK}")
    return command.args


def _with_procfile(entry: Entry | None, process: Process | None) -> Entry | None:
    if process is None or process.command.program in _OTHER_LANGUAGES:
        return entry
    command, is_web = process.command, process.name == "web"
    means = f"starts as {' '.join(command.args)}"
    base = entry or Entry(framework="", kind=AppKind.WORKER, start=(), evidence=process.evidence)
    is_pinned = is_web and bool(command.port)
    return replace(
        base,
        kind=AppKind.WEB if is_web else AppKind.WORKER,
        start=command.args,
        evidence=replace(process.evidence, means=means),
        port=(command.port or base.port or DEFAULT_PORT) if is_web else 0,
        port_evidence=replace(process.evidence, means="port") if is_pinned else None,
        port_variable="PORT" if is_web and not command.port else "",
        needs=(command.program, *base.needs[:1]),
    )
