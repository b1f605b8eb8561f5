"""Where a Node app listens → its port, the variable that moves it, what it needs besides."""

from collections.abc import Iterator
from dataclasses import replace

from draftpy.inspectors.facts import AppKind, Confidence, Fact, Problem
from draftpy.inspectors.node.build import Project
from draftpy.inspectors.node.js_listening import PortSource
from draftpy.inspectors.node.js_source import ScriptShape
from draftpy.inspectors.node.natives import find_writer

DEFAULT_PORT = 8080
_LOOPBACK_FRAMEWORKS = ("fastify",)


def listening_facts(project: Project) -> Iterator[Fact]:
    """Facts of the port and of what is asked of a server; the variables that any app needs."""
    run = project.run
    if run.kind is AppKind.WEB:
        yield from _port_facts(project)
        health = next((shape for shape in run.shapes if shape.health[0]), None)
        if health:
            where = health.evidence_at(health.health[1], "is asked by the probes")
            where = replace(where, file=_from_root(project, where.file))
            yield Fact(key="node.health_path", value=health.health[0], evidence=where)
    yield from _writing_facts(project)
    needed = {name: None for shape in run.shapes for name in shape.needed}
    if needed:
        likely = Confidence.LIKELY
        yield Fact(key="node.env_needed", value=tuple(sorted(needed)), confidence=likely)


def _writing_facts(project: Project) -> Iterator[Fact]:
    """Whether the app writes files beside itself, as far as that shows."""
    manifest = project.run.package.manifest
    writer = find_writer(manifest)
    shape = next((shape for shape in project.run.shapes if shape.writes), None)
    if writer:
        where = manifest.evidence_of(writer, "writes files beside the app")
    elif shape:
        where = shape.evidence_at(shape.writes, "writes files")
    else:
        return
    where = replace(where, file=_from_root(project, where.file))
    yield Fact(key="node.writes_files", value=True, evidence=where, confidence=Confidence.LIKELY)


def _port_facts(project: Project) -> Iterator[Fact]:
    if project.run.port:
        yield Fact(key="node.port", value=project.run.port, evidence=project.run.evidence)
        return
    shape, source = _source(project)
    if shape is None or source is None:
        yield Fact(key="node.port", value=DEFAULT_PORT, confidence=Confidence.GUESS)
        yield Fact(key="node.port_variable", value="PORT")
        return
    means = f"listens where {source.variable} says" if source.variable else f"port {source.port}"
    where = shape.evidence_at(source.line, means)
    where = replace(where, file=_from_root(project, where.file))
    port = DEFAULT_PORT if source.variable else source.port
    yield Fact(key="node.port", value=port, evidence=where)
    if source.variable:
        yield Fact(key="node.port_variable", value=source.variable)


def _source(project: Project) -> tuple[ScriptShape | None, PortSource | None]:
    """The call that listens, if it says where; else a setting of that name."""
    shapes = project.run.shapes
    for shape in shapes:
        if shape.listening and shape.listening.port.is_known:
            return shape, shape.listening.port
    for shape in shapes:
        if shape.port_setting:
            return shape, shape.port_setting
    return None, None


def host_problems(project: Project) -> tuple[Problem, ...]:
    """A server that only its own pod can reach."""
    shape = project.run.listening
    call = shape.listening if shape else None
    if shape is None or call is None or call.host_variable:
        return ()
    host = call.host
    is_loopback = project.run.package.manifest.has(*_LOOPBACK_FRAMEWORKS)
    if not host and is_loopback and not call.names_host and project.run.kind is AppKind.WEB:
        host = "localhost, as Fastify does unless told"
    if not host:
        return ()
    what = f"listens on {host}: nothing outside its own pod can reach it"
    remedy = 'give it the host "0.0.0.0"'
    file = _from_root(project, shape.path)
    return (Problem(file=file, line=call.line, what=what, remedy=remedy),)


def _from_root(project: Project, file: str) -> str:
    return f"{project.folder}/{file}" if project.folder else file
