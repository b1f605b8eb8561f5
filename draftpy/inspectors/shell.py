"""Shell scripts → facts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from draftpy.inspectors.facts import AppKind, Confidence, Evidence, Fact, Findings
from draftpy.inspectors.procfile import find_start
from draftpy.inspectors.shell_tools import find_packages
from draftpy.source import SourceTree

DEFAULT_PORT = 8080
_STEMS = ("start", "run", "main", "server", "serve", "entrypoint", "app", "worker", "bot", "index")
_ENDINGS = (".sh", ".bash", ".zsh", ".ksh", "")
_FOLDERS = ("", "bin/", "scripts/", "src/")
# Shell → the package that has it; Debian's image has the first two.
_SHELLS = {"bash": "", "sh": "", "dash": "", "zsh": "zsh", "ksh": "ksh", "fish": "fish"}
_SHEBANG = re.compile(r"#!\s*(?:\S*/env\s+(?:-\S+\s+)?)?(?:\S*/)?(\w+)")
_SERVES = re.compile(
    r"TCP4?6?-LISTEN|\b(?:nc|ncat|netcat)\s+(?:-\S+\s+)*-\w*l|http\.server|\bhttpd\b|\btcpserver\b"
    r"|\bphp\s+-S\b|\bwebsocketd\b|\blighttpd\b|\bshell2http\b|\bnginx\b"
)
_LOOPS = re.compile(
    r"^\s*while\s+(?::|true|\[\s*1\s*\]|sleep\b)|^\s*until\s+false|\bsleep\s+infinity\b"
    r"|\btail\s+-[fF]|\binotifywait\b.*\s-m|^\s*for\s*\(\(\s*;;\s*\)\)",
    re.MULTILINE,
)
_VARIABLE = re.compile(r"\$\{?(\w*PORT)\b(?::?[-=](\d{2,5}))?")
_ASSIGNED = re.compile(r"^\s*(?:export\s+|readonly\s+|local\s+)?(\w*PORT)=[\"']?(\d{2,5})\b", re.M)
_LITERAL = re.compile(
    r"LISTEN:(\d{2,5})|(?:\s-p|\s--port|:)[ =]?(\d{2,5})\b|\s-\w*l\w*\s+(?:-\w+\s+)*(\d{2,5})\b"
    r"|http\.server\s+(\d{2,5})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Script:
    """The script that is started: its shell, its text without comments."""

    path: str
    shell: str
    code: str
    evidence: Evidence


def inspect(tree: SourceTree) -> Findings:
    """Facts `shell.*`; empty without a script of a telling name, or a lone one."""
    script = _find_script(tree)
    if script is None:
        return Findings()
    # What it calls by name may be what serves.
    codes = [script.code, *_called(tree, script)]
    facts = [*_script_facts(script), *_kind_facts(codes, script)]
    shell_package = _SHELLS[script.shell]
    packages = ([shell_package] if shell_package else []) + find_packages(codes)
    facts.append(Fact(key="shell.packages", value=tuple(dict.fromkeys(packages))))
    return Findings(facts=tuple(facts))


def _find_script(tree: SourceTree) -> _Script | None:
    process = find_start(tree)
    words = process.command.args if process else ()
    named = next((w.removeprefix("./") for w in words if tree.has(w.removeprefix("./"))), None)
    if process and named:
        return _read(tree, named, process.evidence)
    paths = [f"{f}{stem}{end}" for stem in _STEMS for f in _FOLDERS for end in _ENDINGS]
    found = (_read(tree, path) for path in paths if tree.has(path))
    named_script = next((script for script in found if script), None)
    return named_script or _find_unnamed(tree)


def _find_unnamed(tree: SourceTree) -> _Script | None:
    """The only script of the root, else the only one that no other calls."""
    paths = [path for path in tree.match("*") if path.endswith((".sh", ".bash", ".zsh"))]
    read = [script for script in (_read(tree, path) for path in paths) if script]
    free = [s for s in read if not any(s.path in other.code for other in read if other != s)]
    programs = free if len(free) == 1 else [s for s in free if s.evidence.line]
    return programs[0] if len(programs) == 1 else None


def _read(tree: SourceTree, path: str, evidence: Evidence | None = None) -> _Script | None:
    """The script, if its first line or its name says that a shell runs it."""
    text = tree.find_text(path) or ""
    shebang = _SHEBANG.match(text)
    if shebang and shebang[1] not in _SHELLS:
        return None
    if not shebang and not path.endswith((".sh", ".bash", ".zsh", ".ksh")):
        return None
    # Without a shebang bash: it runs what sh runs too.
    ending = path.rpartition(".")[2]
    shell = shebang[1] if shebang else {"zsh": "zsh", "ksh": "ksh"}.get(ending, "bash")
    first = text.splitlines()[0] if shebang else ""
    where = evidence or Evidence(file=path, line=1 if shebang else 0, text=first)
    return _Script(path=path, shell=shell, code=strip_comments(text), evidence=where)


def strip_comments(text: str) -> str:
    """Comments turned into empty space, so that lines keep their numbers."""
    return re.sub(r"(?m)(^|(?<=\s))#[^\n]*", "", text)


def _called(tree: SourceTree, script: _Script) -> Iterator[str]:
    for word in dict.fromkeys(re.findall(r"[\w./-]+", script.code)):
        path = word.removeprefix("./")
        if path != script.path and tree.has(path):
            yield strip_comments(tree.find_text(path) or "")


def _script_facts(script: _Script) -> Iterator[Fact]:
    start = (script.shell, script.path)
    where = script.evidence
    means = f"starts as {' '.join(start)}"
    place = Evidence(file=where.file, line=where.line, text=where.text, means=means)
    yield Fact(key="shell.start", value=start, evidence=place)
    yield Fact(key="shell.shell", value=script.shell)


def _kind_facts(codes: list[str], script: _Script) -> Iterator[Fact]:
    text = "\n".join(codes)
    if _SERVES.search(text):
        yield Fact(key="shell.kind", value=str(AppKind.WEB))
        yield from _port_facts(text, script)
        return
    loops = bool(_LOOPS.search(text))
    yield Fact(key="shell.kind", value=str(AppKind.WORKER if loops else AppKind.JOB))


def _port_facts(text: str, script: _Script) -> Iterator[Fact]:
    assigned = _ASSIGNED.search(text)
    if assigned:
        yield _port(int(assigned[2]), assigned[0], script)
        return
    variable = _VARIABLE.search(text)
    if variable:
        yield _port(DEFAULT_PORT, variable[0], script)
        yield Fact(key="shell.port_variable", value=variable[1])
        return
    literal = _LITERAL.search(text)
    digits = next((group for group in literal.groups() if group), "") if literal else ""
    if literal and digits:
        yield _port(int(digits), literal[0], script)
    else:
        yield Fact(key="shell.port", value=DEFAULT_PORT, confidence=Confidence.GUESS)


def _port(port: int, text: str, script: _Script) -> Fact:
    lines = script.code.splitlines()
    first = text.strip().splitlines()[0]
    line = next((n for n, found in enumerate(lines, start=1) if first in found), 0)
    where = Evidence(file=script.path, line=line, text=first) if line else None
    return Fact(key="shell.port", value=port, evidence=where)
