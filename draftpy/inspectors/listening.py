"""Where a program listens, as its source says: a literal port, or variables that move it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from draftpy.inspectors.code_files import CodeFile
from draftpy.inspectors.commands import PORT_MARK
from draftpy.inspectors.facts import Confidence, Evidence, Fact, Problem

DEFAULT_PORT = 8080
_FOREIGN = frozenset(
    [
        "DB",
        "DATABASE",
        "POSTGRES",
        "POSTGRESQL",
        "PG",
        "MYSQL",
        "MARIADB",
        "SQL",
        "REDIS",
        "CACHE",
        "MONGO",
        "MONGODB",
        "SMTP",
        "MAIL",
        "EMAIL",
        "KAFKA",
        "RABBIT",
        "RABBITMQ",
        "AMQP",
        "NATS",
        "MQTT",
        "ELASTIC",
        "ELASTICSEARCH",
        "ES",
        "METRICS",
        "PROMETHEUS",
        "DEBUG",
        "ADMIN",
        "MANAGEMENT",
        "GRPC",
        "SSH",
        "FTP",
        "LDAP",
        "JAEGER",
        "STATSD",
        "CONSUL",
        "ETCD",
        "MEMCACHED",
        "CLICKHOUSE",
        "MINIO",
        "PROXY",
        "INFLUX",
        "GRAPHITE",
        "CASSANDRA",
        "REMOTE",
        "UPSTREAM",
        "CLIENT",
        "TARGET",
        "HTTPS",
        "TLS",
        "SSL",
        "JMX",
        "HEALTH",
        "WS",
    ]
)
_WHOLE_PORT_NAMES = ("PORT", "HTTPPORT", "SERVERPORT", "APPPORT", "WEBPORT", "LISTENPORT")
_ADDRESS_NAME = re.compile(r"(?:\w+_)?(?:ADDR|ADDRESS|BIND|LISTEN|LISTEN_ON|BIND_TO|ENDPOINT)")
_HOST_NAME = re.compile(r"(?:\w+_)?(?:HOST|BIND|ADDR|ADDRESS|IP|INTERFACE|LISTEN)")
_ADDRESS_DEFAULT = re.compile(r"[\"`](?:[\w.]*|\[[\d:]+\]):(\d{2,5})[\"`]")
_HOST_DEFAULT = re.compile(r"[\"`](?:127\.0\.0\.1|localhost|0\.0\.0\.0|::1?|\[::1?\])[\"`]")
_LOOPBACK = re.compile(r"127\.0\.0\.1|localhost|\[?::1\]?|127,\s*0,\s*0,\s*1")
# Databases and queues that programs name beside their own port.
_FOREIGN_PORTS = frozenset(
    [25, 465, 587, 1433, 1521, 2379, 3306, 4222, 5432, 5672, 6379, 9042, 9092, 9200, 11211, 27017]
)
# How far behind the name of a variable its default is looked for.
_NEAR = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a language says it: `reads` has a variable's name as group 1.

    `listens` marks a file that serves; `ports` have the port as group `port`, surest first.
    """

    reads: re.Pattern[str]
    listens: re.Pattern[str]
    ports: tuple[re.Pattern[str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """`port` 0: not known; `environ`: further NAME=value that make it listen for others."""

    port: int = 0
    variable: str = ""
    environ: tuple[str, ...] = ()
    evidence: Evidence | None = None
    problem: Problem | None = None

    def facts(self, ecosystem: str, default: int = DEFAULT_PORT) -> Iterator[Fact]:
        """The facts `<ecosystem>.port`, `.port_variable`, `.environ`."""
        is_sure = bool(self.evidence)
        yield Fact(
            key=f"{ecosystem}.port",
            value=self.port or default,
            evidence=self.evidence,
            confidence=Confidence.CERTAIN if is_sure else Confidence.GUESS,
        )
        if self.variable or not is_sure:
            yield Fact(key=f"{ecosystem}.port_variable", value=self.variable or "PORT")
        if self.environ:
            yield Fact(key=f"{ecosystem}.environ", value=self.environ)


def find_listening(files: Iterable[CodeFile], dialect: Dialect) -> Listening:
    """What the files say, a variable before a literal, the nearer file before the others."""
    known = list(files)
    reads = [(file, m) for file in known for m in dialect.reads.finditer(file.code)]
    environ = tuple(dict.fromkeys(_host_settings(reads)))
    by_variable = _by_port_variable(reads) or _by_address(reads)
    if by_variable:
        mine = tuple(e for e in environ if e not in by_variable.environ)
        return Listening(
            port=by_variable.port,
            variable=by_variable.variable,
            environ=by_variable.environ or mine,
            evidence=by_variable.evidence,
        )
    return _by_literal(known, dialect, environ)


def serves(files: Iterable[CodeFile], dialect: Dialect) -> Evidence | None:
    """The first place that listens."""
    for file in files:
        match = dialect.listens.search(file.code)
        if match:
            return file.evidence(match)
    return None


def is_port_name(name: str) -> bool:
    """Whether a variable of that name is the app's own port, and not that of a database."""
    words = name.upper().split("_")
    if words[-1] not in _WHOLE_PORT_NAMES:
        return False
    return not any(word in _FOREIGN for word in words[:-1])


Reads = list[tuple[CodeFile, re.Match[str]]]


def _name(match: re.Match[str]) -> str:
    return next((group for group in match.groups() if group), "")


def _by_port_variable(reads: Reads) -> Listening | None:
    found = [(file, match) for file, match in reads if is_port_name(_name(match))]
    if not found:
        return None
    file, match = min(found, key=lambda each: _name(each[1]) != "PORT")
    name = _name(match)
    where = file.evidence(match, f"listens where {name} says")
    return Listening(port=DEFAULT_PORT, variable=name, evidence=where)


def _by_address(reads: Reads) -> Listening | None:
    """`ADDR` and the like, if an address with a port is its default."""
    for file, match in reads:
        name = _name(match)
        is_foreign = any(word in _FOREIGN for word in name.split("_"))
        after = file.code[match.end() : match.end() + _NEAR]
        if _ADDRESS_NAME.fullmatch(name) and not is_foreign and _ADDRESS_DEFAULT.search(after):
            where = file.evidence(match, f"listens where {name} says")
            environ = (f"{name}=0.0.0.0:{PORT_MARK}",)
            return Listening(port=DEFAULT_PORT, environ=environ, evidence=where)
    return None


def _host_settings(reads: Reads) -> Iterator[str]:
    """`HOST=0.0.0.0` where the app would else listen on its own loopback only."""
    for file, match in reads:
        name = _name(match)
        is_foreign = any(word in _FOREIGN for word in name.split("_"))
        after = file.code[match.end() : match.end() + _NEAR].partition("\n\n")[0]
        if _HOST_NAME.fullmatch(name) and not is_foreign and _HOST_DEFAULT.search(after):
            yield f"{name}=0.0.0.0"


def _by_literal(files: list[CodeFile], dialect: Dialect, environ: tuple[str, ...]) -> Listening:
    serving = [file for file in files if dialect.listens.search(file.code)]
    for pattern in dialect.ports:
        for file in serving:
            found = (m for m in pattern.finditer(file.code) if _is_own_port(int(m["port"])))
            match = next(found, None)
            if match:
                return _literal(file, match, environ)
    return Listening(environ=environ)


def _is_own_port(port: int) -> bool:
    return 0 < port < 65536 and port not in _FOREIGN_PORTS


def _literal(file: CodeFile, match: re.Match[str], environ: tuple[str, ...]) -> Listening:
    port = int(match["port"])
    where = file.evidence(match, f"listens on {port}")
    problem = None
    if _LOOPBACK.search(match[0]):
        what = "listens on its own loopback only: nobody reaches it in a container"
        problem = Problem(
            file=file.path,
            line=where.line,
            what=what,
            remedy="listen on 0.0.0.0",
        )
    return Listening(port=port, environ=environ, evidence=where, problem=problem)
