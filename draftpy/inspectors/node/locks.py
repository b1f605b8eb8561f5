"""A lock file of npm, pnpm, yarn or bun → what it pins, and for which package.json it was made."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from draftpy.inspectors.node.json5 import find_mapping
from draftpy.inspectors.node.manifest import NodeManifest, texts_of
from draftpy.source import SourceTree

# Lock file → its manager; where there are several, the younger manager was moved to.
LOCKS = {
    "pnpm-lock.yaml": "pnpm",
    "bun.lock": "bun",
    "bun.lockb": "bun",
    "yarn.lock": "yarn",
    "package-lock.json": "npm",
    "npm-shrinkwrap.json": "npm",
}
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KINDS = ("dependencies", "devDependencies")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """One lock file; `is_current`: it fits package.json, so that installing takes it as it is."""

    file: str
    is_current: bool = True
    version: str = ""
    locked: Mapping[str, str] = field(default_factory=dict)

    @property
    def manager(self) -> str:
        """Whose it is."""
        return LOCKS[self.file]


def read_locks(tree: SourceTree, manifest: NodeManifest) -> tuple[Lock, ...]:
    """Every lock file at the root."""
    return tuple(_read(tree, name, manifest) for name in LOCKS if tree.has(name))


def _read(tree: SourceTree, name: str, manifest: NodeManifest) -> Lock:
    text = tree.find_text(name)
    if text is None or name == "bun.lockb":
        return Lock(file=name)  # Too large or not text; its own manager will read it.
    match LOCKS[name]:
        case "npm":
            return _read_npm(name, text, manifest)
        case "pnpm":
            return _read_pnpm(name, text, manifest)
        case "yarn":
            return _read_yarn(name, text, manifest)
        case _:
            return _read_bun(name, text, manifest)


def _read_npm(name: str, text: str, manifest: NodeManifest) -> Lock:
    try:
        doc = json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return Lock(file=name, is_current=False)
    packages = doc.get("packages") if isinstance(doc, dict) else None
    if not isinstance(packages, dict):
        return Lock(file=name, is_current=isinstance(doc, dict) and bool(doc.get("dependencies")))
    versions = {
        key.removeprefix("node_modules/"): str(body.get("version", ""))
        for key, body in packages.items()
        if isinstance(body, dict) and key.count("node_modules/") == 1
    }
    is_current = _same(packages.get("", {}), manifest)
    return Lock(file=name, is_current=is_current, locked=versions)


def _read_pnpm(name: str, text: str, manifest: NodeManifest) -> Lock:
    # pnpm's own version may be pinned in a document before; lists of packages come after importers.
    last = re.split(r"^---\s*$", text, flags=re.MULTILINE)[-1]
    head = re.split(r"^(?:packages|snapshots):", last, maxsplit=1, flags=re.MULTILINE)[0]
    try:
        doc = yaml.load(head, Loader=_LOADER)
    except (yaml.YAMLError, ValueError):
        return Lock(file=name, is_current=False)
    if not isinstance(doc, dict):
        return Lock(file=name, is_current=False)
    version = str(doc.get("lockfileVersion", ""))
    importers = doc.get("importers")
    root = importers.get(".", {}) if isinstance(importers, dict) else doc
    pinned = _pnpm_specifiers(root if isinstance(root, dict) else {})
    wanted = {**manifest.dev, **manifest.dependencies}
    is_current = pinned is None or pinned == wanted
    return Lock(file=name, is_current=is_current, version=version)


def _pnpm_specifiers(root: Mapping[str, Any]) -> dict[str, str] | None:
    """Package → the range it was locked for; None where the lock does not say."""
    if isinstance(root.get("specifiers"), dict):
        return texts_of(root, "specifiers")
    groups = [root.get(kind) for kind in (*_KINDS, "optionalDependencies")]
    entries = [item for group in groups if isinstance(group, dict) for item in group.items()]
    if any(not isinstance(body, dict) for _, body in entries):
        return None
    return {str(key): str(body.get("specifier", "")) for key, body in entries}


def _read_yarn(name: str, text: str, manifest: NodeManifest) -> Lock:
    metadata = re.search(r"^__metadata:\s*\n\s+version:\s*[\"']?(\d+)", text, re.MULTILINE)
    keys = re.findall(r"^(?![#\s])(.+):\s*$", text, re.MULTILINE)
    entries = {part.strip().strip('"') for key in keys for part in key.strip('"').split(", ")}
    wanted = {**manifest.dev, **manifest.dependencies}
    is_current = all(_is_in_yarn(entries, *item) for item in wanted.items())
    return Lock(file=name, is_current=is_current, version=metadata[1] if metadata else "")


def _is_in_yarn(entries: set[str], package: str, wanted: str) -> bool:
    is_plain = not re.search(r"[:/]", wanted)
    if not is_plain:
        return any(entry.startswith(f"{package}@") for entry in entries) or wanted[:4] == "work"
    return f"{package}@{wanted}" in entries or f"{package}@npm:{wanted}" in entries


def _read_bun(name: str, text: str, manifest: NodeManifest) -> Lock:
    doc = find_mapping(text)
    workspaces = doc.get("workspaces")
    root = workspaces.get("", {}) if isinstance(workspaces, dict) else None
    return Lock(file=name, is_current=root is not None and _same(root, manifest))


def _same(root: Any, manifest: NodeManifest) -> bool:
    groups = (*_KINDS, "optionalDependencies")
    return all(texts_of(root, kind) == texts_of(manifest.doc, kind) for kind in groups)
