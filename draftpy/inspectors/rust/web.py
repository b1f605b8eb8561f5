"""What a Rust program serves, and where: by its frameworks and its own source."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from posixpath import join

from draftpy.inspectors.code_files import CodeFile
from draftpy.inspectors.facts import AppKind, Confidence, Evidence, Fact, Problem
from draftpy.inspectors.listening import DEFAULT_PORT, Dialect, find_listening, serves
from draftpy.inspectors.rust.manifests import Crate
from draftpy.source import SourceTree

FRAMEWORKS = {
    "axum": "Axum",
    "actix-web": "Actix Web",
    "rocket": "Rocket",
    "warp": "warp",
    "poem": "Poem",
    "salvo": "Salvo",
    "tide": "Tide",
    "loco-rs": "Loco",
    "leptos_axum": "Leptos",
    "hyper": "hyper",
    "tiny_http": "tiny_http",
    "tonic": "tonic",
    "rouille": "rouille",
    "gotham": "Gotham",
    "ntex": "ntex",
    "viz": "viz",
    "dropshot": "Dropshot",
}
DIALECT = Dialect(
    reads=re.compile(
        r"\benv::var(?:_os)?\(\s*\"(\w+)\"|\b(?:option_)?env!?\(\s*\"(\w+)\"|\benv\s*=\s*\"(\w+)\""
        r"|\bdotenvy?::var\(\s*\"(\w+)\"|\bstd::env::var\(\s*\"(\w+)\""
    ),
    listens=re.compile(
        r"\bTcpListener::bind|\bServer::(?:bind|http|new)|\bHttpServer::new|\brocket::(?:build|custom)"
        r"|#\[launch\]|#\[rocket::(?:main|launch)\]|\bwarp::serve|\baxum::serve|axum_server::bind"
        r"|\bTcpListener\b|\.serve\(|\brouille::start_server|\.listen\(|\bUdpSocket::bind"
    ),
    ports=(
        re.compile(r"\"(?:[\d.]+|localhost|\[[\d:]*\]|\*)?:(?P<port>\d{2,5})\""),
        re.compile(r"\(\s*\"(?:[\d.]+|localhost)\"\s*,\s*(?P<port>\d{2,5})(?:_?u16)?\s*\)"),
        re.compile(
            r"\(?\[\s*\d+\s*(?:,\s*\d+\s*){3}\]\s*(?:\.into\(\))?,\s*(?P<port>\d{2,5})\s*\)"
        ),
        re.compile(r"(?:UNSPECIFIED|LOCALHOST)(?:\.into\(\)|\))*\s*,\s*(?P<port>\d{2,5})"),
        re.compile(r"(?:\b|_)port\b[^\n\"=,;()]{0,20}=\s*(?P<port>\d{4,5})\b", re.IGNORECASE),
        re.compile(r"default_value_?t?\s*=\s*\"?(?P<port>\d{4,5})\b"),
        re.compile(r"\.unwrap_or\(\s*(?P<port>\d{4,5})"),
    ),
)
_HEALTH = re.compile(r"\"(/healthz|/health|/livez|/readyz|/ping|/health_check)\"")


def web_facts(tree: SourceTree, crate: Crate, files: list[CodeFile]) -> Iterator[Fact]:
    """Framework, kind, port, health path."""
    yield from _framework_facts(crate)
    listens = _listens(crate, files)
    yield Fact(key="rust.kind", value=str(AppKind.WEB if listens else AppKind.WORKER))
    if listens:
        yield from _port_facts(tree, crate, files)
        yield from _health_facts(files)


def web_problems(crate: Crate, files: list[CodeFile]) -> Iterator[Problem]:
    """What keeps others from reaching it."""
    if "rocket" not in crate.dependencies:
        problem = find_listening(files, DIALECT).problem
        if problem:
            yield problem


def _framework_facts(crate: Crate) -> Iterator[Fact]:
    name = next((name for name in FRAMEWORKS if name in crate.dependencies), None)
    if name is None:
        return
    line = crate.line_of(name)
    text = crate.text.splitlines()[line - 1].strip() if line else ""
    where = Evidence(file=crate.path, line=line, text=text)
    yield Fact(key="rust.framework", value=name, evidence=where)
    yield Fact(key="rust.framework_title", value=FRAMEWORKS[name])
    version = re.match(r"[\^~=>\s]*(\d+(?:\.\d+)?)", crate.version_of(name))
    if version:
        yield Fact(key="rust.framework_version", value=version[1])


def _listens(crate: Crate, files: list[CodeFile]) -> bool:
    if "rocket" in crate.dependencies or "loco-rs" in crate.dependencies:
        return True
    return serves(files, DIALECT) is not None


def _port_facts(tree: SourceTree, crate: Crate, files: list[CodeFile]) -> Iterator[Fact]:
    if "rocket" in crate.dependencies:
        yield from _rocket_facts(tree, crate)
        return
    yield from find_listening(files, DIALECT).facts("rust")


def _rocket_facts(tree: SourceTree, crate: Crate) -> Iterator[Fact]:
    """Rocket listens on loopback unless told; its variables go before Rocket.toml."""
    path = next((p for p in (join(crate.folder, "Rocket.toml"), "Rocket.toml") if tree.has(p)), "")
    port, where = 0, None
    for profile in ("release", "default", "global"):
        found = _toml(tree, path).get(profile, {})
        given = found.get("port") if isinstance(found, dict) else None
        if isinstance(given, int) and not port:
            port, where = given, Evidence(file=path, text=f"port = {given}")
    is_high = port >= 1024
    yield Fact(
        key="rust.port",
        value=port if is_high else DEFAULT_PORT,
        evidence=where if is_high else None,
        confidence=Confidence.CERTAIN if is_high else Confidence.LIKELY,
    )
    yield Fact(key="rust.port_variable", value="ROCKET_PORT")
    yield Fact(key="rust.environ", value=("ROCKET_ADDRESS=0.0.0.0",))


def _toml(tree: SourceTree, path: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(tree.find_text(path) or "")
    except tomllib.TOMLDecodeError:
        return {}


def _health_facts(files: list[CodeFile]) -> Iterator[Fact]:
    for file in files:
        match = _HEALTH.search(file.code)
        if match:
            where = file.evidence(match, "is asked by the probes")
            yield Fact(key="rust.health_path", value=match[1], evidence=where)
            return
