"""Cargo.toml files → packages with their programs and dependencies, and the workspace."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from posixpath import join, normpath
from typing import Any

from draftpy.inspectors.facts import Problem
from draftpy.source import SourceTree

MANIFEST = "Cargo.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary:
    """A program of a package: its name and its main file."""

    name: str
    path: str
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Crate:
    """One package: where it lies, its programs, its dependencies (name → what is written)."""

    folder: str
    name: str
    doc: Mapping[str, Any]
    text: str
    binaries: tuple[Binary, ...] = ()
    dependencies: Mapping[str, Any] = field(default_factory=dict)
    workspace: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """Its Cargo.toml."""
        return join(self.folder, MANIFEST)

    @property
    def default_run(self) -> str:
        """The program that `cargo run` starts, if it says so."""
        return str(self.doc["package"].get("default-run", ""))

    def version_of(self, dependency: str) -> str:
        """What is written as a dependency's version, here or in the workspace."""
        given = self.dependencies.get(dependency)
        if isinstance(given, dict) and given.get("workspace"):
            given = self.workspace.get(dependency, "")
        if isinstance(given, dict):
            given = given.get("version", "")
        return str(given or "")

    def features_of(self, dependency: str) -> tuple[str, ...]:
        """The features that are asked for, here or in the workspace."""
        found: list[str] = []
        for given in (self.dependencies.get(dependency), self.workspace.get(dependency)):
            features = given.get("features", ()) if isinstance(given, dict) else ()
            found += [str(each) for each in features] if isinstance(features, list) else []
        return tuple(found)

    def line_of(self, word: str) -> int:
        """The line that starts with a word, or 0."""
        for number, line in enumerate(self.text.splitlines(), start=1):
            if line.strip().removeprefix("[dependencies.").startswith(word):
                return number
        return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Crates:
    """All packages of a source tree; `defaults`: the folders of the workspace's default members."""

    crates: tuple[Crate, ...] = ()
    is_workspace: bool = False
    defaults: tuple[str, ...] = ()
    root: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def load_crates(tree: SourceTree) -> Crates:
    """The root's package and the workspace's members."""
    problems: list[Problem] = []
    root = _load(tree, MANIFEST, problems)
    if root is None:
        return Crates(problems=tuple(problems))
    workspace = root.get("workspace")
    workspace = workspace if isinstance(workspace, dict) else None
    folders = ["", *(_members(tree, workspace) if workspace is not None else ())]
    shared = _table(workspace or {}, "dependencies")
    crates = [c for f in folders if (c := _crate(tree, f, shared, problems)) is not None]
    defaults = _expand(tree, _texts(workspace or {}, "default-members"))
    return Crates(
        crates=tuple(crates),
        is_workspace=workspace is not None,
        defaults=tuple(defaults),
        root=root,
        problems=tuple(problems),
    )


def _members(tree: SourceTree, workspace: Mapping[str, Any]) -> Iterator[str]:
    excluded = _texts(workspace, "exclude")
    for folder in _expand(tree, _texts(workspace, "members")):
        if not any(folder == each or folder.startswith(f"{each}/") for each in excluded):
            yield folder


def _expand(tree: SourceTree, patterns: list[str]) -> list[str]:
    """Folders with a Cargo.toml that match the patterns, in the patterns' order."""
    folders = [path.rpartition("/")[0] for path in tree.match(f"**/{MANIFEST}") if "/" in path]
    found = [
        folder
        for pattern in patterns
        for folder in folders
        if fnmatchcase(folder, normpath(pattern))
        and folder.count("/") == normpath(pattern).count("/")
    ]
    return list(dict.fromkeys(found))


def _crate(
    tree: SourceTree, folder: str, shared: Mapping[str, Any], problems: list[Problem]
) -> Crate | None:
    doc = _load(tree, join(folder, MANIFEST), problems)
    package = doc.get("package") if doc else None
    if doc is None or not isinstance(package, dict) or not isinstance(package.get("name"), str):
        return None
    dependencies = dict(_table(doc, "dependencies"))
    for target in _table(doc, "target").values():
        dependencies |= _table(target, "dependencies") if isinstance(target, dict) else {}
    return Crate(
        folder=folder,
        name=package["name"],
        doc=doc,
        text=tree.find_text(join(folder, MANIFEST)) or "",
        binaries=tuple(_binaries(tree, folder, doc)),
        dependencies=dependencies,
        workspace=shared,
    )


def _binaries(tree: SourceTree, folder: str, doc: Mapping[str, Any]) -> Iterator[Binary]:
    """As Cargo finds them: [[bin]], src/main.rs, src/bin/*.rs, src/bin/*/main.rs."""
    package = doc["package"]
    seen: set[str] = set()
    for given in doc.get("bin", ()) if isinstance(doc.get("bin"), list) else ():
        name = str(given.get("name", ""))
        path = str(given.get("path") or _usual_path(tree, folder, name, package["name"]))
        whole = normpath(join(folder, path))
        if name and tree.has(whole):
            seen.add(whole)
            yield Binary(name=name, path=whole, features=tuple(_texts(given, "required-features")))
    if package.get("autobins") is False:
        return
    for name, path in _found(tree, folder, package["name"]):
        if path not in seen:
            yield Binary(name=name, path=path)


def _usual_path(tree: SourceTree, folder: str, name: str, package: str) -> str:
    own = (f"src/bin/{name}.rs", f"src/bin/{name}/main.rs")
    candidates = own if name != package else ("src/main.rs", *own)
    return next((p for p in candidates if tree.has(join(folder, p))), "src/main.rs")


def _found(tree: SourceTree, folder: str, package: str) -> Iterator[tuple[str, str]]:
    main = join(folder, "src/main.rs")
    if tree.has(main):
        yield package, main
    start = join(folder, "src/bin")
    for path in tree.match(f"{start}/*.rs"):
        yield path.rpartition("/")[2].removesuffix(".rs"), path
    for path in tree.match(f"{start}/*/main.rs"):
        yield path.split("/")[-2], path


def _load(tree: SourceTree, path: str, problems: list[Problem]) -> dict[str, Any] | None:
    text = tree.find_text(path)
    if text is None:
        return None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        if not any(problem.file == path for problem in problems):
            problems.append(Problem(file=path, what=f"is broken: {error}"))
        return None


def _table(doc: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = doc.get(name, {})
    return found if isinstance(found, dict) else {}


def _texts(doc: Mapping[str, Any], name: str) -> list[str]:
    found = doc.get(name, [])
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
