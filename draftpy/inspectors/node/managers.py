"""Which package manager installs a Node project, in which version, by which commands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from draftpy.inspectors.facts import Evidence, Problem
from draftpy.inspectors.node.locks import Lock, read_locks
from draftpy.inspectors.node.manifest import PACKAGE_JSON, NodeManifest
from draftpy.source import SourceTree

PNPM_WORKSPACE = "pnpm-workspace.yaml"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_YARN_1 = "1.22.22"
# The lock file's format → the manager's version that writes it.
_PNPM_BY_LOCK = {"5.3": "6", "5.4": "7", "6.0": "8", "6.1": "8", "9.0": "9"}
_BERRY_BY_LOCK = {"4": "2", "5": "3", "6": "3"}
_PINNED = re.compile(r"([a-z]+)@([^+]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manager:
    """A package manager for one project.

    `tool`: what npm installs to have it, "" if the image has it; `command` runs it.
    """

    name: str
    command: str
    tool: str = ""
    lock: Lock | None = None
    install: str
    production: str
    prune: str = ""
    cache: str
    env: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    evidence: Evidence | None = None
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_locked(self) -> bool:
        """Whether it installs exactly what a lock file says."""
        return self.lock is not None and self.lock.is_current

    def run(self, script: str) -> str:
        """The command that runs a script of package.json."""
        return f"{self.command} run {script}"


def find_manager(
    tree: SourceTree, manifest: NodeManifest, *, runtime: str = "node"
) -> tuple[Manager, tuple[Problem, ...]]:
    """The manager that package.json names, else the one of the lock file, else npm."""
    locks = read_locks(tree, manifest)
    pinned = _PINNED.match(manifest.package_manager)
    name, version = (pinned[1], pinned[2]) if pinned else ("", "")
    if runtime == "bun":
        name, version = "bun", ""
    lock = _choose(locks, name)
    name = name or (lock.manager if lock else "") or _by_signs(tree, manifest)
    problems = _problems(locks, lock)
    mine = lock if lock and lock.manager == name else None
    evidence = manifest.evidence_of("packageManager") if pinned else None
    match name:
        case "pnpm":
            return _pnpm(tree, manifest, version, mine, evidence), problems
        case "yarn" if _is_berry(tree, version, mine):
            return _berry(tree, version, mine, evidence), problems
        case "yarn":
            return _yarn(version, mine, evidence), problems
        case "bun":
            return _bun(manifest, version, mine, evidence, runtime=runtime), problems
        case _:
            return _npm(mine, evidence), problems


def _choose(locks: tuple[Lock, ...], named: str) -> Lock | None:
    """The named manager's lock, else a current one, else the first."""
    mine = [lock for lock in locks if lock.manager == named] if named else list(locks)
    return next((lock for lock in mine if lock.is_current), mine[0] if mine else None)


def _by_signs(tree: SourceTree, manifest: NodeManifest) -> str:
    if tree.has(PNPM_WORKSPACE):
        return "pnpm"
    if tree.has(".yarnrc.yml"):
        return "yarn"
    return next((name for name in ("pnpm", "yarn") if name in manifest.engines), "npm")


def _problems(locks: tuple[Lock, ...], chosen: Lock | None) -> tuple[Problem, ...]:
    problems: list[Problem] = []
    others = [lock.file for lock in locks if chosen and lock.manager != chosen.manager]
    if chosen and others:
        what = f"stands beside {', '.join(others)}; it is the one used"
        remedy = f'remove the other, or say which in {PACKAGE_JSON}: "packageManager"'
        problems.append(Problem(file=chosen.file, what=what, remedy=remedy))
    if chosen and not chosen.is_current:
        what = "does not match package.json, so what it does not name is installed as of today"
        remedy = f"run {chosen.manager} install and keep the new lock file"
        problems.append(Problem(file=chosen.file, what=what, remedy=remedy))
    return tuple(problems)


def _npm(lock: Lock | None, evidence: Evidence | None) -> Manager:
    install = "npm ci" if lock and lock.is_current else "npm install"
    quiet = "--no-audit --no-fund"
    return Manager(
        name="npm",
        command="npm",
        lock=lock,
        install=f"{install} {quiet}",
        production=f"{install} --omit=dev {quiet}",
        prune=f"npm prune --omit=dev {quiet}",
        cache="/root/.npm",
        files=(".npmrc",),
        evidence=evidence,
        versions=lock.locked if lock else {},
    )


def _pnpm(
    tree: SourceTree,
    manifest: NodeManifest,
    version: str,
    lock: Lock | None,
    evidence: Evidence | None,
) -> Manager:
    frozen = "--frozen-lockfile" if lock and lock.is_current else "--no-frozen-lockfile"
    chosen = version or _pnpm_version(tree, manifest, lock)
    return Manager(
        name="pnpm",
        command="pnpm",
        tool=f"pnpm@{chosen}",
        lock=lock,
        install=f"pnpm install {frozen}",
        production=f"pnpm install {frozen} --prod",
        # Without CI it would ask before it removes anything.
        prune="CI=true pnpm prune --prod --ignore-scripts",
        cache="/root/.local/share/pnpm/store",
        env=_pnpm_env(chosen),
        files=(".npmrc", PNPM_WORKSPACE, ".pnpmfile.cjs"),
        evidence=evidence,
    )


def _pnpm_env(version: str) -> tuple[str, ...]:
    """Since 11, pnpm wants itself in the lock file, unless it is told to be the one."""
    major = version.partition(".")[0]
    is_newer = major.isdigit() and int(major) >= 11
    return ("pnpm_config_pm_on_fail=ignore",) if is_newer else ()


def _pnpm_version(tree: SourceTree, manifest: NodeManifest, lock: Lock | None) -> str:
    wanted = re.search(r"\d+", manifest.engines.get("pnpm", ""))
    if lock is None:
        return wanted[0] if wanted else "10"
    by_lock = _PNPM_BY_LOCK.get(lock.version, "10")
    # Settings in the workspace file, and allowed build scripts, are read by 10 only.
    is_newer = by_lock == "9" and not _is_of_pnpm_9(tree, manifest)
    return "10" if is_newer else by_lock


def _is_of_pnpm_9(tree: SourceTree, manifest: NodeManifest) -> bool:
    settings = read_pnpm_workspace(tree)
    own = manifest.doc.get("pnpm")
    allows = isinstance(own, dict) and "onlyBuiltDependencies" in own
    return not allows and (not settings or settings.keys() <= {"packages", "catalog", "catalogs"})


def read_pnpm_workspace(tree: SourceTree) -> dict[str, Any]:
    """pnpm-workspace.yaml; empty if absent or broken."""
    try:
        doc = yaml.load(tree.find_text(PNPM_WORKSPACE) or "", Loader=_LOADER)
    except (yaml.YAMLError, ValueError):
        return {}
    return doc if isinstance(doc, dict) else {}


def _is_berry(tree: SourceTree, version: str, lock: Lock | None) -> bool:
    if version:
        return not version.startswith(("0.", "1."))
    return bool(lock and lock.version) or (tree.has(".yarnrc.yml") and not lock)


def _yarn(version: str, lock: Lock | None, evidence: Evidence | None) -> Manager:
    frozen = " --frozen-lockfile" if lock and lock.is_current else ""
    install = f"yarn install --non-interactive{frozen}"
    return Manager(
        name="yarn",
        command="yarn",
        tool=f"yarn@{version or _YARN_1}",
        lock=lock,
        install=install,
        production=f"{install} --production",
        prune=f"{install} --production --ignore-scripts --prefer-offline",
        cache="/usr/local/share/.cache/yarn",
        files=(".npmrc", ".yarnrc"),
        evidence=evidence,
    )


def _berry(tree: SourceTree, version: str, lock: Lock | None, evidence: Evidence | None) -> Manager:
    vendored = re.search(r"^yarnPath:\s*[\"']?([^\s\"']+)", _yarnrc(tree), re.MULTILINE)
    path = vendored[1] if vendored and tree.has(vendored[1]) else ""
    chosen = version or _BERRY_BY_LOCK.get(lock.version if lock else "", "4")
    command = f"node {path}" if path else "yarn"
    immutable = "--immutable" if lock and lock.is_current else "--no-immutable"
    # Yarn 4 has the command built in; before, it is a plugin that most projects lack.
    is_4 = re.search(r"yarn-(\d+)", path)
    can_focus = (is_4[1] if is_4 else chosen.partition(".")[0]) not in ("2", "3")
    focus = f"{command} workspaces focus --all --production"
    return Manager(
        name="yarn",
        command=command,
        tool="" if path else f"@yarnpkg/cli-dist@{chosen}",
        lock=lock,
        install=f"{command} install {immutable}",
        production=focus if can_focus and lock else f"{command} install {immutable}",
        prune=focus if can_focus else "",
        cache="/root/.yarn/berry/cache",
        # Node finds packages in node_modules by itself; Plug'n'Play would need Yarn's loader.
        env=("YARN_NODE_LINKER=node-modules", "YARN_ENABLE_GLOBAL_CACHE=true"),
        files=(".npmrc", ".yarnrc.yml"),
        evidence=evidence,
    )


def _yarnrc(tree: SourceTree) -> str:
    return tree.find_text(".yarnrc.yml") or ""


def _bun(
    manifest: NodeManifest,
    version: str,
    lock: Lock | None,
    evidence: Evidence | None,
    *,
    runtime: str,
) -> Manager:
    wanted = re.search(r"\d+(?:\.\d+)*", version or manifest.engines.get("bun", ""))
    frozen = " --frozen-lockfile" if lock and lock.is_current else ""
    return Manager(
        name="bun",
        command="bun",
        tool="" if runtime == "bun" else f"bun@{wanted[0] if wanted else '1'}",
        lock=lock,
        install=f"bun install{frozen}",
        production=f"bun install{frozen} --production",
        # It adds only what is missing, so what is there must go first.
        prune=f"rm -rf node_modules && bun install{frozen} --production",
        cache="/root/.bun/install/cache",
        files=(".npmrc", "bunfig.toml"),
        evidence=evidence,
    )
