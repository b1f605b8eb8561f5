"""Swift packages → facts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from draftpy.inspectors.code_files import CodeFile, read_code, strip_comments
from draftpy.inspectors.commands import PORT_MARK
from draftpy.inspectors.facts import AppKind, Evidence, Fact, FactValue, Findings, Problem
from draftpy.inspectors.listening import DEFAULT_PORT, Dialect, find_listening, serves
from draftpy.inspectors.read_paths import find_read_paths
from draftpy.inspectors.versions import SWIFT
from draftpy.source import SourceTree

MANIFEST = "Package.swift"
_TOOLS = re.compile(r"swift-tools-version:\s*(\d+(?:\.\d+)?)")
_EXECUTABLE_TARGET = re.compile(r"\.executableTarget\s*\(\s*name:\s*\"([^\"]+)\"")
_PLAIN_TARGET = re.compile(r"\.target\s*\(\s*name:\s*\"([^\"]+)\"")
_PRODUCT = re.compile(
    r"\.executable\s*\(\s*name:\s*\"([^\"]+)\"\s*,\s*targets:\s*\[\s*\"([^\"]+)\""
)
_DEPENDENCY = re.compile(
    r"\.package\s*\([^)]*?url:\s*\"[^\"]*/([\w.\-]+?)(?:\.git)?\"\s*,\s*(?:from:\s*\"(\d+\.\d+))?"
)
_FRAMEWORKS = {
    "vapor": "Vapor",
    "hummingbird": "Hummingbird",
    "Kitura": "Kitura",
    "Perfect-HTTPServer": "Perfect",
    "swifter": "Swifter",
    "FlyingFox": "FlyingFox",
    "grpc-swift": "gRPC",
    "swift-nio": "SwiftNIO",
}
_DIALECT = Dialect(
    reads=re.compile(
        r"\benvironment\[\s*\"(\w+)\"|\bEnvironment\.get\(\s*\"(\w+)\"|\bgetenv\(\s*\"(\w+)\""
    ),
    listens=re.compile(
        r"\bApplication\s*\(|\bServerBootstrap\b|\bHTTPServer\b|\bHttpServer\b|\bbind\s*\("
        r"|\blisten\s*\(|\bHummingbird\b|\bVapor\b"
    ),
    ports=(
        re.compile(r"\.hostname\(\s*\"[^\"]*\"\s*,\s*port:\s*(?P<port>\d{2,5})"),
        re.compile(r"\bport\s*[:=(]\s*(?:UInt16\()?(?P<port>\d{2,5})\b"),
        re.compile(r"\b[pP]ort\b[^\n\"=,;()]{0,20}=\s*(?P<port>\d{4,5})\b"),
    ),
)
_OPTION = re.compile(r"@Option[^\n]*(?:\n[^\n]*)?\bvar\s+(hostname|host|port)\b")
_ASIDE = re.compile(r"(?:Tests?|Benchmarks?|Examples?|CLI|Tool)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Package:
    """What Package.swift says: its text without comments, the program, the target it is of."""

    code: str
    raw: str
    program: str = ""
    target: str = ""
    others: tuple[str, ...] = ()


def inspect(tree: SourceTree) -> Findings:
    """Facts `swift.*`; empty without Package.swift."""
    raw = tree.find_text(MANIFEST)
    if raw is None:
        return Findings()
    package = _read_package(tree, raw)
    facts = [Fact(key="swift.manifest", value=MANIFEST, evidence=Evidence(file=MANIFEST))]
    facts.append(_version(tree, raw))
    if not package.program:
        problem = Problem(file=MANIFEST, what="builds a library: it has no program", is_note=True)
        return Findings(facts=tuple(facts), problems=(problem,))
    files = read_code(tree, (".swift",), is_wanted=lambda p: p.startswith("Sources/"))
    facts += [
        *_framework_facts(package),
        *_program_facts(tree, package, files),
    ]
    problems = []
    if package.others:
        what = (
            f"{package.program} is the program that is built; others: {', '.join(package.others)}"
        )
        problems.append(Problem(file=MANIFEST, what=what, is_note=True))
    return Findings(facts=tuple(facts), problems=tuple(problems))


def _read_package(tree: SourceTree, raw: str) -> _Package:
    code = strip_comments(raw)
    targets = [str(m[1]) for m in _EXECUTABLE_TARGET.finditer(code)]
    # Before executable targets there was a main.swift only.
    targets += [
        m[1] for m in _PLAIN_TARGET.finditer(code) if tree.has(f"Sources/{m[1]}/main.swift")
    ]
    plain = [target for target in targets if not _ASIDE.search(target)] or targets
    likely = ("App", "Run", "Server", "Main")
    ordered = sorted(dict.fromkeys(plain), key=lambda t: (t not in likely, plain.index(t)))
    if not ordered:
        return _Package(code=code, raw=raw)
    products = {str(target): str(name) for name, target in _PRODUCT.findall(code)}
    named = [products.get(target, target) for target in ordered]
    return _Package(
        code=code, raw=raw, program=named[0], target=ordered[0], others=tuple(named[1:])
    )


def _version(tree: SourceTree, raw: str) -> Fact:
    """What .swift-version pins; the tools' version is a lower bound."""
    pinned = re.match(r"\s*(\d+\.\d+)", tree.find_text(".swift-version") or "")
    if pinned:
        where = Evidence(file=".swift-version", line=1, text=pinned[1])
        return Fact(key="swift.version", value=pinned[1], evidence=where)
    match = _TOOLS.search(raw)
    if not match:
        return Fact(key="swift.version", value=SWIFT.default)
    wanted = match[1] if "." in match[1] else f"{match[1]}.0"
    newest = max(wanted, SWIFT.default, key=lambda v: [int(n) for n in v.split(".")])
    where = Evidence(file=MANIFEST, line=1, text=match[0])
    return Fact(key="swift.version", value=newest, evidence=where)


def _framework_facts(package: _Package) -> Iterator[Fact]:
    found = dict(_DEPENDENCY.findall(package.code))
    for name, title in _FRAMEWORKS.items():
        if name in found:
            rows = enumerate(package.raw.splitlines(), start=1)
            line, text = next(((n, t.strip()) for n, t in rows if f"/{name}" in t), (0, ""))
            where = Evidence(file=MANIFEST, line=line, text=text)
            yield Fact(key="swift.framework", value=name.lower(), evidence=where)
            yield Fact(key="swift.framework_title", value=title)
            if found[name]:
                yield Fact(key="swift.framework_version", value=found[name])
            return


def _program_facts(tree: SourceTree, package: _Package, files: list[CodeFile]) -> Iterator[Fact]:
    where = Evidence(file=MANIFEST, means=f"builds {package.program}")
    for number, line in enumerate(package.raw.splitlines(), start=1):
        if f'"{package.target}"' in line:
            where = Evidence(file=MANIFEST, line=number, text=line.strip(), means=where.means)
            break
    yield Fact(key="swift.program", value=package.program, evidence=where)
    is_vapor = re.search(r"/vapor(?:\.git)?\"", package.code) is not None
    listens = is_vapor or serves(files, _DIALECT) is not None
    yield Fact(key="swift.kind", value=str(AppKind.WEB if listens else AppKind.WORKER))
    options = {m[1] for file in files for m in _OPTION.finditer(file.code)}
    arguments: tuple[str, ...] = ()
    if is_vapor:
        # Vapor's own command; without a host it listens on loopback only.
        arguments = ("serve", "--env", "production", "--hostname", "0.0.0.0", "--port", PORT_MARK)
        listening = find_listening(files, _DIALECT)
        port = listening.port if listening.evidence and not listening.variable else DEFAULT_PORT
        yield Fact(key="swift.port", value=port, evidence=listening.evidence)
    elif listens and "port" in options:
        host = next((name for name in ("hostname", "host") if name in options), "")
        arguments = (*((f"--{host}", "0.0.0.0") if host else ()), "--port", PORT_MARK)
        yield Fact(key="swift.port", value=DEFAULT_PORT)
    elif listens:
        yield from find_listening(files, _DIALECT).facts("swift")
    usual = {path.split("/")[0] for path in tree.files} & {"Public", "Resources"}
    facts: dict[str, FactValue] = {
        "arguments": arguments,
        "assets": tuple(sorted(usual | {*find_read_paths(tree, files)})),
        "is_resolved": tree.has("Package.resolved"),
    }
    for name, value in facts.items():
        yield Fact(key=f"swift.{name}", value=value)
