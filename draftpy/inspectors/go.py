"""Go modules → facts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename, dirname

from draftpy.inspectors.facts import (
    AppKind,
    Confidence,
    Evidence,
    Fact,
    FactValue,
    Findings,
    Problem,
)
from draftpy.inspectors.versions import GO
from draftpy.source import SourceTree

DEFAULT_PORT = 8080
_FRAMEWORKS = {
    "github.com/gin-gonic/gin": "Gin",
    "github.com/labstack/echo/v4": "Echo",
    "github.com/gofiber/fiber/v2": "Fiber",
    "github.com/gofiber/fiber/v3": "Fiber",
    "github.com/go-chi/chi/v5": "chi",
    "github.com/gorilla/mux": "gorilla/mux",
}
_COMMENT = re.compile(
    r"//[^\n]*|/\*.*?\*/|(`[^`]*`|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])+')", re.DOTALL
)
_MAIN = re.compile(r"^package main\b.*^func main\(\)", re.DOTALL | re.MULTILINE)
_IGNORED = re.compile(r"^//\s*(?:go:build|\+build)\s+ignore\b", re.MULTILINE)
_LITERAL_PORT = re.compile(r"\"(?:[\w.]*):(\d{2,5})\"")
_LISTENS = re.compile(r"\b(?:ListenAndServe|Listen|Run|Start|Serve)(?:TLS)?\(|\bAddr:")
_PORT_VARIABLE = re.compile(r"os\.(?:Getenv|LookupEnv)\(\"(\w*PORT)\"\)")
_HEALTH = re.compile(r"\"(?:GET )?(/healthz|/health|/livez|/readyz|/ping)\"")
_EMBED = re.compile(r"^//go:embed\s", re.MULTILINE)
_ASSETS = ("templates", "static", "public", "assets", "views", "web")
_FIRST = ("web", "server", "api", "app")
_MAX_FILES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class _GoFile:
    path: str
    raw: str
    code: str


def inspect(tree: SourceTree) -> Findings:
    """Facts `go.*`; empty without go.mod."""
    text = tree.find_text("go.mod")
    if text is None:
        return Findings()
    module = re.search(r"^module\s+(\S+)", text, re.MULTILINE)
    if module is None:
        what = "names no module"
        return Findings(problems=(Problem(file="go.mod", what=what, remedy="go mod init NAME"),))
    files = _read_files(tree)
    mains = _find_mains(files, module[1].strip('"'))
    facts = [
        Fact(key="go.manifest", value="go.mod", evidence=Evidence(file="go.mod", line=1)),
        *_framework_facts(text),
        *(_main_facts(files, mains) if mains else ()),
        _version(text),
        *_build_facts(tree, text),
    ]
    return Findings(facts=tuple(facts), problems=tuple(_problems(files, mains)))


def _read_files(tree: SourceTree) -> list[_GoFile]:
    paths = [p for p in tree.files if p.endswith(".go") and not p.endswith("_test.go")]
    texts = ((path, tree.find_text(path) or "") for path in paths[:_MAX_FILES])
    return [
        _GoFile(path=path, raw=text, code=_COMMENT.sub(lambda m: m[1] or "", text))
        for path, text in texts
    ]


def _find_mains(files: list[_GoFile], module: str) -> list[_GoFile]:
    """The files with a main function, likeliest program first."""
    found = [f for f in files if _MAIN.search(f.code) and not _IGNORED.search(f.raw)]
    own = basename(re.sub(r"/v\d+$", "", module))

    def order(file: _GoFile) -> tuple[int, int, str]:
        folder = dirname(file.path)
        name = basename(folder)
        names = (*_FIRST, own)
        rank = names.index(name) if name in names and folder.startswith("cmd/") else len(names)
        return (-1 if not folder else rank, folder.count("/"), folder)

    return sorted(found, key=order)


def _framework_facts(text: str) -> Iterator[Fact]:
    for number, line in enumerate(text.splitlines(), start=1):
        match = re.match(r"(?:require)?\s*(\S+)\s+v(\d+\.\d+)", line.strip())
        if match and match[1] in _FRAMEWORKS and "// indirect" not in line:
            where = Evidence(file="go.mod", line=number, text=line.strip())
            yield Fact(key="go.framework", value=match[1], evidence=where)
            yield Fact(key="go.framework_title", value=_FRAMEWORKS[match[1]])
            yield Fact(key="go.framework_version", value=match[2])
            return


def _main_facts(files: list[_GoFile], mains: list[_GoFile]) -> Iterator[Fact]:
    main = mains[0]
    package = f"./{dirname(main.path)}".rstrip("/")
    line = main.raw.count("\n", 0, main.raw.find("func main()")) + 1
    means = f"built from {package}"
    where = Evidence(file=main.path, line=line, text="func main()", means=means)
    yield Fact(key="go.package", value=package, evidence=where)
    # Other programs' files say nothing about this one.
    others = {dirname(other.path) for other in mains} - {dirname(main.path)}
    mine = [file for file in files if dirname(file.path) not in others]
    mine.sort(key=lambda file: dirname(file.path) != dirname(main.path))
    serves = any(_LISTENS.search(file.code) for file in mine)
    yield Fact(key="go.kind", value=str(AppKind.WEB if serves else AppKind.WORKER))
    if serves:
        yield from _port_facts(mine)
        yield from _health_facts(mine)


def _port_facts(files: list[_GoFile]) -> Iterator[Fact]:
    for file in files:
        variable = _PORT_VARIABLE.search(file.code)
        if variable:
            line = file.raw.count("\n", 0, file.raw.find(variable[0])) + 1
            text, means = variable[0], f"listens where {variable[1]} says"
            where = Evidence(file=file.path, line=line, text=text, means=means)
            yield Fact(key="go.port", value=DEFAULT_PORT, evidence=where)
            yield Fact(key="go.port_variable", value=variable[1])
            return
    for file in files:
        literal = _LITERAL_PORT.search(file.code) if _LISTENS.search(file.code) else None
        if literal:
            line = file.raw.count("\n", 0, file.raw.find(literal[0])) + 1
            means = f"listens on {literal[1]}"
            where = Evidence(file=file.path, line=line, text=literal[0], means=means)
            yield Fact(key="go.port", value=int(literal[1]), evidence=where)
            return
    yield Fact(key="go.port", value=DEFAULT_PORT, confidence=Confidence.GUESS)
    yield Fact(key="go.port_variable", value="PORT")


def _health_facts(files: list[_GoFile]) -> Iterator[Fact]:
    for file in files:
        match = _HEALTH.search(file.code)
        if match:
            line = file.raw.count("\n", 0, file.raw.find(match[0])) + 1
            means = "is asked by the probes"
            where = Evidence(file=file.path, line=line, text=match[0], means=means)
            yield Fact(key="go.health_path", value=match[1], evidence=where)
            return


def _version(text: str) -> Fact:
    """`toolchain`, else `go`: both are lower bounds, so the default serves unless it is older."""
    for pattern in (r"^toolchain\s+go(\d+\.\d+)", r"^go\s+(\d+\.\d+)"):
        match = re.search(pattern, text, re.MULTILINE)
        if match:
            line = text.count("\n", 0, match.start()) + 1
            where = Evidence(file="go.mod", line=line, text=match[0])
            newest = max(match[1], GO.default, key=lambda v: [int(n) for n in v.split(".")])
            return Fact(key="go.version", value=newest, evidence=where)
    return Fact(key="go.version", value=GO.default, confidence=Confidence.LIKELY)


def _build_facts(tree: SourceTree, text: str) -> Iterator[Fact]:
    embeds = any(_EMBED.search(tree.find_text(f) or "") for f in tree.match("**/*.go"))
    folders = {file.partition("/")[0] for file in tree.files if "/" in file}
    assets = () if embeds else tuple(name for name in _ASSETS if name in folders)
    facts: dict[str, FactValue] = {
        "mod_files": tuple(name for name in ("go.mod", "go.sum") if tree.has(name)),
        "has_packages": bool(re.search(r"^\s*(?:require\s+)?\S+\s+v\d", text, re.MULTILINE)),
        "is_vendored": (tree.root / "vendor" / "modules.txt").is_file(),
        "needs_source": bool(re.search(r"=>\s*\.", text)),
        "assets": assets,
    }
    for name, value in facts.items():
        yield Fact(key=f"go.{name}", value=value)


def _problems(files: list[_GoFile], mains: list[_GoFile]) -> Iterator[Problem]:
    folders = list(dict.fromkeys(dirname(main.path) or "." for main in mains))
    if len(folders) > 1:
        what = f"is the program that is built; others: {', '.join(folders[1:])}"
        remedy = "change the go build line of the Dockerfile for another"
        yield Problem(file=folders[0], what=what, remedy=remedy, is_note=True)
    cgo = next((file for file in files if 'import "C"' in file.code), None)
    if cgo:
        what = "uses cgo, which the static image has no C library for"
        yield Problem(file=cgo.path, what=what, remedy="build with cgo on a Debian base instead")
