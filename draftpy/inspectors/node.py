"""Node projects → facts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from posixpath import normpath

from draftpy.inspectors.commands import StartCommand, parse_command
from draftpy.inspectors.facts import (
    AppKind,
    Confidence,
    Evidence,
    Fact,
    FactValue,
    Findings,
    Problem,
)
from draftpy.inspectors.js_source import ScriptShape, parse_script
from draftpy.inspectors.node_manifest import PACKAGE_JSON, NodeManifest, read_manifest
from draftpy.inspectors.node_version import find_version
from draftpy.inspectors.procfile import find_start
from draftpy.source import SourceTree

DEFAULT_PORT = 8080
# Package → title; the more telling ones first.
_FRAMEWORKS = {
    "next": "Next.js",
    "nuxt": "Nuxt",
    "@nestjs/core": "NestJS",
    "express": "Express",
    "fastify": "Fastify",
    "koa": "Koa",
    "hono": "Hono",
    "@hapi/hapi": "hapi",
    "restify": "restify",
    "polka": "Polka",
}
_ENTRY_FILES = tuple(
    f"{folder}{stem}.{ending}"
    for folder in ("", "src/")
    for stem in ("server", "index", "app", "main")
    for ending in ("js", "mjs", "cjs", "ts")
)
# A start script that begins with one of these serves developers, not users.
_DEV_SERVERS = ("vite", "react-scripts", "ng", "webpack", "webpack-dev-server", "parcel", "expo")
_RELOADERS = ("nodemon", "node-dev", "supervisor")
_RUNS_SCRIPT = re.compile(r"(?:npm|pnpm|yarn)\s+(?:run\s+)?([\w:.-]+)\s*")
_QUIET_PREFIX = re.compile(r"(?:cross-env\s+)?NODE_ENV=\w+\s+(?!\w+=)")
_MAX_SCRIPTS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """The start command and where it is from."""

    command: StartCommand
    evidence: Evidence

    @property
    def script(self) -> str:
        """The file that Node is given, "" for another program."""
        words = [word for word in self.command.args[1:] if not word.startswith("-")]
        return normpath(words[0]) if self.command.program == "node" and words else ""


def inspect(tree: SourceTree) -> Findings:
    """Facts `node.*`; empty without package.json or a script to start."""
    manifest, problems = read_manifest(tree)
    known = manifest or NodeManifest(text="")
    start = _find_start(tree, known)
    if manifest is None and start is None:
        return Findings(problems=problems)
    line = known.line_of("node") if known.engines else 0
    version, version_problems = find_version(tree, (known.engines, line) if known.engines else None)
    shapes = _read_scripts(tree, start)
    listening = next((shape for shape in shapes if shape.listening), None)
    facts = [
        *_framework_facts(known),
        *_start_facts(known, start, shapes, listening),
        version,
        *_install_facts(tree, known, start, has_manifest=manifest is not None),
    ]
    return Findings(
        facts=tuple(facts),
        problems=(
            *problems,
            *known.problems,
            *version_problems,
            *_manager_problems(known),
            *_host_problems(known, listening),
        ),
    )


def _find_start(tree: SourceTree, manifest: NodeManifest) -> _Start | None:
    """Procfile, else the start script, else `main`, else a file of a telling name."""
    process = find_start(tree)
    if process and process.command.program in ("node", "npm", "npx", "yarn", "pnpm"):
        return _Start(command=process.command, evidence=process.evidence)
    for name in ("start:prod", "start"):
        started = _from_script(tree, manifest, name)
        if started:
            return started
    main = normpath(manifest.main) if manifest.main else ""
    if main and tree.has(main):
        return _node(main, manifest.evidence_of("main"))
    found = next((file for file in _ENTRY_FILES if tree.has(file)), None)
    return _node(found, Evidence(file=found)) if found else None


def _node(file: str, evidence: Evidence) -> _Start:
    return _Start(command=StartCommand(args=("node", file)), evidence=evidence)


def _from_script(tree: SourceTree, manifest: NodeManifest, name: str) -> _Start | None:
    text = manifest.scripts.get(name, "")
    for _ in range(3):  # `npm run serve` leads to another script
        match = _RUNS_SCRIPT.fullmatch(text)
        if not match or match[1] not in manifest.scripts:
            break
        text = manifest.scripts[match[1]]
    command = parse_command(_QUIET_PREFIX.sub("", text, count=1))
    if command is None or command.program in _DEV_SERVERS:
        return None
    if command.program in _RELOADERS and len(command.args) == 2:
        command = replace(command, args=("node", command.args[1]))
    started = _Start(command=command, evidence=manifest.evidence_of(name))
    is_built = "build" in manifest.scripts
    is_there = not started.script or any(
        tree.has(f"{started.script}{ending}") for ending in ("", ".js", "/index.js")
    )
    return started if is_there or is_built else None


def _read_scripts(tree: SourceTree, start: _Start | None) -> list[ScriptShape]:
    """The entry file first, then what stands at the root and in src/."""
    near = [
        path
        for path in tree.files
        if path.endswith((".js", ".mjs", ".cjs", ".ts"))
        and not path.endswith((".d.ts", ".config.js", ".config.mjs", ".test.js", ".config.ts"))
        and "/" not in path.removeprefix("src/")
    ]
    first = [start.script] if start and tree.has(start.script) else []
    paths = dict.fromkeys([*first, *near])
    texts = ((path, tree.find_text(path)) for path in list(paths)[:_MAX_SCRIPTS])
    return [parse_script(path, text) for path, text in texts if text is not None]


def _framework_facts(manifest: NodeManifest) -> Iterator[Fact]:
    for package, title in _FRAMEWORKS.items():
        if not manifest.has(package):
            continue
        yield Fact(key="node.framework", value=package, evidence=manifest.evidence_of(package))
        yield Fact(key="node.framework_title", value=title)
        version = manifest.locked.get(package) or manifest.dependencies[package]
        match = re.match(r"[\^~=v]*(\d+(?:\.\d+)?)", version)
        if match:
            yield Fact(key="node.framework_version", value=match[1])
        return


def _start_facts(
    manifest: NodeManifest,
    start: _Start | None,
    shapes: list[ScriptShape],
    listening: ScriptShape | None,
) -> Iterator[Fact]:
    if start is None:
        return
    args = start.command.args
    means = f"starts as {' '.join(args)}"
    yield Fact(key="node.start", value=args, evidence=replace(start.evidence, means=means))
    is_framework = any(manifest.has(package) for package in _FRAMEWORKS)
    is_web = is_framework or listening or any(shape.creates_server for shape in shapes)
    yield Fact(key="node.kind", value=str(AppKind.WEB if is_web else AppKind.WORKER))
    if not is_web:
        return
    yield from _port_facts(start, listening)
    health = next((shape for shape in shapes if shape.health[0]), None)
    if health:
        where = health.evidence_at(health.health[1], "is asked by the probes")
        yield Fact(key="node.health_path", value=health.health[0], evidence=where)


def _port_facts(start: _Start, listening: ScriptShape | None) -> Iterator[Fact]:
    call = listening.listening if listening else None
    if start.command.port:
        yield Fact(key="node.port", value=start.command.port, evidence=start.evidence)
    elif listening and call and call.port.port and not call.port.variable:
        where = listening.evidence_at(call.port.line, f"listens on {call.port.port}")
        yield Fact(key="node.port", value=call.port.port, evidence=where)
    elif listening and call and call.port.variable:
        where = listening.evidence_at(call.port.line, f"listens where {call.port.variable} says")
        yield Fact(key="node.port", value=DEFAULT_PORT, evidence=where)
        yield Fact(key="node.port_variable", value=call.port.variable)
    else:
        yield Fact(key="node.port", value=DEFAULT_PORT, confidence=Confidence.GUESS)
        yield Fact(key="node.port_variable", value="PORT")


def _install_facts(
    tree: SourceTree, manifest: NodeManifest, start: _Start | None, *, has_manifest: bool
) -> Iterator[Fact]:
    if has_manifest:
        where = Evidence(file=PACKAGE_JSON)
        yield Fact(key="node.manifest", value=PACKAGE_JSON, evidence=where)
    files = [name for name in (PACKAGE_JSON, manifest.lock_file, ".npmrc") if tree.has(name)]
    is_locked = bool(manifest.lock_file) and manifest.manager == "npm"
    if not is_locked:
        files = [name for name in files if name != manifest.lock_file]
    facts: dict[str, FactValue] = {
        "manager": manifest.manager,
        "has_packages": bool(manifest.dependencies or manifest.dev),
        "install_files": tuple(files),
        "is_locked": is_locked,
        "needs_source": manifest.needs_source,
        "builds": "build" in manifest.scripts,
        "keeps_dev": bool(start) and start is not None and start.command.program in manifest.dev,
    }
    for name, value in facts.items():
        yield Fact(key=f"node.{name}", value=value)
    if is_locked:
        lock = Evidence(file=manifest.lock_file)
        yield Fact(key="node.lock_file", value=manifest.lock_file, evidence=lock)


def _manager_problems(manifest: NodeManifest) -> tuple[Problem, ...]:
    if manifest.manager == "npm":
        return ()
    what = f"{manifest.manager} is not used yet: npm installs from package.json, without the lock"
    return (Problem(file=manifest.lock_file or PACKAGE_JSON, what=what),)


def _host_problems(manifest: NodeManifest, listening: ScriptShape | None) -> tuple[Problem, ...]:
    call = listening.listening if listening else None
    if listening is None or call is None:
        return ()
    host = call.host
    if not host and manifest.has("fastify") and not call.names_host:
        host = "localhost, as Fastify does unless told"
    if not host:
        return ()
    what = f"listens on {host}: nothing outside its own pod can reach it"
    remedy = 'give it the host "0.0.0.0"'
    return (Problem(file=listening.path, line=call.line, what=what, remedy=remedy),)
