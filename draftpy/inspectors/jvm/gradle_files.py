"""Gradle's build files, Groovy and Kotlin, → what their literal forms say."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from draftpy.inspectors.code_files import CodeFile, strip_comments
from draftpy.inspectors.facts import Problem
from draftpy.inspectors.jvm.maven_pom import Package
from draftpy.source import SourceTree

BUILD_FILES = ("build.gradle.kts", "build.gradle")
SETTINGS_FILES = ("settings.gradle.kts", "settings.gradle")
CATALOG = "gradle/libs.versions.toml"
_MAX_CONVENTIONS = 8
_ID = re.compile(
    r"\bid\s*\(?\s*[\"']([\w.\-]+)[\"']\s*\)?(?:\s*\.?version\s*\(?\s*[\"']([^\"']+)[\"'])?"
)
_ALIAS = re.compile(r"\balias\s*\(?\s*libs\.plugins\.([\w.]+)")
_KOTLIN = re.compile(r"\bkotlin\s*\(\s*\"([\w.\-]+)\"\s*\)(?:\s*version\s*\(?\s*\"([^\"]+)\")?")
_BARE = re.compile(r"(?:^|[\s;{])`?(application|java|war|groovy|scala)`?(?=[\s;}]|$)")
_APPLY = re.compile(r"\bapply\s*\(?\s*plugin\s*[:=]\s*[\"']([\w.\-]+)[\"']")
_SCOPES = (
    "(?:implementation|api|compile|runtimeOnly|runtime|compileOnly|providedCompile|developmentOnly)"
)
_COORDINATES = re.compile(
    rf"\b({_SCOPES})\s*\(?\s*(?:(?:enforcedP|p)latform\s*\(\s*)?[\"']([\w.\-]+):([\w.\-$]+)"
    r"(?::([^\"':@]+))?[^\"']*[\"']"
)
_NAMED = re.compile(
    rf"\b({_SCOPES})\s*\(?\s*group\s*[:=]\s*[\"']([\w.\-]+)[\"']\s*,\s*name\s*[:=]\s*[\"']([\w.\-]+)"
    r"[\"'](?:\s*,\s*version\s*[:=]\s*[\"']([^\"']+))?"
)
_LIBRARY = re.compile(rf"\b({_SCOPES})\s*\(?\s*(?:platform\s*\(\s*)?libs\.([\w.]+)")
_KTOR = re.compile(rf"\b({_SCOPES})\s*\(\s*ktorLibs\.([\w.]+)")
_INCLUDE = re.compile(r"\binclude\s*\(?((?:\s*[\"'][\w:.\-/]+[\"']\s*,?)+)")
_PROJECT_DIR = re.compile(
    r"project\s*\(\s*[\"']([\w:.\-]+)[\"']\s*\)\.projectDir\s*=\s*(?:new\s+File|file)\s*\([^\"')]*[\"']([^\"']+)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GradleProject:
    """One build file: the folder it is for, its plugins (id → version) and dependencies."""

    folder: str
    file: CodeFile
    plugins: Mapping[str, str] = field(default_factory=dict)
    packages: tuple[Package, ...] = ()

    def has(self, *plugins: str) -> bool:
        """Whether one of these plugins is applied."""
        return any(plugin in self.plugins for plugin in plugins)

    @property
    def path(self) -> str:
        """`:web:api`, empty for the root."""
        return "".join(f":{step}" for step in self.folder.split("/")) if self.folder else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradleBuild:
    """The root project and those that it includes."""

    projects: tuple[GradleProject, ...] = ()
    name: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Catalog:
    """gradle/libs.versions.toml: aliases (with dots) → plugin or package."""

    plugins: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    packages: Mapping[str, Package] = field(default_factory=dict)


def is_gradle(tree: SourceTree) -> bool:
    """Whether Gradle builds this folder."""
    return any(tree.has(name) for name in (*BUILD_FILES, *SETTINGS_FILES))


def load_gradle(tree: SourceTree) -> GradleBuild:
    """Read settings, catalogue and the build files of all projects."""
    problems: list[Problem] = []
    catalog = _load_catalog(tree, problems)
    settings = next((text for name in SETTINGS_FILES if (text := tree.find_text(name))), "")
    settings = strip_comments(settings)
    folders = ["", *_included(settings)]
    texts = ((folder, _build_file(tree, folder)) for folder in dict.fromkeys(folders))
    projects = tuple(_project(tree, folder, file, catalog) for folder, file in texts if file)
    name = re.search(r"rootProject\.name\s*=\s*[\"']([^\"']+)", settings)
    return GradleBuild(projects=projects, name=name[1] if name else "", problems=tuple(problems))


def find_block(code: str, name: str) -> str:
    """What stands between the braces of `name {…}`, empty without such a block."""
    match = re.search(rf"(?:^|[\s;}}]){re.escape(name)}\s*\{{", code)
    if not match:
        return ""
    depth = 1
    for position in range(match.end(), len(code)):
        depth += {"{": 1, "}": -1}.get(code[position], 0)
        if depth == 0:
            return code[match.end() : position]
    return code[match.end() :]


def _build_file(tree: SourceTree, folder: str) -> CodeFile | None:
    start = f"{folder}/" if folder else ""
    # A project may name its file after itself.
    names = (
        *BUILD_FILES,
        f"{folder.rpartition('/')[2]}.gradle.kts",
        f"{folder.rpartition('/')[2]}.gradle",
    )
    for name in names:
        text = tree.find_text(start + name)
        if text is not None:
            return CodeFile(path=start + name, code=strip_comments(text))
    return None


def _project(tree: SourceTree, folder: str, file: CodeFile, catalog: _Catalog) -> GradleProject:
    plugins = dict(_plugins(file.code, catalog))
    code = file.code
    for text in _conventions(tree, plugins):
        plugins |= dict(_plugins(text, catalog))
        code += f"\n{text}"
    whole = CodeFile(path=file.path, code=code)
    packages = tuple(_packages(whole, catalog))
    return GradleProject(folder=folder, file=whole, plugins=plugins, packages=packages)


def _conventions(tree: SourceTree, plugins: Mapping[str, str]) -> list[str]:
    """The build's own plugins: files below buildSrc/ or build-logic/ that are named like them."""
    texts: list[str] = []
    pending = list(plugins)
    while pending and len(texts) < _MAX_CONVENTIONS:
        plugin = pending.pop(0)
        for kind in ("kts", "gradle"):
            ending = f"{plugin}.gradle.kts" if kind == "kts" else f"{plugin}.gradle"
            for path in tree.match(f"**/{ending}"):
                text = strip_comments(tree.find_text(path) or "")
                texts.append(text)
                pending += [m[1] for m in _ID.finditer(find_block(text, "plugins"))]
    return texts


def _plugins(code: str, catalog: _Catalog) -> Iterator[tuple[str, str]]:
    block = find_block(code, "plugins")
    # `apply false` only tells sub-projects the version.
    block = re.sub(r"[^\n;]*\bapply\s*\(?\s*false[^\n]*", "", block)
    for match in _BARE.finditer(block):
        yield match[1], ""
    for match in _ID.finditer(block):
        yield match[1], match[2] or ""
    for match in _KOTLIN.finditer(block):
        yield f"org.jetbrains.kotlin.{match[1]}", match[2] or ""
    for match in _ALIAS.finditer(block):
        if match[1] in catalog.plugins:
            yield catalog.plugins[match[1]]
    for match in _APPLY.finditer(code):
        yield {"kotlin": "org.jetbrains.kotlin.jvm"}.get(match[1], match[1]), ""


def _packages(file: CodeFile, catalog: _Catalog) -> Iterator[Package]:
    for pattern in (_COORDINATES, _NAMED):
        for m in pattern.finditer(file.code):
            version = m[4] if m[4] and "$" not in m[4] else ""
            where = file.evidence(m)
            yield Package(group=m[2], name=m[3], version=version, scope=m[1], evidence=where)
    for m in _LIBRARY.finditer(file.code):
        found = catalog.packages.get(m[2].removesuffix(".get"))
        if found:
            where = file.evidence(m)
            yield Package(
                group=found.group,
                name=found.name,
                version=found.version,
                scope=m[1],
                evidence=where,
            )
    for m in _KTOR.finditer(file.code):
        name = f"ktor-{m[2].replace('.', '-')}"
        yield Package(group="io.ktor", name=name, scope=m[1], evidence=file.evidence(m))


def _included(settings: str) -> list[str]:
    moved = {m[1].strip(":"): m[2].removeprefix("./") for m in _PROJECT_DIR.finditer(settings)}
    names = [
        name.strip(":")
        for match in _INCLUDE.finditer(settings)
        for name in re.findall(r"[\"']([^\"']+)[\"']", match[1])
    ]
    return [moved.get(name, name.replace(":", "/")) for name in names]


def _load_catalog(tree: SourceTree, problems: list[Problem]) -> _Catalog:
    text = tree.find_text(CATALOG)
    if text is None:
        return _Catalog()
    try:
        doc = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(file=CATALOG, what=f"is broken: {error}"))
        return _Catalog()
    versions = _table(doc, "versions")
    plugins = {
        _accessor(alias): (name, _version(given, versions))
        for alias, given in _table(doc, "plugins").items()
        if (name := _id(given))
    }
    packages = {
        _accessor(alias): package
        for alias, given in _table(doc, "libraries").items()
        if (package := _library(given, versions))
    }
    return _Catalog(plugins=plugins, packages=packages)


def _accessor(alias: str) -> str:
    return re.sub(r"[-_]", ".", alias)


def _table(doc: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = doc.get(name, {})
    return found if isinstance(found, dict) else {}


def _id(given: Any) -> str:
    text = given.get("id", "") if isinstance(given, dict) else given
    return str(text).partition(":")[0]


def _version(given: Any, versions: Mapping[str, Any]) -> str:
    if isinstance(given, str):
        return given.rpartition(":")[2]
    version = given.get("version", "")
    if isinstance(version, dict):
        version = versions.get(str(version.get("ref", "")), "")
    return version if isinstance(version, str) else ""


def _library(given: Any, versions: Mapping[str, Any]) -> Package | None:
    if isinstance(given, str):
        parts = given.split(":")
        if len(parts) < 2:
            return None
        return Package(group=parts[0], name=parts[1], version=parts[2] if len(parts) > 2 else "")
    if not isinstance(given, dict):
        return None
    group, name = str(given.get("group", "")), str(given.get("name", ""))
    if "module" in given:
        group, _, name = str(given["module"]).partition(":")
    return Package(group=group, name=name, version=_version(given, versions)) if name else None
