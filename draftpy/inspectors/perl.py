"""Perl projects → facts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from draftpy.inspectors.code_files import HASH_LIKE, CodeFile, read_code
from draftpy.inspectors.commands import PORT_MARK, StartCommand
from draftpy.inspectors.facts import AppKind, Evidence, Fact, FactValue, Findings
from draftpy.inspectors.listening import Dialect, find_listening
from draftpy.inspectors.procfile import find_start
from draftpy.inspectors.runtime_version import Wish, decide_version, find_tool_wishes
from draftpy.inspectors.versions import PERL
from draftpy.source import SourceTree

_MANIFESTS = ("cpanfile", "Makefile.PL", "Build.PL", "dist.ini")
_PSGI = ("app.psgi", "bin/app.psgi", "script/app.psgi")
_STEMS = ("app", "server", "main", "web", "index", "start", "run", "worker", "bot")
_FRAMEWORKS = {"Mojolicious": "Mojolicious", "Dancer2": "Dancer2", "Plack": "Plack"}
_PROGRAMS = ("perl", "plackup", "starman", "hypnotoad")
# Module → the distribution that has it, of those that do not come with Perl itself.
_MODULES = {
    "DBI": "DBI",
    "DBD::Pg": "DBD::Pg",
    "DBD::SQLite": "DBD::SQLite",
    "DBD::mysql": "DBD::mysql",
    "Dancer": "Dancer",
    "Dancer2": "Dancer2",
    "DateTime": "DateTime",
    "HTTP::Daemon": "HTTP::Daemon",
    "HTTP::Server::Simple": "HTTP::Server::Simple",
    "HTTP::Server::Simple::CGI": "HTTP::Server::Simple",
    "JSON": "JSON",
    "JSON::XS": "JSON::XS",
    "LWP::UserAgent": "LWP::UserAgent",
    "Mojolicious::Lite": "Mojolicious",
    "Mojo::Base": "Mojolicious",
    "Mojo::Server::Daemon": "Mojolicious",
    "Moo": "Moo",
    "Moose": "Moose",
    "Plack::Builder": "Plack",
    "Plack::Request": "Plack",
    "Redis": "Redis",
    "YAML": "YAML",
}
# Distribution → Debian packages to compile it, and to run it.
_LIBRARIES = {
    "DBD::Pg": ("libpq-dev", "libpq5"),
    "DBD::mysql": ("default-libmysqlclient-dev", "libmariadb3"),
    "DBD::MariaDB": ("libmariadb-dev", "libmariadb3"),
    "XML::LibXML": ("libxml2-dev", "libxml2"),
    "GD": ("libgd-dev", "libgd3"),
    "EV": ("libev-dev", "libev4t64"),
}
_DIALECT = Dialect(
    reads=re.compile(r"\$ENV\{\s*['\"]?(\w+)['\"]?\s*\}"),
    listens=re.compile(
        r"\bHTTP::Daemon(?:::SSL)?->new|\bLocalPort\b|\bHTTP::Server::Simple|\bMojo::Server::Daemon"
        r"|\bNet::Server|\bbind\s*\(\s*\$?\w+\s*,\s*(?:pack_)?sockaddr_in"
    ),
    ports=(
        re.compile(r"\bLocalPort\s*=>\s*['\"]?(?P<port>\d{2,5})\b"),
        re.compile(r"->new\(\s*(?P<port>\d{4,5})\s*\)"),
        re.compile(r"\$port\s*=\s*['\"]?(?P<port>\d{2,5})\b"),
        re.compile(r"\bport\s*=>\s*['\"]?(?P<port>\d{2,5})\b"),
        re.compile(r"http://(?:\*|0\.0\.0\.0|\[::\]):(?P<port>\d{2,5})\b"),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """The start command, its kind, and what it needs beyond the declared."""

    command: StartCommand
    evidence: Evidence
    kind: AppKind = AppKind.WEB
    needs: tuple[str, ...] = ()
    is_told_port: bool = True
    file: str = ""


def inspect(tree: SourceTree) -> Findings:
    """Facts `perl.*`; empty without a manifest, a .psgi or a .pl file to start."""
    manifest = next((name for name in _MANIFESTS if tree.has(name)), "")
    files = read_code(tree, (".pl", ".pm", ".psgi"), HASH_LIKE, _is_own)
    declared = _declared(tree)
    start = _find_start(tree, files, declared)
    if start is None and not manifest:
        return Findings()
    version, problems = decide_version("perl.version", PERL, _wishes(tree))
    used = {_MODULES[name] for name in _used(files) if name in _MODULES}
    needed = {*used, *(start.needs if start else ())}
    facts = [
        *(
            [Fact(key="perl.manifest", value=manifest, evidence=Evidence(file=manifest))]
            if manifest
            else ()
        ),
        *_framework_facts(files, declared, needed),
        *(_start_facts(start, files) if start else ()),
        version,
        *_install_facts(tree, declared, needed),
    ]
    return Findings(facts=tuple(facts), problems=problems)


def _is_own(path: str) -> bool:
    return not path.startswith(("t/", "xt/", "local/", "extlib/", "inc/"))


def _declared(tree: SourceTree) -> set[str]:
    """What cpanfile requires at run time."""
    text = re.sub(r"#[^\n]*", "", tree.find_text("cpanfile") or "")
    plain = re.sub(
        r"\bon\s+['\"]?(?:test|develop|build|configure)['\"]?\s*=>\s*sub\s*\{[^}]*\}", "", text
    )
    return set(re.findall(r"\b(?:requires|recommends)\s*\(?\s*['\"]([\w:]+)['\"]", plain))


def _used(files: list[CodeFile]) -> set[str]:
    pattern = re.compile(r"^\s*(?:use|require)\s+([\w:]+)", re.MULTILINE)
    return {name for file in files for name in pattern.findall(file.code)}


def _find_start(tree: SourceTree, files: list[CodeFile], declared: set[str]) -> _Start | None:
    """Procfile, else a .psgi, else Mojolicious, else a server of its own, else a script."""
    process = find_start(tree)
    if process and process.command.program in _PROGRAMS:
        kind = AppKind.WEB if process.name == "web" else AppKind.WORKER
        needs = {"plackup": "Plack", "starman": "Starman"}.get(process.command.program)
        return _Start(
            command=process.command,
            evidence=process.evidence,
            kind=kind,
            needs=(needs,) if needs else (),
            is_told_port=not process.command.port,
        )
    psgi = next((path for path in _PSGI if tree.has(path)), next(tree.match("*.psgi"), ""))
    if psgi:
        return _psgi(psgi, declared)
    return _mojo(tree, files) or _script(files)


def _psgi(path: str, declared: set[str]) -> _Start:
    address = ("--host", "0.0.0.0", "--port", PORT_MARK)
    if "Starman" in declared:
        words: tuple[str, ...] = ("starman", *address, path)
    else:
        words = ("plackup", "--env", "production", *address, path)
    return _Start(
        command=StartCommand(args=words), evidence=Evidence(file=path), needs=("Plack",), file=path
    )


def _mojo(tree: SourceTree, files: list[CodeFile]) -> _Start | None:
    """A Lite app, or the script that starts a full one (which has no ending)."""
    lite = next(
        (f for f in _ordered(files) if re.search(r"^\s*use\s+Mojolicious::Lite\b", f.code, re.M)),
        None,
    )
    path = lite.path if lite else ""
    for script in () if path else (*tree.match("script/*"), *tree.match("bin/*")):
        if "start_app" in (tree.find_text(script) or ""):
            path = script
            break
    if not path:
        return None
    words = ("perl", path, "daemon", "--mode", "production", "--listen", f"http://*:{PORT_MARK}")
    where = Evidence(file=path)
    return _Start(
        command=StartCommand(args=words), evidence=where, needs=("Mojolicious",), file=path
    )


def _script(files: list[CodeFile]) -> _Start | None:
    scripts = [file for file in _ordered(files) if file.path.endswith(".pl")]
    serving = next((file for file in scripts if _DIALECT.listens.search(file.code)), None)
    dancing = next(
        (f for f in scripts if re.search(r"^\s*(?:dance|start)\s*;", f.code, re.M)), None
    )
    if dancing:
        words = ("plackup", "--env", "production", "--host", "0.0.0.0", "--port", PORT_MARK)
        return _Start(
            command=StartCommand(args=(*words, dancing.path)),
            evidence=Evidence(file=dancing.path),
            needs=("Plack",),
            file=dancing.path,
        )
    named = next((f for f in scripts if _stem(f.path) in _STEMS), None)
    lone = scripts[0] if len(scripts) == 1 else None
    chosen = serving or named or lone
    if chosen is None:
        return None
    loops = re.search(r"\bwhile\s*\(\s*1\s*\)|\bfor\s*\(\s*;\s*;\s*\)", chosen.code)
    rest = AppKind.WORKER if loops else AppKind.JOB
    return _Start(
        command=StartCommand(args=("perl", chosen.path)),
        evidence=Evidence(file=chosen.path),
        kind=AppKind.WEB if serving else rest,
        is_told_port=False,
        file=chosen.path,
    )


def _ordered(files: list[CodeFile]) -> list[CodeFile]:
    def rank(file: CodeFile) -> tuple[int, int]:
        stem = _stem(file.path)
        return file.path.count("/"), _STEMS.index(stem) if stem in _STEMS else len(_STEMS)

    return sorted(files, key=rank)


def _stem(path: str) -> str:
    return path.rpartition("/")[2].rpartition(".")[0]


def _framework_facts(files: list[CodeFile], declared: set[str], needed: set[str]) -> Iterator[Fact]:
    for name, title in _FRAMEWORKS.items():
        if name in declared | needed:
            file = next((f.path for f in files if name in f.code), "cpanfile")
            yield Fact(key="perl.framework", value=name.lower(), evidence=Evidence(file=file))
            yield Fact(key="perl.framework_title", value=title)
            return


def _start_facts(start: _Start, files: list[CodeFile]) -> Iterator[Fact]:
    where = start.evidence
    means = f"starts as {' '.join(start.command.args)}".replace(PORT_MARK, "PORT")
    place = Evidence(file=where.file, line=where.line, text=where.text, means=means)
    yield Fact(key="perl.start", value=start.command.args, evidence=place)
    yield Fact(key="perl.kind", value=str(start.kind))
    if start.kind is not AppKind.WEB:
        return
    if start.is_told_port:
        yield Fact(key="perl.port", value=8080)
    elif start.command.port:
        yield Fact(key="perl.port", value=start.command.port, evidence=where)
    else:
        mine = sorted(files, key=lambda file: file.path != start.file)
        yield from find_listening(mine, _DIALECT).facts("perl")


def _wishes(tree: SourceTree) -> list[Wish]:
    return find_tool_wishes(tree, "perl", ".perl-version")


def _install_facts(tree: SourceTree, declared: set[str], needed: set[str]) -> Iterator[Fact]:
    # Plack is part of what Dancer2 and Starman bring.
    implied = {"Plack"} if declared & {"Dancer2", "Starman"} else set()
    all_of = declared | needed
    facts: dict[str, FactValue] = {
        "has_cpanfile": tree.has("cpanfile"),
        "added": tuple(sorted(needed - declared - implied)),
        "build_packages": tuple(build for name, (build, _) in _LIBRARIES.items() if name in all_of),
        "run_packages": tuple(run for name, (_, run) in _LIBRARIES.items() if name in all_of),
        "has_lib": any(path.startswith("lib/") for path in tree.files),
    }
    for name, value in facts.items():
        yield Fact(key=f"perl.{name}", value=value)
