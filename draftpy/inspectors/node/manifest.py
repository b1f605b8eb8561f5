"""package.json → what a Node project declares."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from draftpy.inspectors.facts import Evidence, Problem
from draftpy.source import SourceTree

PACKAGE_JSON = "package.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeManifest:
    """What package.json says; `dependencies` are those of a running app, `dev` the others."""

    text: str
    name: str = ""
    main: str = ""
    is_module: bool = False
    scripts: Mapping[str, str] = field(default_factory=dict)
    dependencies: Mapping[str, str] = field(default_factory=dict)
    dev: Mapping[str, str] = field(default_factory=dict)
    engines: Mapping[str, str] = field(default_factory=dict)
    bins: Mapping[str, str] = field(default_factory=dict)
    package_manager: str = ""
    workspaces: tuple[str, ...] = ()
    doc: Mapping[str, Any] = field(default_factory=dict)

    def line_of(self, key: str) -> int:
        """The line on which a key stands."""
        match = re.search(rf'"{re.escape(key)}"\s*:', self.text)
        return self.text.count("\n", 0, match.start()) + 1 if match else 0

    def evidence_of(self, key: str, means: str = "") -> Evidence:
        """The place of a key in package.json."""
        line = self.line_of(key)
        text = self.text.splitlines()[line - 1].strip().rstrip(",") if line else ""
        return Evidence(file=PACKAGE_JSON, line=line, text=text, means=means)

    def has(self, *packages: str) -> bool:
        """Whether the running app has one of these packages."""
        return any(package in self.dependencies for package in packages)

    def knows(self, *packages: str) -> bool:
        """Whether one of these packages is declared at all, be it for development only."""
        return any(package in self.dependencies or package in self.dev for package in packages)

    def range_of(self, package: str) -> str:
        """The version range that is declared for a package."""
        return self.dependencies.get(package) or self.dev.get(package, "")


def read_manifest(tree: SourceTree) -> tuple[NodeManifest | None, tuple[Problem, ...]]:
    """Read package.json; a broken one is a problem."""
    text = tree.find_text(PACKAGE_JSON)
    if text is None:
        return None, ()
    try:
        doc = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        what = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
        return None, (_broken(line, f"not valid JSON: {what}"),)
    if not isinstance(doc, dict):
        return None, (_broken(1, "not a JSON object"),)
    return _parse(text, doc), ()


def _parse(text: str, doc: dict[str, Any]) -> NodeManifest:
    bins = doc.get("bin")
    return NodeManifest(
        text=text,
        name=_text(doc, "name"),
        main=_text(doc, "main"),
        is_module=doc.get("type") == "module",
        scripts=texts_of(doc, "scripts"),
        dependencies={**texts_of(doc, "optionalDependencies"), **texts_of(doc, "dependencies")},
        dev=texts_of(doc, "devDependencies"),
        engines={**_dev_engines(doc), **texts_of(doc, "engines")},
        bins=texts_of(doc, "bin") if isinstance(bins, dict) else {},
        package_manager=_text(doc, "packageManager"),
        workspaces=_workspaces(doc),
        doc=doc,
    )


def _dev_engines(doc: Mapping[str, Any]) -> dict[str, str]:
    """`devEngines: {runtime: {name: node, version: ^22}}`, which may be a list, too."""
    given = doc.get("devEngines")
    runtimes = given.get("runtime") if isinstance(given, dict) else None
    listed = runtimes if isinstance(runtimes, list) else [runtimes]
    found = [entry for entry in listed if isinstance(entry, dict)]
    return {_text(entry, "name"): _text(entry, "version") for entry in found}


def _workspaces(doc: Mapping[str, Any]) -> tuple[str, ...]:
    given = doc.get("workspaces")
    listed = given.get("packages") if isinstance(given, dict) else given
    return tuple(str(item) for item in listed) if isinstance(listed, list) else ()


def texts_of(doc: Any, key: str) -> dict[str, str]:
    """The texts of a mapping inside a document."""
    value = doc.get(key) if isinstance(doc, dict) else None
    if not isinstance(value, dict):
        return {}
    return {str(k): v for k, v in value.items() if isinstance(v, str)}


def _text(doc: Mapping[str, Any], key: str) -> str:
    value = doc.get(key)
    return value if isinstance(value, str) else ""


def _broken(line: int, what: str) -> Problem:
    return Problem(file=PACKAGE_JSON, line=line, what=what, remedy=f"mend {PACKAGE_JSON}")
