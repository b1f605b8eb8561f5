"""R projects → facts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from draftpy.inspectors.code_files import HASH_LIKE, CodeFile, read_code
from draftpy.inspectors.commands import PORT_MARK
from draftpy.inspectors.facts import AppKind, Evidence, Fact, FactValue, Findings
from draftpy.inspectors.listening import Dialect, find_listening
from draftpy.inspectors.runtime_version import Wish, decide_version, find_tool_wishes, find_wish
from draftpy.inspectors.versions import R
from draftpy.source import SourceTree

_ENDINGS = (".R", ".r")
_RUNNERS = ("entrypoint", "run", "start", "server", "main", "app", "index", "api", "job", "script")
# What comes with R itself.
_BASE = frozenset(
    {"base", "compiler", "datasets", "grDevices", "graphics", "grid", "methods", "parallel"}
    | {"splines", "stats", "stats4", "tcltk", "tools", "utils"}
)
# Package → the libraries that it is compiled and run with.
_LIBRARIES = {
    "plumber": ("libsodium-dev", "zlib1g-dev"),
    "sodium": ("libsodium-dev",),
    "shiny": ("zlib1g-dev",),
    "httpuv": ("zlib1g-dev",),
    "curl": ("libcurl4-openssl-dev",),
    "httr": ("libcurl4-openssl-dev", "libssl-dev"),
    "httr2": ("libcurl4-openssl-dev", "libssl-dev"),
    "openssl": ("libssl-dev",),
    "xml2": ("libxml2-dev",),
    "rvest": ("libxml2-dev",),
    "tidyverse": ("libcurl4-openssl-dev", "libssl-dev", "libxml2-dev"),
    "RPostgres": ("libpq-dev",),
    "RPostgreSQL": ("libpq-dev",),
    "RMariaDB": ("libmariadb-dev",),
    "sf": ("libgdal-dev", "libudunits2-dev"),
    "magick": ("libmagick++-dev",),
    "stringi": ("libicu-dev",),
}
_ROUTE = re.compile(r"^#\*\s*@(?:get|post|put|delete|patch|use|plumber)\b", re.MULTILINE)
_SHINY = re.compile(r"\bshinyApp\s*\(|\bshinyAppDir\s*\(")
_PACKAGE = re.compile(
    r"\b(?:library|require|requireNamespace|loadNamespace)\(\s*[\"']?([\w.]+)|\b([A-Za-z][\w.]*)::"
)
_DIALECT = Dialect(
    reads=re.compile(r"Sys\.getenv\(\s*[\"'](\w+)[\"']"),
    listens=re.compile(
        r"\bpr_run\(|\$run\(|\brunApp\(|\brunServer\(|\bstartServer\(|\bserverSocket\("
    ),
    ports=(re.compile(r"\bport\s*=\s*(?P<port>\d{2,5})L?\b"),),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """The start command and what it rests on; `port` 0: as the source says."""

    words: tuple[str, ...]
    evidence: Evidence
    framework: str = ""
    kind: AppKind = AppKind.WEB
    is_told_port: bool = True


def inspect(tree: SourceTree) -> Findings:
    """Facts `r.*`; empty without a Shiny app, an API of plumber or a script to start."""
    files = read_code(tree, _ENDINGS, HASH_LIKE, lambda path: not path.startswith("tests/"))
    start = _find_start(tree, files) if files else None
    if start is None:
        return Findings()
    version, problems = decide_version("r.version", R, _wishes(tree))
    facts = [
        *_start_facts(start, files),
        version,
        *_install_facts(tree, files, start),
    ]
    return Findings(facts=tuple(facts), problems=problems)


def _find_start(tree: SourceTree, files: list[CodeFile]) -> _Start | None:
    """A script that runs a server itself, else a Shiny app, else an API, else a script."""
    runner = next((f for f in _ordered(files) if _DIALECT.listens.search(f.code)), None)
    if runner:
        uses_shiny = "runApp" in runner.code
        name = "shiny" if uses_shiny else ("plumber" if "plumber" in runner.code else "")
        words = ("Rscript", runner.path)
        where = Evidence(file=runner.path)
        return _Start(words=words, evidence=where, framework=name, is_told_port=False)
    return _shiny(tree, files) or _plumber(tree, files) or _script(files)


def _shiny(tree: SourceTree, files: list[CodeFile]) -> _Start | None:
    app = next((f for f in _ordered(files) if _SHINY.search(f.code)), None)
    names = tree.names
    has_pair = {"ui.R", "server.R"} <= names
    if app is None and not has_pair:
        return None
    where = app.path if app else "server.R"
    # An app.R, or the pair, is found in its folder; another file is named.
    folder = where.rpartition("/")[0] or "."
    target = folder if not app or app.path.endswith(("app.R", "app.r")) else app.path
    call = f"shiny::runApp({target!r}, host = '0.0.0.0', port = {PORT_MARK})"
    return _Start(words=("Rscript", "-e", call), evidence=Evidence(file=where), framework="shiny")


def _plumber(tree: SourceTree, files: list[CodeFile]) -> _Start | None:
    # Its routes are comments, so the text counts and not the code.
    api = next((f.path for f in _ordered(files) if _ROUTE.search(tree.find_text(f.path) or "")), "")
    if not api:
        return None
    call = f"plumber::pr_run(plumber::pr({api!r}), host = '0.0.0.0', port = {PORT_MARK})"
    return _Start(words=("Rscript", "-e", call), evidence=Evidence(file=api), framework="plumber")


def _script(files: list[CodeFile]) -> _Start | None:
    """A package's functions are no program; a script of a telling name is, or a lone one."""
    scripts = [file for file in _ordered(files) if not file.path.startswith(("R/", "man/"))]
    named = next((f for f in scripts if _stem(f.path) in _RUNNERS), None)
    chosen = named or (scripts[0] if len(scripts) == 1 else None)
    if chosen is None:
        return None
    loops = re.search(r"\brepeat\s*\{|\bwhile\s*\(\s*TRUE\s*\)", chosen.code)
    return _Start(
        words=("Rscript", chosen.path),
        evidence=Evidence(file=chosen.path),
        kind=AppKind.WORKER if loops else AppKind.JOB,
        is_told_port=False,
    )


def _ordered(files: list[CodeFile]) -> list[CodeFile]:
    def rank(file: CodeFile) -> tuple[int, int]:
        stem = _stem(file.path)
        return file.path.count("/"), _RUNNERS.index(stem) if stem in _RUNNERS else len(_RUNNERS)

    return sorted(files, key=rank)


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0].lower()


def _start_facts(start: _Start, files: list[CodeFile]) -> Iterator[Fact]:
    where = Evidence(file=start.evidence.file, means=f"starts as {start.framework or 'a script'}")
    yield Fact(key="r.start", value=start.words, evidence=where)
    yield Fact(key="r.kind", value=str(start.kind))
    if start.framework:
        yield Fact(key="r.framework", value=start.framework, evidence=start.evidence)
        title = {"shiny": "Shiny"}.get(start.framework, start.framework)
        yield Fact(key="r.framework_title", value=title)
    if start.kind is not AppKind.WEB:
        return
    if start.is_told_port:
        yield Fact(key="r.port", value=8080)
    else:
        yield from find_listening(files, _DIALECT).facts("r")


def _wishes(tree: SourceTree) -> list[Wish]:
    locked = find_wish(tree, "renv.lock", r"\"R\":\s*\{\s*\"Version\":\s*\"([\d.]+)\"")
    wishes = find_tool_wishes(tree, "R")
    # A lock names the R that somebody had; a newer one of the same major runs it.
    return wishes + ([locked] if locked else [])


def _install_facts(tree: SourceTree, files: list[CodeFile], start: _Start) -> Iterator[Fact]:
    used = {name or space for file in files for name, space in _PACKAGE.findall(file.code)}
    own = re.search(r"^Package:\s*(\S+)", tree.find_text("DESCRIPTION") or "", re.MULTILINE)
    packages = (used | ({start.framework} if start.framework else set())) - _BASE
    packages -= {own[1]} if own else set()
    libraries = [lib for name in sorted(packages) for lib in _LIBRARIES.get(name, ())]
    facts: dict[str, FactValue] = {
        "packages": tuple(sorted(packages)),
        "has_renv": tree.has("renv.lock"),
        "libraries": tuple(dict.fromkeys(libraries)),
    }
    for name, value in facts.items():
        yield Fact(key=f"r.{name}", value=value)
