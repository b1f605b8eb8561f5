"""Scheme programs for Guile → facts."""

import re
from collections.abc import Iterator

from draftpy.inspectors.code_files import LISP_LIKE, CodeFile, read_code
from draftpy.inspectors.facts import AppKind, Confidence, Evidence, Fact, Findings, Problem
from draftpy.source import SourceTree

_STEMS = ("main", "server", "app", "index", "run", "start", "worker")
# What Guile's web server takes if it is told nothing.
_WEB_PORT = 8080
_SERVES = re.compile(r"\(\s*(?:run-server|listen)\b")
_PORT = re.compile(r"#:port\s+(\d{2,5})\b|INADDR_(?:ANY|LOOPBACK)\s+(\d{2,5})\b")
_VARIABLE = re.compile(r"\(\s*getenv\s+\"(\w*PORT)\"")
_ANYBODY = re.compile(r"INADDR_ANY|#:host\s+\"0\.0\.0\.0\"|#:addr\s+0\b|\"0\.0\.0\.0\"")


def inspect(tree: SourceTree) -> Findings:
    """Facts `scheme.*`; empty without a .scm file to start."""
    files = read_code(tree, (".scm",), LISP_LIKE)
    script = _find_script(files)
    if script is None:
        return Findings()
    where = Evidence(file=script.path, means=f"starts as guile {script.path}")
    start = ("guile", "--no-auto-compile", "-L", "/app", script.path)
    facts = [
        Fact(key="scheme.start", value=start, evidence=where),
        *_kind_facts(script, files),
    ]
    return Findings(facts=tuple(facts), problems=tuple(_problems(files)))


def _find_script(files: list[CodeFile]) -> CodeFile | None:
    known = {file.path: file for file in files}
    named = (f"{folder}{stem}.scm" for folder in ("", "src/") for stem in _STEMS)
    found = next((known[path] for path in named if path in known), None)
    lone = [file for file in files if "/" not in file.path]
    return found or (lone[0] if len(lone) == 1 else None)


def _kind_facts(script: CodeFile, files: list[CodeFile]) -> Iterator[Fact]:
    if not any(_SERVES.search(file.code) for file in files):
        loops = re.search(r"\(\s*while\s+#t|\(\s*let\s+(?:loop|forever)\b", script.code)
        yield Fact(key="scheme.kind", value=str(AppKind.WORKER if loops else AppKind.JOB))
        return
    yield Fact(key="scheme.kind", value=str(AppKind.WEB))
    for file in files:
        variable, literal = _VARIABLE.search(file.code), _PORT.search(file.code)
        if variable:
            yield Fact(key="scheme.port", value=_WEB_PORT, evidence=file.evidence(variable))
            yield Fact(key="scheme.port_variable", value=variable[1])
            return
        if literal:
            port = int(literal[1] or literal[2])
            yield Fact(key="scheme.port", value=port, evidence=file.evidence(literal))
            return
    yield Fact(key="scheme.port", value=_WEB_PORT, confidence=Confidence.LIKELY)


def _problems(files: list[CodeFile]) -> Iterator[Problem]:
    for file in files:
        serving = re.search(r"\(\s*run-server\b", file.code)
        if serving and not _ANYBODY.search(file.code):
            what = "listens on its own loopback only: nobody reaches it in a container"
            remedy = "(run-server handler 'http '(#:addr 0))"
            line = file.line_at(serving.start())
            yield Problem(file=file.path, line=line, what=what, remedy=remedy)
