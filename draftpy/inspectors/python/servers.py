"""Calls in a Python file that listen, with their port, host, and what could move them."""

import ast
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from draftpy.inspectors.commands import PORT_MARK
from draftpy.inspectors.python.frameworks import APP_CLASSES
from draftpy.inspectors.python.ports import PortOrigin, PortReader, as_port, as_text
from draftpy.inspectors.python.syntax import Syntax, keywords_of

_NOWHERE = 99
AT_IMPORT = "import"
IN_GUARD = "guard"
EVERYWHERE = "0.0.0.0"
LOOPBACK = "127.0.0.1"
Environ = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Where a serving call has its address or port, and what it does without them.

    `environ` moves it where the call itself says nothing.
    """

    position: int = _NOWHERE
    keyword: str = "port"
    host_position: int = _NOWHERE
    host_keyword: str = "host"
    port: int = 0
    host: str = ""
    environ: Environ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """A call that listens: its origin of the port, its host, and the scope it is called in."""

    line: int
    scope: str
    origin: PortOrigin
    default_port: int = 0
    host: str = ""
    host_variable: str = ""
    environ: Environ = ()
    # An app object that is told to serve itself: a real server can take its place.
    runs_app: str = ""


_ADDRESS = Known(position=0, keyword="server_address")
_WEBSOCKETS = Known(position=2, host_position=1)
_FLASK_RUN = Known(position=1, host_position=0, port=5000, host=LOOPBACK)
_UVICORN = Known(position=_NOWHERE, port=8000, host=LOOPBACK)
_CALLS = {
    "http.server.HTTPServer": _ADDRESS,
    "http.server.ThreadingHTTPServer": _ADDRESS,
    "socketserver.TCPServer": _ADDRESS,
    "socketserver.ThreadingTCPServer": _ADDRESS,
    "socketserver.UDPServer": _ADDRESS,
    "xmlrpc.server.SimpleXMLRPCServer": Known(position=0, keyword="addr"),
    "wsgiref.simple_server.make_server": Known(position=1, host_position=0),
    "werkzeug.serving.run_simple": Known(position=1, host_position=0, host_keyword="hostname"),
    "aiohttp.web.run_app": Known(port=8080, host=EVERYWHERE),
    "aiohttp.web.TCPSite": Known(position=2, host_position=1, port=8080, host=EVERYWHERE),
    "asyncio.start_server": Known(position=2, host_position=1),
    "waitress.serve": Known(port=8080, host=EVERYWHERE),
    "uvicorn.run": _UVICORN,
    "uvicorn.Config": _UVICORN,
    "bottle.run": Known(port=8080, host=LOOPBACK),
    "hypercorn.run": Known(port=8000),
    "websockets.serve": _WEBSOCKETS,
    "websockets.server.serve": _WEBSOCKETS,
    "websockets.asyncio.server.serve": _WEBSOCKETS,
    "websockets.sync.server.serve": _WEBSOCKETS,
    "gevent.pywsgi.WSGIServer": Known(position=0, keyword="listener"),
    "eventlet.listen": Known(position=0, keyword="addr"),
    "cheroot.wsgi.Server": Known(position=0, keyword="bind_addr"),
    "socket.create_server": Known(position=0, keyword="address"),
    "prometheus_client.start_http_server": Known(position=0, host_keyword="addr"),
    "cherrypy.quickstart": Known(port=8080, host=LOOPBACK),
    "nicegui.ui.run": Known(port=8080, host=EVERYWHERE),
    "robyn.Robyn.start": Known(
        position=1,
        host_position=0,
        port=8080,
        host=LOOPBACK,
        environ=(f"ROBYN_HOST={EVERYWHERE}", f"ROBYN_PORT={PORT_MARK}"),
    ),
    "flask_socketio.SocketIO.run": Known(position=2, host_position=1, port=5000, host=LOOPBACK),
}
_GRADIO = Known(
    keyword="server_port",
    host_keyword="server_name",
    port=7860,
    host=LOOPBACK,
    environ=(f"GRADIO_SERVER_NAME={EVERYWHERE}", f"GRADIO_SERVER_PORT={PORT_MARK}"),
)
_DASH = Known(port=8050, host=LOOPBACK, environ=(f"HOST={EVERYWHERE}", f"PORT={PORT_MARK}"))
_MCP = Known(
    port=8000, host=LOOPBACK, environ=(f"FASTMCP_HOST={EVERYWHERE}", f"FASTMCP_PORT={PORT_MARK}")
)
# Methods of an app object, by its framework.
_METHODS = {
    ("flask", "run"): _FLASK_RUN,
    ("apiflask", "run"): _FLASK_RUN,
    ("quart", "run"): _FLASK_RUN,
    ("bottle", "run"): Known(port=8080, host=LOOPBACK),
    ("sanic", "run"): Known(position=1, host_position=0, port=8000, host=LOOPBACK),
    ("dash", "run"): _DASH,
    ("dash", "run_server"): _DASH,
    ("connexion", "run"): Known(port=8000, host=LOOPBACK),
    ("gradio", "launch"): _GRADIO,
    ("robyn", "start"): _CALLS["robyn.Robyn.start"],
    ("fastmcp", "run"): _MCP,
    ("slack-bolt", "start"): Known(position=0, port=3000, host=EVERYWHERE),
    ("web.py", "run"): Known(port=8080, host=EVERYWHERE),
}
# Methods of whatever object, where their module is imported.
_LOOSE = {
    "listen": ("tornado", Known(position=0, host_position=1, host_keyword="address")),
    "bind": ("socket", Known(position=0, keyword="address")),
    "add_insecure_port": ("grpc", Known(position=0, keyword="address")),
    "add_secure_port": ("grpc", Known(position=0, keyword="address")),
    "listenTCP": ("twisted", Known(position=0)),
    "create_server": ("asyncio", Known(position=2, host_position=1)),
}
# Without an import of these nothing listens.
_TOPS = frozenset(
    {name.partition(".")[0] for name in (*_CALLS, *APP_CLASSES)}
    | {module for module, _ in _LOOSE.values()}
)


def read_listening(syntax: Syntax) -> Iterator[Listening]:
    """Every call that listens, in the order of the file."""
    if not syntax.imported & _TOPS:
        return
    reader = PortReader(syntax)
    for scope, call in _calls_by_scope(syntax):
        known, framework = _known(syntax, reader, call)
        if known is not None:
            yield _read(reader, call, known, scope=scope, runs_app=framework)


def _calls_by_scope(syntax: Syntax) -> Iterator[tuple[str, ast.Call]]:
    """Calls with the name of the function they are in; methods count with their class."""
    pending: deque[tuple[str, ast.AST]] = deque(
        (IN_GUARD if node in syntax.guard else AT_IMPORT, node) for node in syntax.tree.body
    )
    while pending:
        scope, node = pending.popleft()
        inner = scope
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = node.name if scope == AT_IMPORT else scope
        if isinstance(node, ast.Call):
            yield scope, node
        pending += [(inner, child) for child in ast.iter_child_nodes(node)]


def _known(syntax: Syntax, reader: PortReader, call: ast.Call) -> tuple[Known | None, str]:
    # `server_class(address, …)` of a function whose argument has a default.
    for called in (call.func, reader.value(call.func)):
        for name in syntax.possible_names(called):
            if name in _CALLS:
                return _CALLS[name], "bottle" if name == "bottle.run" else ""
    if not isinstance(call.func, ast.Attribute):
        return None, ""
    method, owner = call.func.attr, reader.value(call.func.value)
    made = next(iter(syntax.made_by(owner)), "")
    framework = APP_CLASSES.get(made, "")
    if framework == "fastmcp" and as_text(keywords_of(call).get("transport")) in ("", "stdio"):
        return None, ""
    if (framework, method) in _METHODS:
        return _METHODS[framework, method], framework
    if f"{made}.{method}" in _CALLS:
        return _CALLS[f"{made}.{method}"], "flask"
    module, loose = _LOOSE.get(method, ("", None))
    return (loose, "") if module in syntax.imported else (None, "")


def _read(
    reader: PortReader, call: ast.Call, known: Known, *, scope: str, runs_app: str
) -> Listening:
    named = keywords_of(call)
    value = named.get(known.keyword, _argument(call, known.position))
    host = named.get(known.host_keyword, _argument(call, known.host_position))
    address = reader.value(value)
    if isinstance(address, ast.Tuple) and len(address.elts) >= 2:
        host, value = address.elts[0], address.elts[1]
    text = as_text(address) or as_text(named.get("listen"))
    if ":" in text:  # `[::]:50051`
        origin = PortOrigin(port=as_port(text.rpartition(":")[2]), line=call.lineno)
    else:
        origin = reader.read(value)
    is_open = not origin.port and not origin.variable and not as_text(host)
    return Listening(
        line=call.lineno,
        scope=scope,
        origin=origin,
        default_port=known.port,
        host=reader.text(host) if host is not None else ("" if ":" in text else known.host),
        host_variable=reader.read(host).variable if host is not None else "",
        environ=known.environ if is_open else (),
        runs_app=runs_app,
    )


def _argument(call: ast.Call, position: int) -> ast.expr | None:
    return call.args[position] if position < len(call.args) else None
