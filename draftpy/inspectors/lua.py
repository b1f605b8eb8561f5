"""Lua projects → facts."""

import re
from collections.abc import Iterator

from draftpy.inspectors.code_files import HASKELL_LIKE, CodeFile, read_code
from draftpy.inspectors.facts import AppKind, Evidence, Fact, FactValue, Findings
from draftpy.inspectors.listening import Dialect, find_listening
from draftpy.source import SourceTree

_STEMS = ("main", "app", "server", "index", "init", "run", "worker", "bot")
_BY_LUA = re.compile(r"^\s*(?:content|access|rewrite|init|init_worker)_by_lua", re.MULTILINE)
_CONFIGS = ("nginx.conf", "conf/nginx.conf")
# Module → the Debian package that has it.
_MODULES = {
    "cjson": "lua-cjson",
    "dkjson": "lua-dkjson",
    "http": "lua-http",
    "lfs": "lua-filesystem",
    "lpeg": "lua-lpeg",
    "luasql": "lua-sql-sqlite3",
    "mime": "lua-socket",
    "posix": "lua-posix",
    "socket": "lua-socket",
    "ssl": "lua-sec",
}
# Module → the rock that has it, of those that Debian does not pack.
_ROCKS = {"pegasus": "pegasus", "copas": "copas", "xavante": "xavante", "redis": "redis-lua"}
_DIALECT = Dialect(
    reads=re.compile(r"os\.getenv\s*\(?\s*[\"'](\w+)[\"']"),
    listens=re.compile(
        r"\bsocket\.bind\b|:bind\s*\(|\bserver\.listen\b|\bpegasus\b.*:new|:start\s*\("
    ),
    ports=(
        re.compile(r"\bbind\s*\(\s*[\"'][^\"']*[\"']\s*,\s*(?P<port>\d{2,5})\b"),
        re.compile(r"\bport\s*=\s*[\"']?(?P<port>\d{2,5})\b"),
    ),
)


def inspect(tree: SourceTree) -> Findings:
    """Facts `lua.*`; empty without a script to start or an nginx.conf that runs Lua."""
    files = read_code(tree, (".lua",), HASKELL_LIKE, lambda path: not path.startswith("spec/"))
    facts = [*_openresty_facts(tree)] or [*_script_facts(tree, files)]
    return Findings(facts=tuple(facts))


def _openresty_facts(tree: SourceTree) -> Iterator[Fact]:
    """nginx.conf that answers by Lua: OpenResty runs it, with the app as its folder."""
    config = next((path for path in _CONFIGS if _BY_LUA.search(tree.find_text(path) or "")), "")
    if not config:
        return
    text = re.sub(r"#[^\n]*", "", tree.find_text(config) or "")
    listen = re.search(r"^\s*listen\s+(?:[\w.\[\]:]*:)?(\d+)", text, re.MULTILINE)
    port = int(listen[1]) if listen else 80
    line = text.count("\n", 0, listen.start(1)) + 1 if listen else 0
    start = ("openresty", "-p", "/app/", "-c", config, "-g", "daemon off; pid /tmp/nginx.pid;")
    yield Fact(key="lua.start", value=start, evidence=Evidence(file=config, means="OpenResty"))
    yield Fact(key="lua.is_openresty", value=True)
    yield Fact(key="lua.framework", value="openresty", evidence=Evidence(file=config))
    yield Fact(key="lua.framework_title", value="OpenResty")
    yield Fact(key="lua.kind", value=str(AppKind.WEB))
    where = Evidence(file=config, line=line, text=listen[0].strip() if listen else "")
    yield Fact(key="lua.port", value=port, evidence=where)


def _script_facts(tree: SourceTree, files: list[CodeFile]) -> Iterator[Fact]:
    script = _find_script(files)
    if script is None:
        return
    where = Evidence(file=script.path, means=f"starts as lua {script.path}")
    yield Fact(key="lua.start", value=("lua5.4", script.path), evidence=where)
    is_web = any(_DIALECT.listens.search(file.code) for file in files)
    loops = re.search(r"\bwhile\s+true\s+do\b", script.code)
    rest = AppKind.WORKER if loops else AppKind.JOB
    yield Fact(key="lua.kind", value=str(AppKind.WEB if is_web else rest))
    if is_web:
        yield from find_listening(files, _DIALECT).facts("lua")
    yield from _install_facts(tree, files)


def _find_script(files: list[CodeFile]) -> CodeFile | None:
    named = [f"{folder}{stem}.lua" for folder in ("", "src/") for stem in _STEMS]
    known = {file.path: file for file in files}
    found = next((known[path] for path in named if path in known), None)
    lone = [file for file in files if "/" not in file.path]
    return found or (lone[0] if len(lone) == 1 else None)


def _install_facts(tree: SourceTree, files: list[CodeFile]) -> Iterator[Fact]:
    pattern = re.compile(r"\brequire\s*\(?\s*[\"'](\w+)")
    used = {name for file in files for name in pattern.findall(file.code)}
    own = {path.partition("/")[0].removesuffix(".lua") for path in tree.files}
    foreign = used - own
    facts: dict[str, FactValue] = {
        "packages": tuple(sorted({_MODULES[name] for name in foreign if name in _MODULES})),
        "rocks": tuple(sorted(_ROCKS[name] for name in foreign if name in _ROCKS)),
        "rockspec": next(tree.match("*.rockspec"), ""),
    }
    for name, value in facts.items():
        yield Fact(key=f"lua.{name}", value=value)
