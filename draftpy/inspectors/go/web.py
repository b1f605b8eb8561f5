"""What a Go program serves, and where."""

import re
from collections.abc import Iterator

from draftpy.inspectors.facts import AppKind, Fact
from draftpy.inspectors.go.modules import GoModule
from draftpy.inspectors.go.programs import GoFile
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
        r"(?:os\.)?(?:Get|Lookup|get|must)?(?:[eE]nv|ENV)\w*\(\s*\"([A-Z]\w*)\"\)?|`[^`]*\benv(?:config)?:\"(\w+)[,\"]"
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
_SERVE = r"(serve|server|start|run|web|api|http|daemon|listen)\b"
_COBRA = re.compile(rf"\bcobra\.Command\{{[^{{}}]*?\bUse:\s*\"{_SERVE}")
_VARIABLE = re.compile(r"\b(\w{4,})\s*:?=\s*&?$")
_FUNCTION = re.compile(r"^func\s+(\w+)\(", re.MULTILINE)
_ADDS = re.compile(
    r"(?:root\w*|Root\w*|main\w*|app\w*|\bc|\bcmd)\.AddCommand\(((?:[^()]|\([^()]*\)){0,600}?)\)"
)
_CLI = re.compile(
    rf"\bcli\.Command\{{[^{{}}]*?\bName:\s*\"{_SERVE}|\bName:\s*\"{_SERVE}\",\s*(?:Usage|Action)"
)
# How far before a command its variable is looked for.
_NEAR = 80
_USES_CLI = re.compile(r"github\.com/urfave/cli")


def find_framework(module: GoModule, files: list[GoFile]) -> Iterator[Fact]:
    """The framework that the program imports, from what its module requires."""
    imports = {name for file in files for name in file.imports}
    known = {each.plain: each for each in module.requirements if not each.is_indirect}
    for key, title in _FRAMEWORKS.items():
        each = known.get(key)
        if each is None or not any(n.startswith(each.path) for n in imports):
            continue
        if _is_served(title, files):
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
    # One of the root's own commands, not a command's command.
    added = {
        word
        for file in files
        for match in _ADDS.finditer(file.file.code)
        for word in re.findall(r"\w+", match[1])
    }
    for file in files:
        code = file.file.code
        for match in _COBRA.finditer(code):
            names = _VARIABLE.findall(code, max(0, match.start() - _NEAR), match.start())
            names += _FUNCTION.findall(code, 0, match.start())[-1:]
            if added & {*names}:
                return (match[1],)
    if any(_USES_CLI.match(name) for file in files for name in file.imports):
        found = next((m for f in files if (m := _CLI.search(f.file.code))), None)
        if found:
            return (found[1] or found[2],)
    return ()


def _is_served(title: str, files: list[GoFile]) -> bool:
    """gRPC and Connect are what clients import, too."""
    if title not in ("gRPC", "Connect"):
        return True
    return any(re.search(r"\bgrpc\.NewServer\(|\bNew\w+Handler\(", f.file.code) for f in files)


def health_facts(files: list[GoFile]) -> Iterator[Fact]:
    """The path that answers that it is well."""
    for file in files:
        match = _HEALTH.search(file.file.code)
        if match:
            where = file.file.evidence(match, "is asked by the probes")
            yield Fact(key="go.health_path", value=match[1], evidence=where)
            return
