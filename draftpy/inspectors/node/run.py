"""One Node package → what runs it: a server, a site of files or a worker."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from posixpath import normpath

from draftpy.inspectors.commands import StartCommand
from draftpy.inspectors.facts import AppKind, Evidence, Problem
from draftpy.inspectors.node.commands import emits_nothing, entry_of, is_known, settled
from draftpy.inspectors.node.frameworks import (
    Framework,
    find_rendering,
    find_server,
    find_sites,
)
from draftpy.inspectors.node.js_source import ScriptShape
from draftpy.inspectors.node.manifest import read_manifest
from draftpy.inspectors.node.package import Package
from draftpy.inspectors.node.scripts import resolve_text
from draftpy.inspectors.node.serving import Serving
from draftpy.inspectors.node.shapes import ENTRY_FILES, read_scripts
from draftpy.inspectors.procfile import find_start

# Apps of a desktop, a phone or an editor.
_RUN_ELSEWHERE = ("electron", "nw", "@tauri-apps/api", "nativescript", "@nativescript/core")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a package runs; `script` is its entry as far as it is known, "" for another program."""

    package: Package
    kind: AppKind
    serving: Serving
    evidence: Evidence
    framework: Framework | None = None
    port: int = 0
    shapes: tuple[ScriptShape, ...] = ()
    problems: tuple[Problem, ...] = ()
    before: tuple[str, ...] = ()
    migrations: tuple[str, ...] = ()
    folder: str = ""

    @property
    def listening(self) -> ScriptShape | None:
        """The script that opens a port."""
        return next((shape for shape in self.shapes if shape.listening), None)


def find_run(package: Package) -> Run | None:
    """How a package runs; None if nothing in it says so, or it runs on no server."""
    if package.manifest.knows(*_RUN_ELSEWHERE) or "vscode" in package.manifest.engines:
        return None
    package = _with_procfile(package)
    rendered = _rendered(package)
    if rendered:
        return rendered
    started = _started(package)
    if started is not None:
        return started
    site = _site(package)
    if site is not None and not _has_own_server(package):
        return site
    return _by_entry(package) or site


def _with_procfile(package: Package) -> Package:
    """A process of the Procfile goes before the scripts."""
    from_file = find_start(package.tree)
    if from_file is None:
        return package
    text = from_file.evidence.text.partition(":")[2].strip()
    script = resolve_text(text, package.manifest.scripts)
    if script.command is None or not is_known(package, script.command):
        return package
    return replace(package, script=script, script_name="", script_evidence=from_file.evidence)


def _rendered(package: Package) -> Run | None:
    framework = find_rendering(package.manifest)
    serving = framework.serving(package) if framework else None
    if framework is None or serving is None:
        return None
    where = serving.evidence or package.manifest.evidence_of(framework.package)
    return _run(package, serving, where, framework)


def _started(package: Package) -> Run | None:
    """By the start script, or by what the server's framework says."""
    framework = find_server(package.manifest)
    serving = framework.serving(package) if framework else None
    if framework and serving:
        where = serving.evidence or _script_evidence(package)
        return _run(package, serving, where, framework)
    script = package.script
    if script is None:
        return None
    if script.site and package.builds:
        fallback = "index.html" if script.is_spa else ""
        site = Serving(site=script.site, fallback=fallback)
        return _run(package, site, _script_evidence(package), _first_site(package))
    command = script.command
    if command is None or not _is_runnable(package, command):
        return None
    return _run(package, Serving(start=command.args), _script_evidence(package), framework)


def _script_evidence(package: Package) -> Evidence:
    return package.script_evidence or package.manifest.evidence_of(package.script_name)


def _site(package: Package) -> Run | None:
    for framework in find_sites(package.manifest):
        serving = framework.serving(package)
        script = package.script_with(*framework.commands)
        # Without a script that runs it, it may be there for tests, or for a library's examples.
        if serving is None or not (script or serving.needs_no_page or _has_page(package)):
            continue
        name = script or package.builds
        if not name and not serving.build:
            continue
        where = serving.evidence or package.manifest.evidence_of(name or framework.package)
        found = framework if framework.package else None
        return _run(package, replace(serving, script=name), where, found)
    return None


def _first_site(package: Package) -> Framework | None:
    found = find_sites(package.manifest)[0]
    return found if found.package else None


def _has_page(package: Package) -> bool:
    return any(package.tree.has(f"{folder}index.html") for folder in ("", "public/", "src/"))


def _has_own_server(package: Package) -> bool:
    """Whether a file of the app's own listens, as in a site with its API beside it."""
    names = [file for file in ENTRY_FILES if package.tree.has(file)]
    shapes = read_scripts(package.tree, names, limit=len(names)) if names else ()
    return any(shape.listening and shape.path in names for shape in shapes)


def _by_entry(package: Package) -> Run | None:
    """By `main`, else by a file of a telling name; one that listens goes first."""
    main = normpath(package.manifest.main) if package.manifest.main else ""
    framework = find_server(package.manifest)
    if main and (package.is_there(main) or (package.builds and main.startswith("dist/"))):
        where = package.manifest.evidence_of("main")
        run = _run(package, _serve_file(package, main), where, framework)
        return None if run.kind is AppKind.WORKER and _is_library(package) else run
    known = (file for file in ENTRY_FILES if package.tree.has(file))
    present = [file for file in known if not _is_of_another(package, file)]
    shapes = read_scripts(package.tree, present, limit=len(present)) if present else ()
    listening = [s.path for s in shapes if s.path in present and (s.listening or s.exports_fetch)]
    found = next(iter([*listening, *present]), "")
    if not found:
        return None
    return _run(package, _serve_file(package, found), Evidence(file=found), framework)


def _is_library(package: Package) -> bool:
    """Whether its main starts nothing: others import it, or a phone runs it."""
    if package.manifest.knows("react-native", "expo"):
        return True
    told = ("exports", "files", "types", "typings", "module", "peerDependencies", "publishConfig")
    return any(key in package.manifest.doc for key in told)


def _serve_file(package: Package, file: str) -> Serving:
    """The command for a source file, by what the project has for TypeScript."""
    if not file.endswith((".ts", ".mts", ".cts", ".tsx")):
        return Serving(start=("node", file))
    if package.manifest.knows("tsx") and not package.builds:
        return Serving(start=("tsx", file))
    if package.is_typescript and not emits_nothing(package):
        return Serving(start=("node", package.compiled(file)), build="tsc")
    for program in ("tsx", "ts-node"):
        if package.manifest.knows(program):
            return Serving(start=(program, file))
    return Serving(start=("node", file))  # Node strips types itself since 22.18.


def _is_runnable(package: Package, command: StartCommand) -> bool:
    """Whether the command refers to what is there, or to what a build makes."""
    if not is_known(package, command):
        return False
    script = entry_of(command.args)
    folder = package.script.folder if package.script else ""
    path = f"{folder}/{script}" if folder else script
    if _is_of_another(package, path):
        return False
    if not script or package.is_there(path):
        return True
    return bool(package.builds) or (package.is_typescript and not emits_nothing(package))


def _is_of_another(package: Package, path: str) -> bool:
    """Whether a script belongs to a package of its own below, whose packages are not here."""
    folder = path.rpartition("/")[0]
    while folder and not package.tree.has(f"{folder}/package.json"):
        folder = folder.rpartition("/")[0]
    if not folder or package.manifest.dependencies:
        return False
    inner, _ = read_manifest(package.tree.below(folder))
    texts = " ".join(package.flattened(name) for name in ("build", "postinstall", "install"))
    return bool(inner and inner.dependencies) and folder not in texts


def _run(
    package: Package, serving: Serving, evidence: Evidence, framework: Framework | None
) -> Run:
    script = package.script
    is_scripts = bool(script and script.command and serving.start == script.command.args)
    serving = settled(package, serving)
    shapes = () if serving.site else read_scripts(package.tree, _entries(package, serving))
    run = Run(
        package=package,
        kind=AppKind.STATIC,
        serving=serving,
        evidence=evidence,
        framework=framework,
        port=script.command.port if script and script.command and is_scripts else 0,
        shapes=shapes,
        problems=serving.problems,
        before=script.before if script and is_scripts else (),
        migrations=script.migrations if script else (),
        folder=script.folder if script and is_scripts else "",
    )
    return run if serving.site else replace(run, kind=_server_kind(run))


def _server_kind(run: Run) -> AppKind:
    framework = run.framework
    if framework and not framework.needs_port:
        return AppKind.WEB
    opens = any(s.listening or s.creates_server or s.port_setting for s in run.shapes)
    fetches = "bun" in run.serving.start[:1] and any(s.exports_fetch for s in run.shapes)
    return AppKind.WEB if opens or fetches else AppKind.WORKER


def _entries(package: Package, serving: Serving) -> Iterator[str]:
    """The entry's own source first."""
    entry = entry_of(serving.start)
    if not entry:
        return
    stem = re.sub(r"\.[cm]?js$", "", entry)
    inner = stem.partition("/")[2]
    for base in (entry, stem, f"src/{inner}", inner, f"src/{stem}"):
        for ending in ("", ".js", ".mjs", ".ts", ".mts", "/index.js", "/index.ts"):
            if base and package.tree.has(f"{base}{ending}"):
                yield f"{base}{ending}"
