"""What a Go program serves, and where."""

import re
from collections.abc import Iterator

from draftpy.inspectors.facts import AppKind, Fact
from draftpy.inspectors.go_modules import GoModule
from draftpy.inspectors.go_programs import GoFile
from draftpy.inspectors.listening import Dialect, Listening, find_listening, serves

_FRAMEWORKS = {
    "github.com/gin-gonic/gin": "Gin",
    "github.com/labstack/echo": "Echo",
    "github.com/gofiber/fiber": "Fiber",
    "github.com/go-chi/chi": "chi",
    "github.com/gorilla/mux": "gorilla/mux",
    "github.com/beego/beego": "Beego",
    "github.com/kataras/iris": "Iris",
    "github.com/valyala/fasthttp": "fasthttp",
    "github.com/julienschmidt/httprouter": "httprouter",
    "github.com/danielgtaylor/huma": "Huma",
    "github.com/cloudwego/hertz": "Hertz",
    "github.com/gogf/gf": "GoFrame",
    "github.com/go-kratos/kratos": "Kratos",
    "github.com/zeromicro/go-zero": "go-zero",
    "github.com/pocketbase/pocketbase": "PocketBase",
    "connectrpc.com/connect": "Connect",
    "google.golang.org/grpc": "gRPC",
}
_SERVING = frozenset(
    ["Gin", "Echo", "Fiber", "Beego", "Iris", "fasthttp", "Hertz", "GoFrame", "PocketBase"]
)
_LISTEN_CALL = r"\b(?:ListenAndServe|Listen|Run|Start|Serve)(?:TLS)?\(\s*(?:\"tcp\d?\"\s*,\s*)?"
_HOST = r"\"(?:[\w.]*|\[[\d:]*\])"
DIALECT = Dialect(
    reads=re.compile(
        r"\b(?:\w+\.)?\w*(?:[eE]nv|ENV)\w*\(\s*\"([A-Z]\w*)\"\)?|`[^`]*\benv(?:config)?:\"(\w+)[,\"]"
    ),
    listens=re.compile(
        r"\bListenAndServe(?:TLS)?\(|\bnet\.Listen(?:TCP)?\(|\.Listen\(|\.(?:Run|Start)\(\s*(?:\"|:|\))"
        r"|\bhttp\.Serve\(|\bAddr:|\.Serve\("
    ),
    ports=(
        re.compile(rf"{_LISTEN_CALL}{_HOST}:(?P<port>\d{{2,5}})\""),
        re.compile(rf"\bAddr:\s*{_HOST}:(?P<port>\d{{2,5}})\""),
        re.compile(r"\"(?:[\w-]+\.)*(?:http[_-]?)?[pP]ort\"\s*,\s*\"?(?P<port>\d{4,5})\b"),
        re.compile(r"\"(?:0\.0\.0\.0)?:(?P<port>\d{2,5})\""),
        re.compile(rf"{_HOST}:(?P<port>\d{{2,5}})\""),
        re.compile(r"(?:\b|_)port\b[^\n\"=,;()]{0,20}:?=\s*\"?(?P<port>\d{4,5})\b", re.IGNORECASE),
    ),
)
_HEALTH = re.compile(r"\"(?:GET )?(/healthz|/health|/livez|/readyz|/ping)\"")
_COMMAND = re.compile(
    r"\b(?:cobra\.Command|cli\.Command)\{[^{}]*?\b(?:Use|Name):\s*\"(serve|server|start|run|web|api"
    r"|http|daemon|listen)\b"
)


def find_framework(module: GoModule, files: list[GoFile]) -> Iterator[Fact]:
    """The framework that the program imports, from what its module requires."""
    imports = {name for file in files for name in file.imports}
    for key, title in _FRAMEWORKS.items():
        for each in module.requirements:
            is_used = any(n == each.path or n.startswith(f"{each.path}/") for n in imports)
            if each.plain == key and not each.is_indirect and (is_used or title == "gRPC"):
                yield Fact(key="go.framework", value=each.path, evidence=each.evidence)
                yield Fact(key="go.framework_title", value=title)
                yield Fact(key="go.framework_version", value=each.version)
                return


def find_kind(files: list[GoFile], framework: str) -> AppKind:
    """Web if it listens, by a framework or by itself."""
    if framework in _SERVING or serves((file.file for file in files), DIALECT):
        return AppKind.WEB
    return AppKind.WORKER


def listening_of(files: list[GoFile]) -> Listening:
    """Where it listens."""
    return find_listening([file.file for file in files], DIALECT)


def find_arguments(files: list[GoFile], framework: str, port_mark: str) -> tuple[str, ...]:
    """What follows the program's name: the command that serves, where it has commands."""
    if framework == "PocketBase":
        return ("serve", f"--http=0.0.0.0:{port_mark}")
    for file in files:
        match = _COMMAND.search(file.file.code)
        if match:
            return (match[1],)
    return ()


def health_facts(files: list[GoFile]) -> Iterator[Fact]:
    """The path that answers that it is well."""
    for file in files:
        match = _HEALTH.search(file.file.code)
        if match:
            where = file.file.evidence(match, "is asked by the probes")
            yield Fact(key="go.health_path", value=match[1], evidence=where)
            return
