"""Node and Bun projects → facts."""

import re
from collections.abc import Iterator
from dataclasses import replace

from draftpy.inspectors.facts import (
    AppKind,
    Evidence,
    Fact,
    FactValue,
    Findings,
    Problem,
)
from draftpy.inspectors.node.app import find_app
from draftpy.inspectors.node.build import Build, Project, plan_build
from draftpy.inspectors.node.deno_project import CONFIGS, find_deno
from draftpy.inspectors.node.listening import host_problems, listening_facts
from draftpy.inspectors.node.managers import Manager, find_manager
from draftpy.inspectors.node.manifest import PACKAGE_JSON, NodeManifest, read_manifest
from draftpy.inspectors.node.migrations import find_migrations
from draftpy.inspectors.node.scripts import is_build_step
from draftpy.inspectors.node.version import find_bun_version, find_version
from draftpy.inspectors.node.workspaces import find_members
from draftpy.source import SourceTree


def is_member(tree: SourceTree, folder: str) -> bool:
    """Whether a folder is a member of the tree's workspace, so that it is built from the root."""
    manifest, _ = read_manifest(tree)
    found = find_members(tree, manifest) if manifest else ()
    return any(member.folder == folder for member in found)


def inspect(tree: SourceTree, wanted: str = "") -> Findings:
    """Facts `node.*`, or `bun.*` where Bun runs it; empty without anything of the kind.

    `wanted` is the member of a workspace that is asked for.
    """
    manifest, problems = read_manifest(tree)
    if _is_denos(tree, manifest):
        return Findings(problems=problems)
    known = manifest or NodeManifest(text="")
    app = find_app(tree, known, wanted)
    if app is None:
        return _without_start(tree, manifest, problems)
    runtime = "bun" if app.is_bun else "node"
    manager, manager_problems = find_manager(tree, known, runtime=runtime)
    project = Project(
        tree=tree,
        manifest=known,
        manager=manager,
        run=app.run,
        member=app.member,
        members=app.members,
    )
    version, version_problems = _version(tree, project, is_bun=app.is_bun)
    facts = (
        *_manifest_facts(manifest),
        *_framework_facts(project),
        *_run_facts(project),
        version,
        *_manager_facts(manager),
        *_build_facts(project, plan_build(project)),
    )
    found = Findings(
        facts=tuple(facts),
        problems=(
            *problems,
            *manager_problems,
            *version_problems,
            *app.run.problems,
            *app.problems,
            *host_problems(project),
        ),
    )
    return _renamed(found) if app.is_bun else found


def _is_denos(tree: SourceTree, manifest: NodeManifest | None) -> bool:
    """Whether Deno runs the project, package.json or not."""
    if manifest is not None and not any(tree.has(name) for name in CONFIGS):
        return False
    deno, _ = find_deno(tree, manifest)
    return deno is not None and (manifest is None or bool(deno.start))


def _without_start(
    tree: SourceTree, manifest: NodeManifest | None, problems: tuple[Problem, ...]
) -> Findings:
    if manifest is None:
        return Findings(problems=problems)
    manager, _ = find_manager(tree, manifest)
    return Findings(facts=(*_manifest_facts(manifest), *_manager_facts(manager)), problems=problems)


def _renamed(found: Findings) -> Findings:
    """The same facts, as Bun's."""
    facts = (replace(f, key=f.key.replace("node.", "bun.", 1)) for f in found.facts)
    return replace(found, facts=tuple(facts))


def _version(
    tree: SourceTree, project: Project, *, is_bun: bool
) -> tuple[Fact, tuple[Problem, ...]]:
    if is_bun:
        return find_bun_version(tree, project.manifest), ()
    if project.member and project.member.manifest.engines.get("node"):
        return find_version(tree, project.member.manifest, project.folder)
    return find_version(tree, project.manifest)


def _manifest_facts(manifest: NodeManifest | None) -> Iterator[Fact]:
    if manifest is not None:
        where = Evidence(file=PACKAGE_JSON)
        yield Fact(key="node.manifest", value=PACKAGE_JSON, evidence=where)


def _framework_facts(project: Project) -> Iterator[Fact]:
    framework = project.run.framework
    if framework is None:
        return
    manifest = project.run.package.manifest
    where = placed(project, manifest.evidence_of(framework.package))
    yield Fact(key="node.framework", value=framework.package, evidence=where)
    yield Fact(key="node.framework_title", value=framework.title)
    locked = project.manager.versions.get(framework.package, "")
    version = re.match(r"[\^~=v]*(\d+(?:\.\d+)?)", locked or manifest.range_of(framework.package))
    if version:
        yield Fact(key="node.framework_version", value=version[1])


def placed(project: Project, evidence: Evidence) -> Evidence:
    """The evidence with its path from the root."""
    if not project.folder or evidence.file.startswith(f"{project.folder}/"):
        return evidence
    return replace(evidence, file=f"{project.folder}/{evidence.file}")


def _run_facts(project: Project) -> Iterator[Fact]:
    run = project.run
    serving = run.serving
    where = placed(project, run.evidence)
    if project.folder:
        means = Evidence(
            file=f"{project.folder}/{PACKAGE_JSON}", means="is the app of the workspace"
        )
        yield Fact(key="node.workspace", value=project.folder, evidence=means)
    if serving.site:
        means_site = f"is built into {serving.site}"
        yield Fact(key="node.site", value=serving.site, evidence=replace(where, means=means_site))
        yield Fact(key="node.kind", value=str(AppKind.STATIC))
        yield Fact(key="node.port", value=8080)
        # The web server's own answer, in the configuration that the pack writes.
        yield Fact(key="node.health_path", value="/healthz")
        return
    if not serving.start:
        return
    args = _start_args(project)
    means_start = f"starts as {' '.join(args)}"
    yield Fact(key="node.start", value=args, evidence=replace(where, means=means_start))
    yield Fact(key="node.kind", value=str(run.kind))
    migrations = find_migrations(project)
    if migrations:
        yield Fact(key="node.migrations", value=migrations, evidence=where)
    yield from listening_facts(project)


def _start_args(project: Project) -> tuple[str, ...]:
    """The command; what must come first each time, and cannot be built in, comes in a shell."""
    args = project.run.serving.start
    before = [step for step in project.run.before if not is_build_step(step)]
    if not before:
        return args
    return ("sh", "-c", " && ".join([*before, f"exec {' '.join(args)}"]))


def _manager_facts(manager: Manager) -> Iterator[Fact]:
    yield Fact(key="node.manager", value=manager.name, evidence=manager.evidence)
    yield Fact(key="node.is_locked", value=manager.is_locked)
    if manager.lock and manager.is_locked:
        where = Evidence(file=manager.lock.file)
        yield Fact(key="node.lock_file", value=manager.lock.file, evidence=where)


def _build_facts(project: Project, build: Build) -> Iterator[Fact]:
    serving, manager = project.run.serving, project.manager
    has_packages = any(m.dependencies or m.dev for m in project.manifests)
    folder = project.folder or project.run.folder
    inside = "" if serving.artefacts else folder
    root = f"/app/{inside}" if inside else "/app"
    needs = build.needs
    facts: dict[str, FactValue] = {
        "has_packages": has_packages,
        "manager_package": manager.tool if has_packages or build.steps else "",
        "manager_cache": manager.cache,
        "install": build.install,
        "install_copies": build.copies,
        "dropped_scripts": build.drop_scripts,
        "needs_source": build.needs_source,
        "build_steps": build.steps,
        "build_env": build.env,
        "build_cache": _below(folder, serving.build_cache),
        "build_packages": needs.build,
        "run_packages": needs.run,
        "run_env": (*serving.env, *_script_env(project), *needs.env),
        "prune": build.prune,
        "build_again": build.again,
        "artefacts": tuple(_below(folder, artefact) for artefact in serving.artefacts),
        "folder": inside,
        "output": _below(folder, serving.site),
        "fallback": serving.fallback,
        "base_path": serving.base,
        "writable": tuple(f"{root}/{path}" for path in serving.writable),
        "browsers": project.run.package.manifest.has("playwright"),
    }
    for name, value in facts.items():
        yield Fact(key=f"node.{name}", value=value)


def _script_env(project: Project) -> tuple[str, ...]:
    script = project.run.package.script
    own = script.env if script and script.command else ()
    listening = project.run.listening
    call = listening.listening if listening else None
    variable = call.host_variable if call else ""
    is_set = any(item.startswith(f"{variable}=") for item in project.run.serving.env)
    host = (f"{variable}=0.0.0.0",) if variable and not is_set else ()
    # It takes loopback where it cannot tell that it is in a container.
    is_cli = project.run.serving.start[:1] == ("fastify",)
    return (*own, *host, *(("FASTIFY_ADDRESS=0.0.0.0",) if is_cli else ()))


def _below(folder: str, path: str) -> str:
    return f"{folder}/{path}" if folder and path else path
