"""Dart projects → facts."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from draftpy.inspectors.code_files import read_code
from draftpy.inspectors.facts import AppKind, Evidence, Fact, FactValue, Findings, Problem
from draftpy.inspectors.listening import Dialect, find_listening, serves
from draftpy.inspectors.runtime_version import Wish, decide_version, find_tool_wishes
from draftpy.inspectors.versions import DART
from draftpy.source import SourceTree
from draftpy.yaml_lines import YamlBroken, parse_lined_yaml

MANIFEST = "pubspec.yaml"
_FRAMEWORKS = {"dart_frog": "Dart Frog", "serverpod": "Serverpod", "shelf": "Shelf"}
_FIRST = ("server", "main", "app", "api")
_ASSETS = ("public", "static", "web", "assets", "templates")
_DIALECT = Dialect(
    reads=re.compile(r"(?:Platform\.environment\[|fromEnvironment\()\s*['\"](\w+)['\"]"),
    listens=re.compile(r"\bHttpServer\.bind\b|\b(?:shelf_io|io)?\.?serve\(|\bServerSocket\.bind\b"),
    ports=(
        re.compile(r"(?:HttpServer\.bind|ServerSocket\.bind|\bserve)\([^;]*?\b(?P<port>\d{4,5})\b"),
        re.compile(r"\bport\s*=\s*(?P<port>\d{4,5})\b"),
    ),
)


def inspect(tree: SourceTree) -> Findings:
    """Facts `dart.*`; empty without pubspec.yaml, and for Flutter's apps, which are no servers."""
    text = tree.find_text(MANIFEST)
    if text is None:
        return Findings()
    try:
        given = parse_lined_yaml(text).value
    except YamlBroken as error:
        what = f"is not valid YAML: {error.problem}"
        return Findings(problems=(Problem(file=MANIFEST, what=what, remedy=f"mend {MANIFEST}"),))
    pubspec = given if isinstance(given, dict) else {}
    dependencies = _map(pubspec.get("dependencies"))
    if "flutter" in dependencies:
        return Findings()
    version, problems = decide_version("dart.version", DART, _wishes(tree, text, pubspec))
    facts = [
        Fact(key="dart.manifest", value=MANIFEST, evidence=Evidence(file=MANIFEST)),
        *_framework_facts(text, dependencies),
        *_start_facts(tree, str(pubspec.get("name", "app")), dependencies),
        version,
        *_build_facts(tree, dependencies),
    ]
    return Findings(facts=tuple(facts), problems=problems)


def _wishes(tree: SourceTree, text: str, pubspec: Mapping[str, Any]) -> list[Wish]:
    wishes = find_tool_wishes(tree, "dart")
    wanted = _map(pubspec.get("environment")).get("sdk")
    if wanted:
        line = _line_of(text, r"^\s+sdk:")
        where = Evidence(file=MANIFEST, line=line, text=f"sdk: {wanted}")
        wishes.append(Wish(wanted=str(wanted), evidence=where))
    return wishes


def _framework_facts(text: str, dependencies: Mapping[str, Any]) -> Iterator[Fact]:
    name = next((name for name in _FRAMEWORKS if name in dependencies), "")
    if not name:
        return
    line = _line_of(text, rf"^\s+{name}:")
    written = f"{name}: {dependencies[name]}"
    yield Fact(
        key="dart.framework",
        value=name,
        evidence=Evidence(file=MANIFEST, line=line, text=written),
    )
    yield Fact(key="dart.framework_title", value=_FRAMEWORKS[name])
    number = re.search(r"\d+\.\d+", str(dependencies[name]))
    yield Fact(key="dart.framework_version", value=number[0] if number else "")


def _start_facts(tree: SourceTree, name: str, dependencies: Mapping[str, Any]) -> Iterator[Fact]:
    is_frog = "dart_frog" in dependencies and any(tree.match("routes/*.dart"))
    main = "build/bin/server.dart" if is_frog else _find_main(tree, name)
    if not main:
        return
    where = Evidence(file="routes/index.dart" if is_frog else main, means="is compiled")
    yield Fact(key="dart.start", value=("/app/server",), evidence=where)
    yield Fact(key="dart.main", value=main)
    yield Fact(key="dart.is_frog", value=is_frog)
    files = read_code(tree, (".dart",), is_wanted=lambda path: not path.startswith("test/"))
    is_web = is_frog or serves(files, _DIALECT) is not None
    yield Fact(key="dart.kind", value=str(AppKind.WEB if is_web else AppKind.WORKER))
    if is_web:
        yield from find_listening(files, _DIALECT).facts("dart")


def _find_main(tree: SourceTree, name: str) -> str:
    """The program: bin/server.dart and the like, bin/<name>.dart, else the only one."""
    named = [f"{folder}{stem}.dart" for folder in ("bin/", "") for stem in (*_FIRST, name)]
    programs = [*tree.match("bin/*.dart"), *tree.match("*.dart")]
    found = [path for path in named if path in programs] or programs
    mains = (path for path in found if re.search(r"\bmain\s*\(", tree.find_text(path) or ""))
    return next(mains, "")


def _build_facts(tree: SourceTree, dependencies: Mapping[str, Any]) -> Iterator[Fact]:
    folders = {file.partition("/")[0] for file in tree.files if "/" in file}
    is_local = any(isinstance(value, dict) and "path" in value for value in dependencies.values())
    facts: dict[str, FactValue] = {
        "is_locked": tree.has("pubspec.lock"),
        "needs_source": is_local,
        "assets": tuple(folder for folder in _ASSETS if folder in folders),
    }
    for name, value in facts.items():
        yield Fact(key=f"dart.{name}", value=value)


def _line_of(text: str, pattern: str) -> int:
    match = re.search(pattern, text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else 0


def _map(given: Any) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}
