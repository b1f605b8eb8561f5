"""Deno projects → facts."""

import re
from collections.abc import Iterator
from dataclasses import replace

from draftpy.inspectors.commands import PORT_MARK
from draftpy.inspectors.facts import (
    AppKind,
    Confidence,
    Evidence,
    Fact,
    FactValue,
    Findings,
    Problem,
)
from draftpy.inspectors.node.deno_project import CONFIGS, LOCK, DenoProject, find_deno
from draftpy.inspectors.node.js_source import parse_script
from draftpy.inspectors.node.manifest import PACKAGE_JSON, read_manifest
from draftpy.inspectors.versions import DENO
from draftpy.source import SourceTree

DEFAULT_PORT = 8080
# What Deno.serve takes unless it is told.
_DENO_PORT = 8000
_MAX_SCRIPTS = 300
_FRAMEWORKS = {"fresh": "Fresh", "oak": "Oak", "hono": "Hono", "express": "Express"}
# They read PORT themselves.
_READ_PORT = ("fresh",)


def inspect(tree: SourceTree) -> Findings:
    """Facts `deno.*`; empty without deno.json or a script that uses Deno."""
    manifest, _ = read_manifest(tree)
    project, problems = find_deno(tree, manifest)
    if project is None:
        return Findings(problems=problems)
    facts = [
        *_config_facts(project),
        *_framework_facts(project),
        *_start_facts(project),
        _version(tree),
        *_build_facts(tree, project),
    ]
    return Findings(facts=tuple(facts), problems=(*problems, *_host_problems(project)))


def _config_facts(project: DenoProject) -> Iterator[Fact]:
    if project.config:
        where = Evidence(file=project.config)
        yield Fact(key="deno.manifest", value=project.config, evidence=where)


def _framework(project: DenoProject) -> str:
    return next((name for name in _FRAMEWORKS if project.imports(name)), "")


def _framework_facts(project: DenoProject) -> Iterator[Fact]:
    name = _framework(project)
    if name:
        yield Fact(key="deno.framework", value=name)
        yield Fact(key="deno.framework_title", value=_FRAMEWORKS[name])


def _start_facts(project: DenoProject) -> Iterator[Fact]:
    if not project.start:
        return
    shown = " ".join(project.start).replace(PORT_MARK, "PORT")
    where = replace(project.evidence or Evidence(file=project.entry), means=f"starts as {shown}")
    yield Fact(key="deno.start", value=project.start, evidence=where)
    is_web = (
        "serve" in project.start
        or bool(_framework(project))
        or any(shape.listening or shape.port_setting for shape in project.shapes)
    )
    yield Fact(key="deno.kind", value=str(AppKind.WEB if is_web else AppKind.WORKER))
    if is_web:
        yield from _port_facts(project)
    health = next((shape for shape in project.shapes if shape.health[0]), None)
    if is_web and health:
        where = health.evidence_at(health.health[1], "is asked by the probes")
        yield Fact(key="deno.health_path", value=health.health[0], evidence=where)


def _port_facts(project: DenoProject) -> Iterator[Fact]:
    given = next((m[1] for w in project.start if (m := re.fullmatch(r"--port=(\d+)", w))), "")
    following = [b for a, b in zip(project.start, project.start[1:], strict=False) if a == "--port"]
    given = given or next(iter(following), "")
    if given.isdigit():
        yield Fact(key="deno.port", value=int(given), evidence=project.evidence)
        return
    if any(PORT_MARK in word for word in project.start):
        yield Fact(key="deno.port", value=DEFAULT_PORT, confidence=Confidence.LIKELY)
        return
    shape = next((shape for shape in project.shapes if shape.listening), None)
    source = shape.listening.port if shape and shape.listening else None
    if shape and source and source.is_known:
        means = (
            f"listens where {source.variable} says" if source.variable else f"port {source.port}"
        )
        where = shape.evidence_at(source.line, means)
        port = DEFAULT_PORT if source.variable else source.port
        yield Fact(key="deno.port", value=port, evidence=where)
        if source.variable:
            yield Fact(key="deno.port_variable", value=source.variable)
        return
    if _framework(project) in _READ_PORT:
        yield Fact(key="deno.port", value=DEFAULT_PORT, confidence=Confidence.LIKELY)
        yield Fact(key="deno.port_variable", value="PORT")
        return
    evidence = shape.evidence_at(source.line, "Deno's own port") if shape and source else None
    yield Fact(key="deno.port", value=_DENO_PORT, evidence=evidence)


def _version(tree: SourceTree) -> Fact:
    for file, pattern in (
        (".dvmrc", r"^\s*v?(\d+\.\d+\.\d+)"),
        (".deno-version", r"^\s*v?(\d+\.\d+\.\d+)"),
        (".tool-versions", r"^deno\s+v?(\d+\.\d+\.\d+)"),
        ("mise.toml", r"^\s*deno\s*=\s*[\"']v?(\d+\.\d+\.\d+)"),
    ):
        text = tree.find_text(file) or ""
        match = re.search(pattern, text, re.MULTILINE)
        if match:
            line = text.count("\n", 0, match.start(1)) + 1
            where = Evidence(file=file, line=line, text=match[1])
            return Fact(key="deno.version", value=match[1], evidence=where)
    return Fact(key="deno.version", value=DENO.default, confidence=Confidence.LIKELY)


def _build_facts(tree: SourceTree, project: DenoProject) -> Iterator[Fact]:
    files = [name for name in (*CONFIGS, LOCK, PACKAGE_JSON) if tree.has(name)]
    has_modules = tree.has(PACKAGE_JSON) or project.doc.get("nodeModulesDir") in (
        *("auto", "manual"),
        True,
    )
    is_workspace = isinstance(project.doc.get("workspace"), list | dict)
    facts: dict[str, FactValue] = {
        "install_files": tuple(files) if not is_workspace else (),
        "entry": project.entry if tree.has(project.entry) else "",
        "builds": "build" in project.tasks,
        "has_modules": has_modules,
        "lock_file": _lock_file(tree, project),
    }
    for name, value in facts.items():
        yield Fact(key=f"deno.{name}", value=value)


def _lock_file(tree: SourceTree, project: DenoProject) -> str:
    """The lock file that Deno keeps, or would write at the first start; "" for none."""
    given = project.doc.get("lock")
    if given is False or not project.config:
        return ""
    path = given if isinstance(given, str) else LOCK
    return path if tree.has(path) or _imports_packages(tree, project) else ""


def _imports_packages(tree: SourceTree, project: DenoProject) -> bool:
    if project.doc.get("imports") or tree.has(PACKAGE_JSON):
        return True
    scripts = [file for file in tree.files if file.endswith((".ts", ".tsx", ".js", ".jsx", ".mjs"))]
    shapes = (parse_script(file, tree.find_text(file) or "") for file in scripts[:_MAX_SCRIPTS])
    outside = re.compile(r"https?:|npm:|jsr:")
    return any(outside.match(name) for shape in shapes for name in shape.imports)


def _host_problems(project: DenoProject) -> tuple[Problem, ...]:
    for shape in project.shapes:
        call = shape.listening
        if call and call.host and not call.host_variable:
            what = f"listens on {call.host}: nothing outside its own pod can reach it"
            remedy = 'give it the host "0.0.0.0"'
            return (Problem(file=shape.path, line=call.line, what=what, remedy=remedy),)
    return ()
