"""Crystal projects → facts."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from draftpy.inspectors.code_files import HASH_LIKE, CodeFile, read_code
from draftpy.inspectors.commands import PORT_MARK
from draftpy.inspectors.facts import AppKind, Evidence, Fact, FactValue, Findings, Problem
from draftpy.inspectors.listening import Dialect, find_listening, serves
from draftpy.inspectors.runtime_version import Wish, decide_version, find_tool_wishes
from draftpy.inspectors.versions import CRYSTAL
from draftpy.source import SourceTree
from draftpy.yaml_lines import YamlBroken, parse_lined_yaml

MANIFEST = "shard.yml"
# Images are tagged by the whole version only.
_RELEASES = {"1.14": "1.14.1", "1.15": "1.15.1", "1.16": "1.16.3", "1.17": "1.17.1"}
_FRAMEWORKS = {"kemal": "Kemal", "lucky": "Lucky", "amber": "Amber", "athena": "Athena"}
# Shard → what its C library is called in Alpine, as a static one.
_LIBRARIES = {"sqlite3": "sqlite-static", "magickwand": "imagemagick-static"}
_FIRST = ("server", "app", "main", "web")
_ASSETS = ("public", "static", "views", "templates", "config")
_DIALECT = Dialect(
    reads=re.compile(r"ENV(?:\.fetch\(|\[)\s*\"(\w+)\""),
    listens=re.compile(r"\bHTTP::Server\.new\b|\bKemal\.run\b|\bTCPServer\.new\b|\.bind_tcp\b"),
    ports=(
        re.compile(
            r"(?:bind_tcp|\.listen|TCPServer\.new)[\s(]+(?:[\w\"./]+\s*,\s*)?(?P<port>\d{2,5})\b"
        ),
        re.compile(r"\bKemal\.(?:run[\s(]+(?:port:\s*)?|config\.port\s*=\s*)(?P<port>\d{2,5})\b"),
        re.compile(r"\b(?:port|PORT)\s*[:=]\s*(?P<port>\d{2,5})\b"),
    ),
)


def inspect(tree: SourceTree) -> Findings:
    """Facts `crystal.*`; empty without shard.yml or a .cr file at the root."""
    shard, problems = _read_shard(tree)
    if shard is None:
        return Findings(problems=problems)
    text = tree.find_text(MANIFEST) or ""
    dependencies = _map(shard.get("dependencies"))
    version, version_problems = decide_version(
        "crystal.version", CRYSTAL, _wishes(tree, text, shard)
    )
    release = _RELEASES.get(str(version.value), _RELEASES[CRYSTAL.default])
    facts = [
        *(
            [Fact(key="crystal.manifest", value=MANIFEST, evidence=Evidence(file=MANIFEST))]
            if text
            else []
        ),
        *_framework_facts(text, dependencies),
        *_start_facts(tree, shard),
        version,
        Fact(key="crystal.release", value=release),
        *_build_facts(tree, dependencies),
    ]
    return Findings(facts=tuple(facts), problems=(*problems, *version_problems))


def _read_shard(tree: SourceTree) -> tuple[dict[str, Any] | None, tuple[Problem, ...]]:
    text = tree.find_text(MANIFEST)
    if text is None:
        return ({} if any(tree.match("*.cr")) else None), ()
    try:
        return _map(parse_lined_yaml(text).value), ()
    except YamlBroken as error:
        what = f"is not valid YAML: {error.problem}"
        return {}, (Problem(file=MANIFEST, what=what, remedy=f"mend {MANIFEST}"),)


def _wishes(tree: SourceTree, text: str, shard: Mapping[str, Any]) -> list[Wish]:
    wishes = find_tool_wishes(tree, "crystal", ".crystal-version")
    wanted = shard.get("crystal")
    if wanted:
        line = _line_of(text, r"^crystal:")
        where = Evidence(file=MANIFEST, line=line, text=f"crystal: {wanted}")
        # `crystal: 1.11.0` means: that one or a newer one of its major version.
        text_of = str(wanted)
        ranged = text_of if re.search(r"[<>=~*]", text_of) else f">= {text_of}"
        wishes.append(Wish(wanted=ranged, evidence=where))
    return wishes


def _framework_facts(text: str, dependencies: Mapping[str, Any]) -> Iterator[Fact]:
    name = next((name for name in _FRAMEWORKS if name in dependencies), "")
    if name:
        where = Evidence(file=MANIFEST, line=_line_of(text, rf"^\s+{name}:"), text=f"{name}:")
        yield Fact(key="crystal.framework", value=name, evidence=where)
        yield Fact(key="crystal.framework_title", value=_FRAMEWORKS[name])


def _start_facts(tree: SourceTree, shard: Mapping[str, Any]) -> Iterator[Fact]:
    found = _find_main(tree, shard)
    if found is None:
        return
    target, main = found
    files = read_code(tree, (".cr",), HASH_LIKE, lambda path: not path.startswith("spec/"))
    listening = find_listening(_nearest(files, main), _DIALECT)
    is_kemal = "kemal" in _map(shard.get("dependencies")) and not listening.evidence
    options = ("--bind", "0.0.0.0", "--port", PORT_MARK) if is_kemal else ()
    start = (f"/app/{target or 'app'}", *options)
    where = Evidence(file=main, means=f"is compiled, starts as {' '.join(start[:1])}")
    yield Fact(key="crystal.start", value=start, evidence=where)
    yield Fact(key="crystal.main", value=main)
    yield Fact(key="crystal.target", value=target)
    is_web = serves(files, _DIALECT) is not None
    yield Fact(key="crystal.kind", value=str(AppKind.WEB if is_web else AppKind.WORKER))
    if is_web:
        yield from listening.facts("crystal")


def _nearest(files: list[CodeFile], main: str) -> list[CodeFile]:
    return sorted(files, key=lambda file: file.path != main)


def _find_main(tree: SourceTree, shard: Mapping[str, Any]) -> tuple[str, str] | None:
    """The target that is built and its file; without targets a file alone."""
    targets = {
        str(name): str(_map(body).get("main", ""))
        for name, body in _map(shard.get("targets")).items()
    }
    known = {name: main for name, main in targets.items() if tree.has(main)}
    own = str(shard.get("name", ""))
    name = next((n for n in (*_FIRST, own) if n in known), next(iter(known), ""))
    if name:
        return name, known[name]
    paths = [f"{folder}{stem}.cr" for stem in (own, *_FIRST) for folder in ("src/", "")]
    lone = [*tree.match("*.cr"), *tree.match("src/*.cr")]
    main = next((path for path in paths if tree.has(path)), lone[0] if len(lone) == 1 else "")
    return ("", main) if main else None


def _build_facts(tree: SourceTree, dependencies: Mapping[str, Any]) -> Iterator[Fact]:
    folders = {file.partition("/")[0] for file in tree.files if "/" in file}
    facts: dict[str, FactValue] = {
        "has_packages": bool(dependencies),
        "is_locked": tree.has("shard.lock"),
        "needs_source": any("path" in _map(body) for body in dependencies.values()),
        "libraries": tuple(_LIBRARIES[name] for name in dependencies if name in _LIBRARIES),
        "assets": tuple(folder for folder in _ASSETS if folder in folders),
    }
    for name, value in facts.items():
        yield Fact(key=f"crystal.{name}", value=value)


def _line_of(text: str, pattern: str) -> int:
    match = re.search(pattern, text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else 0


def _map(given: Any) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}
