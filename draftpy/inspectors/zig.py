"""Zig projects → facts."""

import re
from collections.abc import Iterator

from draftpy.inspectors.code_files import CodeFile, read_code, strip_comments
from draftpy.inspectors.facts import AppKind, Evidence, Fact, FactValue, Findings, Problem
from draftpy.inspectors.listening import Dialect, find_listening, serves
from draftpy.inspectors.read_paths import find_read_paths
from draftpy.inspectors.versions import ZIG
from draftpy.source import SourceTree

MANIFEST = "build.zig"
_ZON = "build.zig.zon"
_EXECUTABLE = re.compile(
    r"\baddExecutable\s*\(\s*(?:\.\{)?[^;]*?\.name\s*=\s*(?:\"([^\"]+)\"|(\w+))"
)
_OLD_EXECUTABLE = re.compile(r"\baddExecutable\s*\(\s*\"([^\"]+)\"")
_MINIMUM = re.compile(r"\.minimum_zig_version\s*=\s*\"(\d+\.\d+\.\d+)")
# How the language of build files changed tells the version where nothing else does.
_SIGNS = (
    (re.compile(r"\.root_module\s*=\s*b\.createModule|\.root_module\s*=\s*\w+\s*,"), "0.15.2"),
    (re.compile(r"\.root_source_file\s*=\s*b\.path\("), "0.14.1"),
    (re.compile(r"\.root_source_file\s*=\s*\.\{\s*\.path"), "0.11.0"),
)
_FRAMEWORKS = (("zap", "Zap"), ("httpz", "http.zig"), ("jetzig", "Jetzig"), ("tokamak", "Tokamak"))
_DIALECT = Dialect(
    reads=re.compile(
        r"\bgetEnvVarOwned\([^,]+,\s*\"(\w+)\"|\bgetenv\(\s*\"(\w+)\"|\benv\w*\.get\(\"(\w+)\""
    ),
    listens=re.compile(
        r"\.listen\s*\(|\bhttpz\.Server|\bzap\.HttpListener|\bjetzig\b|\bstd\.http\.Server"
    ),
    ports=(
        re.compile(
            r"\b(?:parseIp4?|resolveIp|initIp4)\(\s*(?:\"[^\"]*\"|[^,]+)\s*,\s*(?P<port>\d{2,5})"
        ),
        re.compile(r"\.port\s*=\s*(?P<port>\d{2,5})\b"),
        re.compile(r"\bport\b[^\n\"=,;()]{0,20}=\s*(?P<port>\d{4,5})\b", re.IGNORECASE),
    ),
)


def inspect(tree: SourceTree) -> Findings:
    """Facts `zig.*`; empty without build.zig."""
    raw = tree.find_text(MANIFEST)
    if raw is None:
        return Findings()
    build = CodeFile(path=MANIFEST, code=strip_comments(raw))
    zon = strip_comments(tree.find_text(_ZON) or "")
    facts = [
        Fact(key="zig.manifest", value=MANIFEST, evidence=Evidence(file=MANIFEST)),
        _version(build, zon),
    ]
    match = _EXECUTABLE.search(build.code) or _OLD_EXECUTABLE.search(build.code)
    if match is None:
        problem = Problem(file=MANIFEST, what="builds no program", is_note=True)
        return Findings(facts=tuple(facts), problems=(problem,))
    name = match[1] or _variable(build.code, match[2])
    where = Evidence(
        file=MANIFEST,
        line=build.line_at(match.start()),
        text="addExecutable",
        means=f"builds {name}",
    )
    facts.append(Fact(key="zig.program", value=name, evidence=where))
    files = read_code(tree, (".zig",), is_wanted=lambda path: path != MANIFEST)
    facts += _program_facts(tree, build, zon, files)
    problem_of = find_listening(files, _DIALECT).problem
    return Findings(facts=tuple(facts), problems=(problem_of,) if problem_of else ())


def _variable(code: str, name: str) -> str:
    match = re.search(rf"\bconst\s+{re.escape(name)}\b[^=]*=\s*\"([^\"]+)\"", code)
    return match[1] if match else name


def _version(build: CodeFile, zon: str) -> Fact:
    minimum = _MINIMUM.search(zon)
    if minimum:
        line = zon.count("\n", 0, minimum.start()) + 1
        where = Evidence(file=_ZON, line=line, text=minimum[0])
        return Fact(key="zig.version", value=minimum[1], evidence=where)
    for pattern, version in _SIGNS:
        match = pattern.search(build.code)
        if match:
            where = build.evidence(match, f"is how Zig {version} has it")
            return Fact(key="zig.version", value=version, evidence=where)
    return Fact(key="zig.version", value=ZIG.default)


def _program_facts(
    tree: SourceTree, build: CodeFile, zon: str, files: list[CodeFile]
) -> Iterator[Fact]:
    for name, title in _FRAMEWORKS:
        if re.search(rf"\.{name}\s*=\s*\.\{{", zon):
            yield Fact(key="zig.framework", value=name, evidence=Evidence(file=_ZON))
            yield Fact(key="zig.framework_title", value=title)
            break
    listens = serves(files, _DIALECT) is not None
    yield Fact(key="zig.kind", value=str(AppKind.WEB if listens else AppKind.WORKER))
    if listens:
        yield from find_listening(files, _DIALECT).facts("zig")
    facts: dict[str, FactValue] = {
        "takes_target": "standardTargetOptions" in build.code,
        "takes_mode": "standardOptimizeOption" in build.code,
        "assets": find_read_paths(tree, files),
    }
    for name, value in facts.items():
        yield Fact(key=f"zig.{name}", value=value)
