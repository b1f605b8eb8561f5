"""Haskell packages, by Cabal or Stack → facts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from draftpy.inspectors.code_files import HASKELL_LIKE, CodeFile, read_code
from draftpy.inspectors.facts import AppKind, Evidence, Fact, FactValue, Findings, Problem
from draftpy.inspectors.listening import Dialect, find_listening, serves
from draftpy.inspectors.read_paths import find_read_paths
from draftpy.inspectors.versions import HASKELL
from draftpy.source import SourceTree

_STANZA = re.compile(r"^executable\s+([\w.\-]+)\s*$", re.MULTILINE | re.IGNORECASE)
_PACKAGE = re.compile(r"[\w\-]+")
# Stackage's series, and the compiler that each is made with.
_SERIES = {"24": "9.10", "23": "9.8", "22": "9.6", "21": "9.4", "20": "9.2", "19": "9.0"}
# The library that comes with a compiler tells the compiler.
_BASES = {"4.21": "9.12", "4.20": "9.10", "4.19": "9.8", "4.18": "9.6", "4.17": "9.4"}
_FRAMEWORKS = {
    "yesod": "Yesod",
    "yesod-core": "Yesod",
    "ihp": "IHP",
    "servant-server": "Servant",
    "scotty": "Scotty",
    "Spock": "Spock",
    "snap-server": "Snap",
    "happstack-server": "Happstack",
    "twain": "Twain",
    "warp": "Warp",
}
_SYSTEM = {
    "libpq-dev": ("postgresql-libpq", "postgresql-simple", "persistent-postgresql", "hasql"),
    "libmariadb-dev": ("mysql", "persistent-mysql", "mysql-simple"),
    "libssl-dev": ("HsOpenSSL",),
    "libpcre3-dev": ("pcre-light", "regex-pcre"),
}
_DIALECT = Dialect(
    reads=re.compile(r"\b(?:lookupEnv|getEnv)\s+\"(\w+)\"|\b_env:(\w+):"),
    listens=re.compile(
        r"\b(?:scotty|scottyT|runSpock|quickHttpServe|simpleHTTP|runTLS|runSettings|warpDebug|warp)\b"
        r"|\bWarp\.run\b|\brun\s+(?:\d|port)|\blisten\b|\brunTCPServer\b|\brunServer\b"
    ),
    ports=(
        re.compile(r"\b(?:scotty|run|runSpock|warp|setPort|runEnv)\s+\(?(?P<port>\d{2,5})\b"),
        re.compile(r"\bport\s*=\s*(?P<port>\d{2,5})\b"),
        re.compile(r"\b\w*[pP]ort\b[^\n\"=]{0,20}=\s*(?P<port>\d{4,5})\b"),
    ),
)
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Package:
    """What the build file says: its programs, what it depends on, its text."""

    manifest: str
    text: str
    programs: tuple[str, ...]
    depends: frozenset[str]


def inspect(tree: SourceTree) -> Findings:
    """Facts `haskell.*`; empty without a .cabal file, package.yaml or stack.yaml at the root."""
    manifest = next((p for p in tree.match("*.cabal")), "")
    if not manifest and not tree.has("package.yaml"):
        return Findings()
    problems: list[Problem] = []
    package = _read_cabal(tree, manifest) if manifest else _read_hpack(tree, problems)
    facts = [
        Fact(
            key="haskell.manifest", value=package.manifest, evidence=Evidence(file=package.manifest)
        ),
        _version(tree, package),
    ]
    if not package.programs:
        if not problems:
            what = "builds a library: it has no program"
            problems.append(Problem(file=package.manifest, what=what, is_note=True))
        return Findings(facts=tuple(facts), problems=tuple(problems))
    files = read_code(
        tree, (".hs", "settings.yml"), HASKELL_LIKE, lambda p: not p.startswith(("test", "bench"))
    )
    facts += [*_framework_facts(package), *_program_facts(tree, package, files)]
    if len(package.programs) > 1:
        others = ", ".join(package.programs[1:])
        what = f"{package.programs[0]} is the program that is built; others: {others}"
        problems.append(Problem(file=package.manifest, what=what, is_note=True))
    return Findings(facts=tuple(facts), problems=tuple(problems))


def _read_cabal(tree: SourceTree, path: str) -> _Package:
    text = tree.find_text(path) or ""
    plain = "\n".join(line.partition("--")[0] for line in text.splitlines())
    depends: set[str] = set()
    for block in re.findall(
        r"^[ \t]*build-depends:(.*(?:\n[ \t]+.*)*)", plain, re.MULTILINE | re.IGNORECASE
    ):
        depends.update(_names(block))
    programs = tuple(_STANZA.findall(plain))
    return _Package(
        manifest=path, text=text, programs=_ordered(programs), depends=frozenset(depends)
    )


def _names(block: str) -> Iterator[str]:
    for part in block.replace("\n", " ").split(","):
        match = _PACKAGE.match(part.strip())
        if match:
            yield match[0]


def _read_hpack(tree: SourceTree, problems: list[Problem]) -> _Package:
    text = tree.find_text("package.yaml") or ""
    try:
        doc = yaml.load(text, Loader=_LOADER)
    except (yaml.YAMLError, ValueError, RecursionError):
        problems.append(Problem(file="package.yaml", what="is not valid YAML"))
        doc = None
    doc = doc if isinstance(doc, dict) else {}
    executables = doc.get("executables")
    programs = tuple(str(n) for n in executables) if isinstance(executables, dict) else ()
    if isinstance(doc.get("executable"), dict):
        programs = (*programs, str(doc.get("name", "")))
    sections = [doc, *(executables.values() if isinstance(executables, dict) else ())]
    listed = [
        str(entry)
        for s in sections
        if isinstance(s, dict)
        for entry in _listed(s.get("dependencies"))
    ]
    depends = {name for entry in listed for name in _names(entry)}
    return _Package(
        manifest="package.yaml",
        text=text,
        programs=_ordered(programs),
        depends=frozenset(depends),
    )


def _listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []


def _ordered(programs: tuple[str, ...]) -> tuple[str, ...]:
    aside = re.compile(r"(?:test|bench|example|dev|cli|tool)s?$")
    likely = re.compile(r"(?:exe|server|app|web|api|main)$")
    return tuple(sorted(programs, key=lambda p: (bool(aside.search(p)), not likely.search(p))))


def _version(tree: SourceTree, package: _Package) -> Fact:
    """By Stack's resolver, else by the bounds of base, else the default."""
    stack = tree.find_text("stack.yaml") or ""
    series = re.search(
        r"^(?:resolver|snapshot):\s*[\w:/.\-]*?lts[-/](\d+)[.\d]*", stack, re.MULTILINE
    )
    if series:
        line = stack.count("\n", 0, series.start()) + 1
        where = Evidence(file="stack.yaml", line=line, text=series[0])
        version = _SERIES.get(series[1], HASKELL.default)
        return Fact(key="haskell.version", value=version, evidence=where)
    bound = re.search(r"\bbase\s*([^,\n]*)", package.text)
    limit = re.search(r"<\s*(4\.\d+)|\^>=\s*(4\.\d+)|==\s*(4\.\d+)", bound[1]) if bound else None
    if bound and limit:
        line = package.text.count("\n", 0, bound.start()) + 1
        where = Evidence(file=package.manifest, line=line, text=bound[0].strip())
        known = limit[2] or limit[3]
        version = _BASES.get(known, "") if known else _below(limit[1])
        return Fact(key="haskell.version", value=version or HASKELL.default, evidence=where)
    return Fact(key="haskell.version", value=HASKELL.default)


def _below(limit: str) -> str:
    """The compiler before the one that has this base, the default where it is allowed."""
    minor = int(limit.partition(".")[2])
    fitting = [ghc for base, ghc in _BASES.items() if int(base.partition(".")[2]) < minor]
    return HASKELL.default if HASKELL.default in fitting else next(iter(fitting), "")


def _framework_facts(package: _Package) -> Iterator[Fact]:
    name = next((name for name in _FRAMEWORKS if name in package.depends), None)
    if name:
        rows = enumerate(package.text.splitlines(), start=1)
        line, text = next(((n, t.strip()) for n, t in rows if name in t), (0, ""))
        where = Evidence(file=package.manifest, line=line, text=text)
        yield Fact(key="haskell.framework", value=name.lower(), evidence=where)
        yield Fact(key="haskell.framework_title", value=_FRAMEWORKS[name])


def _program_facts(tree: SourceTree, package: _Package, files: list[CodeFile]) -> Iterator[Fact]:
    program = package.programs[0]
    rows = enumerate(package.text.splitlines(), start=1)
    line, text = next(
        ((n, t.strip()) for n, t in rows if program in t and "name:" not in t), (0, "")
    )
    where = Evidence(file=package.manifest, line=line, text=text, means=f"builds {program}")
    yield Fact(key="haskell.program", value=program, evidence=where)
    listens = bool(package.depends & {*_FRAMEWORKS}) or serves(files, _DIALECT) is not None
    yield Fact(key="haskell.kind", value=str(AppKind.WEB if listens else AppKind.WORKER))
    if listens:
        default = 3000 if package.depends & {"yesod", "yesod-core"} else 8080
        yield from find_listening(files, _DIALECT).facts("haskell", default)
    system = sorted(name for name, users in _SYSTEM.items() if package.depends & {*users})
    is_stack = tree.has("stack.yaml") or package.manifest == "package.yaml"
    usual = {path.split("/")[0] for path in tree.files} & {"static", "config", "templates"}
    facts: dict[str, FactValue] = {
        "tool": "stack" if is_stack else "cabal",
        "build_packages": tuple(system),
        "assets": tuple(sorted(usual | {*find_read_paths(tree, files)})),
    }
    for name, value in facts.items():
        yield Fact(key=f"haskell.{name}", value=value)
