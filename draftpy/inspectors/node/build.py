"""How the image of a Node project is built: what is copied, which commands install and build."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from draftpy.inspectors.node.commands import entry_of
from draftpy.inspectors.node.frameworks import find_rendering
from draftpy.inspectors.node.managers import Manager
from draftpy.inspectors.node.manifest import PACKAGE_JSON, NodeManifest
from draftpy.inspectors.node.natives import Need, find_needs
from draftpy.inspectors.node.run import Run
from draftpy.inspectors.node.scripts import is_build_step
from draftpy.inspectors.node.workspaces import Member, built_before
from draftpy.source import SourceTree

_AT_INSTALL = ("preinstall", "install", "postinstall", "prepare", "prepublish")
# They set up Git hooks, which an image has no use for.
_HOOKS = re.compile(
    r"\W*(?:(?:npx|is-ci|node_env|ci|test|run|true|exit|0|skip\w*)\W+)*"
    r"(?:husky|lefthook|simple-git-hooks|pre-commit|git config|yorkie|only-allow)\b.*",
    re.IGNORECASE,
)
# They need one folder or nothing of the source.
_HARMLESS = re.compile(
    r"\s*(?:npx )?(?:patch-package|prisma generate|only-allow \w+|ngcc.*|electron-builder.*"
    r"|(?:svelte-kit|astro) sync.*|(?:nuxt|nuxi|nitro|nitropack) prepare)\s*"
)
# One compiler, which needs no shell between.
_QUICK = re.compile(r"(?:tsc|nest build|tsup|tsdown|swc|esbuild|unbuild)(?: [\w./=:@-]+)*")
_INSTALL_FOLDERS = ("prisma", "patches", ".yarn/patches", ".yarn/plugins", ".yarn/releases")
_MAX_COPIES = 40
_SCHEMAS = ("prisma/schema.prisma", "schema.prisma", "prisma/schema/schema.prisma")
# Built on webpack 4, whose hash OpenSSL 3 has no longer.
_OF_WEBPACK_4 = {"react-scripts": 5, "@vue/cli-service": 5, "webpack": 5, "nuxt": 3, "gatsby": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A Node project: its root's tree, manifest and manager, and the part of it that runs."""

    tree: SourceTree
    manifest: NodeManifest
    manager: Manager
    run: Run
    member: Member | None = None
    members: tuple[Member, ...] = ()

    @property
    def folder(self) -> str:
        """The folder of what runs, "" for the root."""
        return self.member.folder if self.member else ""

    @property
    def manifests(self) -> tuple[NodeManifest, ...]:
        """The manifests that matter to what runs."""
        if self.member is None:
            return (self.manifest,)
        before = built_before(self.member, self.members)
        return (self.manifest, self.member.manifest, *(m.manifest for m in before))

    @property
    def is_bun(self) -> bool:
        """Whether Bun runs it, so that there is no Node in the image."""
        return self.run.serving.start[:1] == ("bun",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What the Dockerfile's build stage holds; `again` builds after a save, where it is quick."""

    copies: tuple[str, ...]
    drop_scripts: tuple[str, ...]
    needs_source: bool
    install: str
    steps: tuple[str, ...]
    prune: str
    needs: Need
    env: tuple[str, ...]
    again: tuple[str, ...] = ()


def plan_build(project: Project) -> Build:
    """What the build stage copies, installs, runs and removes."""
    hooks = tuple(n for n in _AT_INSTALL if _HOOKS.fullmatch(project.manifest.scripts.get(n, "")))
    needs_source = _needs_source(project, hooks)
    steps = tuple(_steps(project))
    needs = find_needs(project.manifests)
    kept = project.run.serving.keeps_dev or bool(project.run.serving.artefacts)
    is_whole = bool(steps) or project.run.serving.keeps_dev or _runs_at_install(project, hooks)
    manager = project.manager
    return Build(
        copies=() if needs_source else tuple(_copies(project)),
        drop_scripts=hooks,
        needs_source=needs_source,
        install=manager.install if is_whole else manager.production,
        steps=steps,
        prune=manager.prune if is_whole and not kept and _may_prune(project) else "",
        needs=needs,
        env=(*manager.env, *needs.build_env, *project.run.serving.build_env, *_legacy(project)),
        again=_again(project) if steps else (),
    )


def _again(project: Project) -> tuple[str, ...]:
    """The words that compile a server of TypeScript: a second, where a site takes many."""
    run = project.run
    entry = entry_of(run.serving.start)
    is_compiled = run.serving.start[:1] == ("node",) and entry and not run.package.is_there(entry)
    is_rendered = find_rendering(run.package.manifest) is not None
    if not is_compiled or is_rendered or run.serving.artefacts or project.folder:
        return ()
    text = run.package.manifest.scripts.get(run.package.builds, "")
    if _QUICK.fullmatch(text):
        return tuple(text.split())
    if run.package.builds:
        return tuple(project.manager.run(run.package.builds).split())
    return tuple(run.serving.build.split())


def _runs_at_install(project: Project, hooks: tuple[str, ...]) -> bool:
    """Whether a script runs at install that may take packages for development."""
    return any(project.manifest.scripts.get(n) for n in _AT_INSTALL if n not in hooks)


def _needs_source(project: Project, hooks: tuple[str, ...]) -> bool:
    manifest = project.manifest
    texts = [manifest.scripts.get(name, "") for name in _AT_INSTALL if name not in hooks]
    for member in project.members:
        texts += [member.manifest.scripts.get(name, "") for name in _AT_INSTALL]
    runs = any(text and not _HARMLESS.fullmatch(text) for text in texts)
    wanted = [*manifest.dependencies.values(), *manifest.dev.values()]
    local = ("file:", "link:", "portal:") if project.members else ("file:", "link:", "workspace:")
    is_local = any(value.startswith((*local, "./", "../")) for value in wanted)
    return runs or is_local or len(project.members) > _MAX_COPIES


def _copies(project: Project) -> Iterator[str]:
    """`FROM… TO` of each COPY before installing."""
    tree, manager = project.tree, project.manager
    lock = manager.lock.file if manager.lock else ""
    root = [name for name in (PACKAGE_JSON, lock, *manager.files) if name and tree.has(name)]
    if root:
        yield f"{' '.join(root)} ./"
    for folder in _INSTALL_FOLDERS:
        if any(file.startswith(f"{folder}/") for file in tree.files):
            yield f"{folder} ./{folder}"
    for member in project.members:
        yield f"{member.folder}/{PACKAGE_JSON} ./{member.folder}/"


def _may_prune(project: Project) -> bool:
    """Whether the packages for development can be taken out again without harm."""
    if not any(manifest.dev for manifest in project.manifests):
        return False
    if project.manager.name == "bun":
        return not project.members and not project.manifest.has("@prisma/client")
    return not (project.members and project.manager.name == "pnpm")


def _steps(project: Project) -> Iterator[str]:
    """The commands that build, in their order."""
    generates = _prisma(project)
    if generates:
        yield generates
    prepared = [step for step in project.run.before if is_build_step(step)]
    build = _own_build(project)
    if not (build and _has_turbo(project)):
        yield from _built_before(project)
    if build:
        yield build
    in_script = project.run.package.manifest.scripts.get(project.run.package.builds, "")
    for step in prepared:
        is_done = build and (step in in_script or re.search(r"\bbuild\b", step))
        if not is_done and not step.startswith(("rimraf", "rm ")):
            yield _in_folder(project, step if _is_plain(step) else f"npx {step}")


def _is_plain(step: str) -> bool:
    return step.split(maxsplit=1)[0] in ("npm", "npx", "pnpm", "yarn", "bun", "cp", "mkdir", "node")


def _own_build(project: Project) -> str:
    package, serving = project.run.package, project.run.serving
    script = serving.script or package.builds
    if project.member and script:
        return _run_in(project, project.member, script)
    if script:
        return project.manager.run(script)
    prestart = package.manifest.scripts.get("prestart", "")
    if package.script_name == "start" and prestart and is_build_step(prestart):
        return project.manager.run("prestart")
    if not serving.build:
        return ""
    runner = "bunx" if project.is_bun else "npx"
    command = serving.build if serving.build.startswith("node ") else f"{runner} {serving.build}"
    return _in_folder(project, command)


def _in_folder(project: Project, command: str) -> str:
    return f"cd {project.folder} && {command}" if project.folder else command


def _built_before(project: Project) -> Iterator[str]:
    if project.member is None:
        return
    for needed in built_before(project.member, project.members):
        yield _run_in(project, needed, "build")


def _has_turbo(project: Project) -> bool:
    return project.manifest.knows("turbo") and project.tree.has("turbo.json")


def _run_in(project: Project, member: Member, script: str) -> str:
    """The command that runs a script of a member, from the root."""
    manager = project.manager
    name = member.manifest.name
    if _has_turbo(project) and name and script == "build":
        return f"npx turbo run {script} --filter={name}"
    match manager.name:
        case "npm":
            return f"npm run {script} --workspace={member.folder}"
        case "pnpm":
            return f"pnpm --filter ./{member.folder} run {script}"
        case "yarn" if name:
            return f"{manager.command} workspace {name} run {script}"
        case _:
            return f"cd {member.folder} && {manager.run(script)}"


def _prisma(project: Project) -> str:
    """Prisma's client is generated, unless a script of the project sees to that."""
    manifest = project.run.package.manifest
    tree = project.run.package.tree
    if not manifest.knows("prisma") or not any(tree.has(path) for path in _SCHEMAS):
        return ""
    package = project.run.package
    names = ("postinstall", "prebuild", package.builds)
    if any(re.search(r"\bprisma generate\b", package.flattened(name)) for name in names):
        return ""
    runner = "bunx" if project.is_bun else "npx"
    # Its configuration wants the address of a database, which generating does not use.
    asks = any(file.startswith("prisma.config.") for file in tree.files)
    address = "DATABASE_URL=postgresql://none:none@localhost/none " if asks else ""
    return _in_folder(project, f"{address}{runner} prisma generate")


def _legacy(project: Project) -> tuple[str, ...]:
    """What webpack 4 needs on today's Node."""
    manifest = project.run.package.manifest
    for name, fixed_in in _OF_WEBPACK_4.items():
        major = re.match(r"[\^~>=v\s]*(\d+)", manifest.range_of(name))
        if major and int(major[1]) < fixed_in:
            return ("NODE_OPTIONS=--openssl-legacy-provider",)
    return ()
