"""package.json and its lock file → what a Node project declares."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from draftpy.inspectors.facts import Evidence, Problem
from draftpy.source import SourceTree

PACKAGE_JSON = "package.json"
# Lock file → its manager, surest sign first.
LOCKS = {
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
    "pnpm-lock.yaml": "pnpm",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "yarn.lock": "yarn",
}
_AT_INSTALL = ("preinstall", "install", "postinstall", "prepare")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeManifest:
    """What package.json says; `dependencies` are those of a running app, `dev` the others."""

    text: str
    main: str = ""
    scripts: Mapping[str, str] = field(default_factory=dict)
    dependencies: Mapping[str, str] = field(default_factory=dict)
    dev: Mapping[str, str] = field(default_factory=dict)
    engines: str = ""
    manager: str = "npm"
    lock_file: str = ""
    locked: Mapping[str, str] = field(default_factory=dict)
    needs_source: bool = False
    problems: tuple[Problem, ...] = ()

    def line_of(self, key: str) -> int:
        """The line on which a key stands."""
        match = re.search(rf'"{re.escape(key)}"\s*:', self.text)
        return self.text.count("\n", 0, match.start()) + 1 if match else 0

    def evidence_of(self, key: str, means: str = "") -> Evidence:
        """The place of a key in package.json."""
        line = self.line_of(key)
        text = self.text.splitlines()[line - 1].strip().rstrip(",") if line else ""
        return Evidence(file=PACKAGE_JSON, line=line, text=text, means=means)

    def has(self, package: str) -> bool:
        """Whether the running app has this package."""
        return package in self.dependencies


def read_manifest(tree: SourceTree) -> tuple[NodeManifest | None, tuple[Problem, ...]]:
    """Read package.json; a broken one is a problem."""
    text = tree.find_text(PACKAGE_JSON)
    if text is None:
        return None, ()
    try:
        doc = json.loads(text)
    except json.JSONDecodeError as error:
        return None, (_broken(error.lineno, f"not valid JSON: {error.msg}"),)
    if not isinstance(doc, dict):
        return None, (_broken(1, "not a JSON object"),)
    return _parse(tree, text, doc), ()


def _parse(tree: SourceTree, text: str, doc: dict[str, Any]) -> NodeManifest:
    scripts, dependencies = _texts(doc, "scripts"), _texts(doc, "dependencies")
    manager, lock_file, problems = _find_manager(tree, doc)
    locked: dict[str, str] = {}
    if lock_file and manager == "npm":
        locked, in_sync = _read_lock(tree, lock_file, doc)
        if not in_sync:
            problems = (*problems, _stale_lock(lock_file))
            lock_file = ""
    return NodeManifest(
        text=text,
        main=str(doc.get("main") or ""),
        scripts=scripts,
        dependencies=dependencies,
        dev=_texts(doc, "devDependencies"),
        engines=_texts(doc, "engines").get("node", ""),
        manager=manager,
        lock_file=lock_file,
        locked=locked,
        needs_source=any(name in scripts for name in _AT_INSTALL)
        or any(v.startswith(("file:", "link:", "workspace:")) for v in dependencies.values()),
        problems=problems,
    )


def _find_manager(tree: SourceTree, doc: dict[str, Any]) -> tuple[str, str, tuple[Problem, ...]]:
    present = [name for name in LOCKS if tree.has(name)]
    named = str(doc.get("packageManager") or "").partition("@")[0]
    mine = [name for name in present if LOCKS[name] == named] or present
    lock_file = mine[0] if mine else ""
    manager = named or LOCKS.get(lock_file, "npm")
    problems: tuple[Problem, ...] = ()
    if len({LOCKS[name] for name in present}) > 1:
        what = (
            f"stands beside {', '.join(n for n in present if n != lock_file)}; it is the one used"
        )
        problems = (Problem(file=lock_file, what=what, remedy="remove the other"),)
    return manager, lock_file, problems


def _read_lock(tree: SourceTree, path: str, doc: dict[str, Any]) -> tuple[dict[str, str], bool]:
    """Installed versions by package, and whether the lock is of this package.json."""
    text = tree.find_text(path)
    if text is None:
        return {}, True  # Too large to look at; npm will.
    try:
        packages = json.loads(text).get("packages", {})
    except (json.JSONDecodeError, AttributeError):
        return {}, False
    root = packages.get("", {}) if isinstance(packages, dict) else {}
    in_sync = not packages or all(
        _texts(root, kind) == _texts(doc, kind) for kind in ("dependencies", "devDependencies")
    )
    versions = {
        name.removeprefix("node_modules/"): str(body.get("version", ""))
        for name, body in packages.items()
        if isinstance(body, dict) and name.count("node_modules/") == 1
    }
    return versions, in_sync


def _stale_lock(path: str) -> Problem:
    return Problem(
        file=path,
        what="does not match package.json, so npm ci would refuse it",
        remedy="run npm install and keep the new lock file",
    )


def _broken(line: int, what: str) -> Problem:
    return Problem(file=PACKAGE_JSON, line=line, what=what, remedy=f"mend {PACKAGE_JSON}")


def _texts(doc: Mapping[str, Any], key: str) -> dict[str, str]:
    value = doc.get(key)
    if not isinstance(value, dict):
        return {}
    return {str(k): v for k, v in value.items() if isinstance(v, str)}
