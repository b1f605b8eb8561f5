"""Python modules by their syntax tree: app objects, factories, routes and servers in them."""

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

# Class or function (full name) → what it makes an app of.
APP_CLASSES = {
    "flask.Flask": "flask",
    "fastapi.FastAPI": "fastapi",
    "fastapi.applications.FastAPI": "fastapi",
    "starlette.applications.Starlette": "starlette",
    "quart.Quart": "quart",
    "litestar.Litestar": "litestar",
    "sanic.Sanic": "sanic",
    "falcon.App": "falcon",
    "falcon.asgi.App": "falcon-asgi",
    "bottle.Bottle": "bottle",
    "connexion.FlaskApp": "flask",
    "celery.Celery": "celery",
    "django.core.wsgi.get_wsgi_application": "django-wsgi",
    "django.core.asgi.get_asgi_application": "django-asgi",
}
# A call that serves → (position, keyword) of its address or port.
SERVER_CALLS: dict[str, tuple[int, str]] = {
    "http.server.HTTPServer": (0, "server_address"),
    "http.server.ThreadingHTTPServer": (0, "server_address"),
    "socketserver.TCPServer": (0, "server_address"),
    "socketserver.ThreadingTCPServer": (0, "server_address"),
    "wsgiref.simple_server.make_server": (1, "port"),
    "aiohttp.web.run_app": (99, "port"),
    "asyncio.start_server": (2, "port"),
    "waitress.serve": (99, "port"),
    "uvicorn.run": (2, "port"),
    "bottle.run": (99, "port"),
    "hypercorn.run": (99, "port"),
    "socket.create_server": (0, "address"),
}
HEALTH_PATHS = frozenset(
    {"/healthz", "/health", "/livez", "/readyz", "/ping", "/_health", "/api/health", "/api/healthz"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppObject:
    """An app in a module: `expression` is its name there, or that of the function that makes it."""

    framework: str
    expression: str
    line: int
    is_factory: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """A call that listens: port (0: not known), environ variable that moves it, host."""

    line: int
    port: int = 0
    port_line: int = 0
    variable: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleShape:
    """What one Python file holds that matters for running it."""

    path: str
    imports: frozenset[str] = frozenset()
    apps: tuple[AppObject, ...] = ()
    listening: tuple[Listening, ...] = ()
    health_path: str = ""
    health_line: int = 0
    has_main_guard: bool = False
    loop_line: int = 0
    error_line: int = 0


def parse_module(path: str, text: str) -> ModuleShape:
    """Parse one file; text that is no Python of ours yields a shape with `error_line`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # An app's invalid escapes are not our business.
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return ModuleShape(path=path, error_line=getattr(error, "lineno", None) or 1)
    return _Module(path, tree).shape()


class _Module:
    """One parsed file: the full names that its imports give, and its constants."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        self.path = path
        self.tree = tree
        self.nodes = list(ast.walk(tree))
        self.names = dict(_imported_names(self.nodes))
        self.constants = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
            for target in _targets(node)
        }

    def shape(self) -> ModuleShape:
        apps = (*self._app_objects(), *self._factories())
        health = next(iter(self._health_routes({a.expression for a in apps})), ("", 0))
        return ModuleShape(
            path=self.path,
            imports=frozenset(name.split(".")[0] for name in self.names.values()),
            apps=apps,
            listening=tuple(self._listening()),
            health_path=health[0],
            health_line=health[1],
            has_main_guard=any(_is_main_guard(node) for node in self.tree.body),
            loop_line=next((line for n in self.nodes if (line := _endless_line(n))), 0),
        )

    def full_name(self, node: ast.expr) -> str:
        """`flask.Flask` for whatever name the module calls it by."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            return f"{self.full_name(node.value)}.{node.attr}"
        return ""

    def _framework_of(self, node: ast.expr | None) -> str:
        return APP_CLASSES.get(self.full_name(node.func), "") if isinstance(node, ast.Call) else ""

    def _app_objects(self) -> Iterator[AppObject]:
        for node in _module_statements(self.tree.body):
            if not isinstance(node, ast.Assign | ast.AnnAssign):
                continue
            framework = self._framework_of(node.value)
            for target in _targets(node) if framework else ():
                yield AppObject(framework=framework, expression=target.id, line=node.lineno)

    def _factories(self) -> Iterator[AppObject]:
        for node in self.tree.body:
            if not isinstance(node, ast.FunctionDef) or _required_arguments(node):
                continue
            made = next((f for n in ast.walk(node) if (f := self._framework_of_made(n))), "")
            if made and made != "celery" and any(isinstance(n, ast.Return) for n in ast.walk(node)):
                yield AppObject(
                    framework=made, expression=node.name, line=node.lineno, is_factory=True
                )

    def _framework_of_made(self, node: ast.AST) -> str:
        return self._framework_of(node) if isinstance(node, ast.Call) else ""

    def _health_routes(self, apps: set[str]) -> Iterator[tuple[str, int]]:
        for node in self.nodes:
            for decorator in getattr(node, "decorator_list", ()):
                if not isinstance(decorator, ast.Call) or not decorator.args:
                    continue
                function, route = decorator.func, decorator.args[0]
                if (
                    isinstance(function, ast.Attribute)
                    and function.attr in ("get", "route")
                    and isinstance(function.value, ast.Name)
                    and function.value.id in apps
                    and isinstance(route, ast.Constant)
                    and route.value in HEALTH_PATHS
                ):
                    yield str(route.value), decorator.lineno

    def _listening(self) -> Iterator[Listening]:
        for node in self.nodes:
            if isinstance(node, ast.Call):
                place = self._server_place(node)
                if place is not None:
                    yield self._read_address(node, place)

    def _server_place(self, call: ast.Call) -> tuple[int, str] | None:
        known = SERVER_CALLS.get(self.full_name(call.func))
        if known is None and isinstance(call.func, ast.Attribute):
            owner = call.func.value
            is_app = isinstance(owner, ast.Name) and self._framework_of(
                self.constants.get(owner.id)
            )
            if call.func.attr == "run" and is_app:
                return (1, "port")
        return known

    def _read_address(self, call: ast.Call, place: tuple[int, str]) -> Listening:
        position, keyword = place
        value = call.args[position] if position < len(call.args) else None
        named = {k.arg: k.value for k in call.keywords}
        value = named.get(keyword, value)
        value = self._resolved(value)
        host = named.get("host")
        if isinstance(value, ast.Tuple) and len(value.elts) == 2:
            host, value = value.elts[0], self._resolved(value.elts[1])
        port, variable = self._read_port(value)
        host = self._resolved(host)
        return Listening(
            line=call.lineno,
            port=port,
            port_line=getattr(value, "lineno", call.lineno),
            variable=variable,
            host=host.value
            if isinstance(host, ast.Constant) and isinstance(host.value, str)
            else "",
        )

    def _resolved(self, node: ast.expr | None) -> ast.expr | None:
        if isinstance(node, ast.Name):
            return self.constants.get(node.id, node)
        return node

    def _read_port(self, node: ast.expr | None) -> tuple[int, str]:
        """A literal port, or the variable and default of `int(os.environ.get("PORT", 8000))`."""
        if isinstance(node, ast.Constant):
            return _as_port(node.value), ""
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or):
            _, variable = self._read_port(node.values[0])
            return self._read_port(node.values[-1])[0], variable
        if isinstance(node, ast.Subscript) and self.full_name(node.value) == "os.environ":
            return 0, _as_text(node.slice)
        if not isinstance(node, ast.Call) or not node.args:
            return 0, ""
        name = self.full_name(node.func)
        if name == "int":
            return self._read_port(self._resolved(node.args[0]))
        if name in ("os.environ.get", "os.getenv"):
            default = self._resolved(node.args[1]) if len(node.args) > 1 else None
            value = default.value if isinstance(default, ast.Constant) else 0
            return _as_port(value), _as_text(node.args[0])
        return 0, ""


def _imported_names(nodes: list[ast.AST]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield (
                    alias.asname or alias.name.split(".")[0],
                    (alias.name if alias.asname else alias.name.split(".")[0]),
                )
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _module_statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run at import, also those under `if` and `try`."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try) and not _is_main_guard(node):
            yield from _module_statements([*node.body, *node.orelse])


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.Name]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [target for target in targets if isinstance(target, ast.Name)]


def _required_arguments(node: ast.FunctionDef) -> int:
    plain = len(node.args.posonlyargs) + len(node.args.args) - len(node.args.defaults)
    return plain + sum(1 for default in node.args.kw_defaults if default is None)


def _is_main_guard(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and any(
            isinstance(side, ast.Name) and side.id == "__name__"
            for side in (node.test.left, *node.test.comparators)
        )
    )


def _endless_line(node: ast.AST) -> int:
    if isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value:
        return node.lineno
    return 0


def _as_port(value: object) -> int:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 65536 else 0


def _as_text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
