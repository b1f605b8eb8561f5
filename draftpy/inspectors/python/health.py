"""Routes of a Python app that probes can ask."""

import ast
from collections.abc import Iterator

from draftpy.inspectors.python.ports import as_text
from draftpy.inspectors.python.syntax import Syntax

_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
HEALTH_PATHS = (
    *("/healthz", "/health", "/livez", "/readyz", "/ping", "/_health", "/health/live"),
    *("/api/health", "/api/healthz", "/healthcheck", "/health-check"),
)


def health_routes(syntax: Syntax) -> Iterator[tuple[str, str, int]]:
    """Owner, path and line of each route that is for probes.

    Only those that answer without asking anyone: a database that is away must not keep a pod
    from getting ready.
    """
    for node in syntax.nodes:
        for decorator in getattr(node, "decorator_list", ()):
            if not isinstance(decorator, ast.Call) or not decorator.args or not _is_plain(node):
                continue
            function, route = decorator.func, as_text(decorator.args[0])
            if (
                isinstance(function, ast.Attribute)
                and function.attr in ("get", "route")
                and isinstance(function.value, ast.Name)
                and route in HEALTH_PATHS
            ):
                yield function.value.id, route, decorator.lineno


def _is_plain(node: ast.AST) -> bool:
    """Whether the function takes at most the request and only returns something."""
    if not isinstance(node, _FUNCTIONS) or len(node.args.args) > 1 or node.args.defaults:
        return False
    if any(argument.arg not in ("request", "req", "self", "_") for argument in node.args.args):
        return False
    text = [n for n in node.body if not (isinstance(n, ast.Expr) and as_text(n.value))]
    is_short = len(text) == 1 and isinstance(text[0], ast.Return | ast.Expr)
    return is_short and not any(isinstance(n, ast.Await) for n in ast.walk(node))
