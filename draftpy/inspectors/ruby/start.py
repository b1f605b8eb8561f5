"""How a Ruby app is started, from its manifest and files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from draftpy.inspectors.commands import PORT_MARK, StartCommand
from draftpy.inspectors.facts import AppKind, Evidence
from draftpy.inspectors.procfile import find_start
from draftpy.inspectors.ruby.manifest import RubyManifest
from draftpy.inspectors.ruby.source import RubyShape, parse_ruby, strip_comments
from draftpy.source import SourceTree

_ENTRY_STEMS = ("app", "main", "server", "index", "web", "bot", "worker", "run", "start", "script")
_ENTRY_FOLDERS = ("", "src/", "lib/", "bin/")
_PROGRAMS = ("bundle", "ruby", "rails", "puma", "rackup", "unicorn", "thin", "sidekiq", "falcon")
_SERVERS = ("puma", "falcon", "unicorn", "thin", "iodine", "passenger")
_ANY_HOST = ("--host", "0.0.0.0", "--port", PORT_MARK)
_RACKUP = ("rackup", *_ANY_HOST)
_SERVER_COMMANDS: dict[str, tuple[str, ...]] = {
    "falcon": ("falcon", "serve", "--bind", f"http://0.0.0.0:{PORT_MARK}"),
    "unicorn": ("unicorn", *_ANY_HOST),
    "thin": ("thin", "start", "--address", "0.0.0.0", "--port", PORT_MARK),
}
_WORKERS = ("Sidekiq::Job", "Sidekiq::Worker")
# What goes on for ever, or until it is told to end; anything else is done at once.
_STAYS = re.compile(
    r"\bloop\s*(?:do|\{)|\bwhile\s+true\b|\buntil\s+false\b|\bsleep\s*$|\.(?:run|start|join|listen)\b",
    re.MULTILINE,
)
_MAX_FILES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class RubyStart:
    """The start command, its place, and the gems that it needs beyond the declared ones."""

    command: StartCommand
    evidence: Evidence
    kind: AppKind
    shape: RubyShape = field(default_factory=RubyShape)
    file: str = ""
    added: tuple[str, ...] = ()
    port: int = 0
    port_evidence: Evidence | None = None
    variable: str = ""


def find_ruby_start(tree: SourceTree, manifest: RubyManifest) -> RubyStart | None:
    """Procfile, else Rails, else config.ru, else a file that serves, works or just runs."""
    return (
        _from_procfile(tree)
        or _rails(tree, manifest)
        or _rack(tree, manifest)
        or _script(tree, manifest)
    )


def is_rails(tree: SourceTree, manifest: RubyManifest) -> bool:
    """Whether this is an app of Rails and not only one with a part of it."""
    has_gem = manifest.has("railties") or manifest.has("rails")
    return has_gem and (tree.has("config/application.rb") or tree.has("bin/rails"))


def _from_procfile(tree: SourceTree) -> RubyStart | None:
    process = find_start(tree)
    if process is None:
        return None
    program = process.command.program.removeprefix("bin/").removeprefix("./bin/")
    words = process.command.args
    if program not in _PROGRAMS and not (program == "sh" and "bundle exec" in " ".join(words)):
        return None
    is_web = process.name == "web"
    file = next((w for w in words if w.endswith(".rb") and tree.has(w)), "")
    shape = parse_ruby(tree.find_text(file) or "") if file.count("/") == 0 else RubyShape()
    port = _config_port(tree)
    return RubyStart(
        command=process.command,
        evidence=process.evidence,
        kind=AppKind.WEB if is_web else AppKind.WORKER,
        shape=shape,
        file=file,
        port=process.command.port or (port.port if PORT_MARK not in " ".join(words) else 0),
        port_evidence=process.evidence if process.command.port else port.evidence,
        variable="PORT" if is_web else "",
    )


def _rails(tree: SourceTree, manifest: RubyManifest) -> RubyStart | None:
    if not is_rails(tree, manifest):
        return None
    where = Evidence(
        file="config/application.rb" if tree.has("config/application.rb") else "bin/rails"
    )
    if manifest.has("puma") and tree.has("config.ru"):
        return _puma(tree, where)
    words = ("bundle", "exec", "rails", "server", "--binding", "0.0.0.0", "--port", PORT_MARK)
    return RubyStart(command=StartCommand(args=words), evidence=where, kind=AppKind.WEB)


def _rack(tree: SourceTree, manifest: RubyManifest) -> RubyStart | None:
    text = strip_comments(tree.find_text("config.ru") or "")
    run = re.search(r"^[ \t]*run\b.*$", text, re.MULTILINE)
    if run is None:
        return None
    line = text.count("\n", 0, run.start()) + 1
    where = Evidence(file="config.ru", line=line, text=run[0].strip())
    servers = (*_SERVERS, "webrick", "rackup")
    server = next((gem for gem in servers if manifest.has(gem)), "")
    if server in ("puma", ""):
        return _puma(tree, where, added=() if server else ("puma",))
    added = ("rackup",) if server == "webrick" and not manifest.has("rackup") else ()
    words = _SERVER_COMMANDS.get(server, _RACKUP)
    start = StartCommand(args=("bundle", "exec", *words))
    return RubyStart(command=start, evidence=where, kind=AppKind.WEB, added=added)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ConfigPort:
    """What config/puma.rb says of the port."""

    port: int = 0
    variable: str = ""
    evidence: Evidence | None = None


def _config_port(tree: SourceTree) -> _ConfigPort:
    code = strip_comments(tree.find_text("config/puma.rb") or "")
    for pattern in (r"^\s*port[\s(]+(.+)$", r"^\s*bind[\s(]+(.+)$"):
        match = re.search(pattern, code, re.MULTILINE)
        if match is None:
            continue
        line = code.count("\n", 0, match.start(1)) + 1
        where = Evidence(file="config/puma.rb", line=line, text=match[0].strip())
        variable = re.search(r"ENV(?:\.fetch\(|\[)\s*[\"'](\w+)[\"']", match[1])
        if variable:
            return _ConfigPort(variable=variable[1], evidence=where)
        digits = re.search(r"(?::|^|\D)(\d{4,5})\b", match[1])
        if digits and "unix" not in match[1]:
            return _ConfigPort(port=int(digits[1]), evidence=where)
    return _ConfigPort()


def _puma(tree: SourceTree, where: Evidence, added: tuple[str, ...] = ()) -> RubyStart:
    """Puma reads config/puma.rb by itself; what that does not say is said here."""
    config = _config_port(tree)
    words = ["bundle", "exec", "puma"]
    if not (config.port or config.variable):
        words += ["--bind", f"tcp://0.0.0.0:{PORT_MARK}"]
    return RubyStart(
        command=StartCommand(args=tuple(words)),
        evidence=where,
        kind=AppKind.WEB,
        added=added,
        port=config.port,
        port_evidence=config.evidence,
        variable=config.variable,
    )


def _script(tree: SourceTree, manifest: RubyManifest) -> RubyStart | None:
    """The file that serves; else one of a telling name."""
    shapes = {path: parse_ruby(tree.find_text(path) or "") for path in _candidates(tree)}
    serving = next((path for path, shape in shapes.items() if _serves(shape)), None)
    if serving:
        return _serving(serving, shapes[serving], manifest)
    worker = next((p for p, s in shapes.items() if any(name in s.code for name in _WORKERS)), None)
    if worker and manifest.has("sidekiq"):
        words = ("bundle", "exec", "sidekiq", "--require", f"./{worker}")
        where = Evidence(file=worker)
        return RubyStart(
            command=StartCommand(args=words), evidence=where, kind=AppKind.WORKER, file=worker
        )
    named = next((path for path in shapes if _is_entry(path)), None) or _lone(shapes)
    if named is None:
        return None
    return RubyStart(
        command=StartCommand(args=(*_ruby(manifest), named)),
        evidence=Evidence(file=named),
        kind=AppKind.WORKER if _STAYS.search(shapes[named].code) else AppKind.JOB,
        shape=shapes[named],
        file=named,
        added=_missing(shapes[named], manifest),
    )


def _candidates(tree: SourceTree) -> Iterator[str]:
    """Telling names first, then every file at the root."""
    named = [f"{folder}{stem}.rb" for stem in _ENTRY_STEMS for folder in _ENTRY_FOLDERS]
    yield from (path for path in named if tree.has(path))
    others = [path for path in tree.match("*.rb") if path not in named and path != "gems.rb"]
    yield from others[:_MAX_FILES]


def _is_entry(path: str) -> bool:
    return path.rpartition("/")[2].removesuffix(".rb") in _ENTRY_STEMS


def _lone(shapes: dict[str, RubyShape]) -> str | None:
    return next(iter(shapes)) if len(shapes) == 1 else None


def _serves(shape: RubyShape) -> bool:
    if shape.server:
        return True
    is_classic = "sinatra" in shape.requires
    return is_classic or (shape.needs("sinatra") and "run!" in shape.code)


def _serving(path: str, shape: RubyShape, manifest: RubyManifest) -> RubyStart:
    words = [*_ruby(manifest), path]
    is_sinatra = shape.needs("sinatra")
    if "sinatra" in shape.requires and not shape.port:
        # The command line of a classic app; a modular one is told by its environment.
        words += ["-o", "0.0.0.0", "-p", PORT_MARK]
    line = shape.line or 0
    text = shape.code.splitlines()[line - 1].strip() if line else ""
    place = Evidence(file=path, line=shape.port_line) if shape.port_line else None
    return RubyStart(
        command=StartCommand(args=tuple(words)),
        evidence=Evidence(file=path, line=line, text=text),
        kind=AppKind.WEB,
        shape=shape,
        file=path,
        added=_missing(shape, manifest),
        port=0 if shape.variable else shape.port,
        port_evidence=place,
        variable=shape.variable or ("PORT" if is_sinatra and not shape.port else ""),
    )


def _ruby(manifest: RubyManifest) -> tuple[str, ...]:
    return ("bundle", "exec", "ruby") if manifest.gems or manifest.has_local else ("ruby",)


def _missing(shape: RubyShape, manifest: RubyManifest) -> tuple[str, ...]:
    """The gems that the file requires, or that what it requires needs, and nothing declares."""
    needed: list[str] = []
    for library, gems in _GEMS_OF.items():
        if shape.needs(library):
            needed += gems
    if shape.needs("sinatra") and not any(manifest.has(s) for s in (*_SERVERS, "webrick")):
        needed += ["rackup", "puma"]
    return tuple(dict.fromkeys(gem for gem in needed if not manifest.has(gem)))


# What does not come with Ruby itself: library → gems.
_GEMS_OF: dict[str, tuple[str, ...]] = {
    "webrick": ("webrick",),
    "sinatra": ("sinatra",),
    "rack": ("rack",),
    "rackup": ("rackup",),
    "puma": ("puma",),
    "roda": ("roda",),
    "redis": ("redis",),
    "pg": ("pg",),
    "sqlite3": ("sqlite3",),
    "httparty": ("httparty",),
    "faraday": ("faraday",),
    "nokogiri": ("nokogiri",),
    "sidekiq": ("sidekiq",),
    "discordrb": ("discordrb",),
    "telegram/bot": ("telegram-bot-ruby",),
    "csv": ("csv",),
    "async": ("async",),
    "rufus-scheduler": ("rufus-scheduler",),
}
