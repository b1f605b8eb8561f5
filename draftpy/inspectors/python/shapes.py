"""What one Python file holds that matters for running it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeGuard

from draftpy.inspectors.python.frameworks import APP_CLASSES, APP_METHODS
from draftpy.inspectors.python.health import HEALTH_PATHS, health_routes
from draftpy.inspectors.python.servers import Listening, read_listening
from draftpy.inspectors.python.syntax import (
    Syntax,
    dotted_path,
    parse_syntax,
    targets_of,
)

__all__ = [
    "HEALTH_PATHS",
    "AppObject",
    "Made",
    "ModuleShape",
    "Via",
    "framework_of",
    "parse_module",
]

_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
# Methods that end only when they are told to.
_ENDLESS = frozenset(
    {"run_forever", "run_polling", "start_polling", "infinity_polling", "start_consuming"}
    | {"loop_forever", "run_until_disconnected", "start_webhook", "serve_forever"}
)
# Clients whose `run` or `start` stays connected.
_CLIENTS = frozenset(
    {"discord.Client", "discord.Bot", "discord.ext.commands.Bot", "nextcord.Client"}
    | {"discord.ext.commands.AutoShardedBot", "nextcord.ext.commands.Bot", "hikari.GatewayBot"}
    | {"interactions.Client", "disnake.ext.commands.Bot", "pyrogram.Client", "twitchio.Client"}
    | {"apscheduler.schedulers.blocking.BlockingScheduler", "rq.Worker", "telebot.TeleBot"}
    | {"slack_bolt.adapter.socket_mode.SocketModeHandler", "twitchio.ext.commands.Bot"}
    | {"apscheduler.schedulers.background.BlockingScheduler", "faust.App"}
)
_CLIENT_RUNS = ("run", "start", "work", "polling", "main")
_PREPARING = frozenset(
    {"create_all", "create_tables", "create_table", "create_db", "create_database", "init_db"}
    | {"initdb", "init_database", "setup_database", "setup_db", "initialize_database", "db_init"}
    | {"create_db_and_tables", "initialize_db", "seed", "seed_db", "populate_db"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppObject:
    """An app in a module: `expression` is its name there, or that of the function that makes it."""

    framework: str
    expression: str
    line: int
    is_factory: bool = False
    # The module only imports it, or gives another object of its own a second name.
    is_borrowed: bool = False
    is_alias: bool = False


class Via(StrEnum):
    """How a value comes from what it is made of."""

    CALL = "call"
    NAME = "name"
    IMPORT = "import"
    RETURN = "return"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A name at module level, or what a function returns, and the full names that make it."""

    expression: str
    makers: tuple[str, ...]
    line: int
    via: Via
    needs_arguments: bool = False

    @property
    def is_factory(self) -> bool:
        """Whether it must be called to have the value."""
        return self.via is Via.RETURN


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleShape:
    """What one Python file holds; `error_line` says that it is no Python of ours."""

    path: str
    syntax: Syntax | None = None
    imports: frozenset[str] = frozenset()
    made: tuple[Made, ...] = ()
    apps: tuple[AppObject, ...] = ()
    listening: tuple[Listening, ...] = ()
    health: tuple[tuple[str, str, int], ...] = ()
    mounted: frozenset[str] = frozenset()
    has_main_guard: bool = False
    is_script: bool = False
    prepares_line: int = 0
    loop_line: int = 0
    error_line: int = 0

    @property
    def dotted(self) -> str:
        """Its name from the root: `shop.api`."""
        return dotted_path(self.path)


def parse_module(path: str, text: str) -> ModuleShape:
    """Parse one file; text that is no Python of ours yields a shape with `error_line`."""
    syntax = parse_syntax(path, text)
    if isinstance(syntax, int):
        return ModuleShape(path=path, error_line=syntax)
    return ModuleShape(
        path=path,
        syntax=syntax,
        imports=syntax.imported,
        made=(*_objects(syntax), *_factories(syntax), *_subclasses(syntax)),
        listening=tuple(read_listening(syntax)),
        health=tuple(health_routes(syntax)),
        mounted=frozenset(_mounted(syntax)),
        has_main_guard=bool(syntax.guard),
        is_script=bool(syntax.guard) or any(_acts(node) for node in syntax.tree.body),
        prepares_line=next(_prepares(syntax), 0),
        loop_line=next((line for n in syntax.nodes if (line := _endless_line(syntax, n))), 0),
    )


def _objects(syntax: Syntax) -> Iterator[Made]:
    for node in syntax.at_import:
        if isinstance(node, ast.ImportFrom):
            yield from _borrowed(syntax, node)
        for name, value in _bindings(node):
            makers = _makers(syntax, value)
            is_call = isinstance(value, ast.Call | ast.Await)
            if makers:
                yield Made(
                    expression=name,
                    makers=makers,
                    line=node.lineno,
                    via=Via.CALL if is_call else Via.NAME,
                )


def _borrowed(syntax: Syntax, node: ast.ImportFrom) -> Iterator[Made]:
    for alias in node.names:
        name = alias.asname or alias.name
        makers = (syntax.names.get(name, name),)
        yield Made(expression=name, makers=makers, line=node.lineno, via=Via.IMPORT)


def _bindings(node: ast.stmt) -> Iterator[tuple[str, ast.expr | None]]:
    if isinstance(node, ast.Assign | ast.AnnAssign):
        for target in targets_of(node):
            yield target.id, node.value
    elif isinstance(node, ast.With | ast.AsyncWith):
        for item in node.items:
            if isinstance(item.optional_vars, ast.Name):
                yield item.optional_vars.id, item.context_expr


def _makers(syntax: Syntax, value: ast.expr | None) -> tuple[str, ...]:
    """What makes the value: a class or function that is called, or another name for it."""
    if isinstance(value, ast.Name):
        return syntax.possible_names(value) if value.id in syntax.names else (f".{value.id}",)
    if isinstance(value, ast.Attribute) and value.attr in ("server", "wsgi_app", "app", "asgi_app"):
        # `server = app.server` of Dash; it is what its owner is.
        return _makers(syntax, value.value)
    called = syntax.made_by(value)
    if called and called[0] and called[0] not in syntax.names.values() and "." not in called[0]:
        return (*called, f".{called[0]}")
    return called


def _factories(syntax: Syntax) -> Iterator[Made]:
    for node in syntax.tree.body:
        if not isinstance(node, _FUNCTIONS):
            continue
        makers = tuple(dict.fromkeys(_returned(syntax, node)))
        if makers:
            yield Made(
                expression=node.name,
                makers=makers,
                line=node.lineno,
                via=Via.RETURN,
                needs_arguments=bool(_required_arguments(node)) or _is_async(node),
            )


def _returned(syntax: Syntax, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    """What makes the value that a function returns, or that its annotation promises."""
    inside = list(ast.walk(node))
    returned = [n.value for n in inside if isinstance(n, ast.Return) and n.value is not None]
    names = {value.id for value in returned if isinstance(value, ast.Name)}
    values: list[ast.expr | None] = [value for value in returned if isinstance(value, ast.Call)]
    for assigned in inside:
        if isinstance(assigned, ast.Assign | ast.AnnAssign):
            values += [assigned.value for target in targets_of(assigned) if target.id in names]
    for value in values:
        yield from _makers(syntax, value)
    if returned and node.returns is not None:
        yield from syntax.possible_names(node.returns)


def _subclasses(syntax: Syntax) -> Iterator[Made]:
    """A class that is derived from a framework's makes what that one makes."""
    for node in syntax.tree.body:
        if isinstance(node, ast.ClassDef):
            bases = tuple(name for base in node.bases for name in syntax.possible_names(base))
            yield Made(
                expression=node.name,
                makers=tuple(name for name in bases if name),
                line=node.lineno,
                via=Via.RETURN,
                needs_arguments=True,
            )


def framework_of(name: str) -> str:
    """The framework of what a class or function of that full name makes."""
    return APP_CLASSES.get(name) or APP_METHODS.get(name.rpartition(".")[2], "")


def _mounted(syntax: Syntax) -> Iterator[str]:
    """The apps that another one serves: `app.mount("/api", api)`."""
    for node in syntax.nodes:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in ("mount", "add_subapp", "add_app"):
            yield from (arg.id for arg in node.args if isinstance(arg, ast.Name))


def _prepares(syntax: Syntax) -> Iterator[int]:
    """Where the main guard makes tables before it serves."""
    for node in (inner for guard in syntax.guard for inner in ast.walk(guard)):
        if not isinstance(node, ast.Call):
            continue
        if syntax.full_name(node.func).rpartition(".")[2] in _PREPARING:
            yield node.lineno


def _required_arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    plain = len(node.args.posonlyargs) + len(node.args.args) - len(node.args.defaults)
    return plain + sum(1 for default in node.args.kw_defaults if default is None)


def _is_call(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call)


def _is_async(node: ast.AST) -> bool:
    return isinstance(node, ast.AsyncFunctionDef)


def _acts(node: ast.stmt) -> bool:
    """Whether it does something when the file is run: a call, a loop."""
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Await)
    return is_call or isinstance(node, ast.While | ast.For | ast.With)


def _is_endless(loop: ast.While) -> bool:
    """A loop that waits between its rounds, or that nothing in it leaves."""
    inside = list(ast.walk(loop))
    names = {getattr(n.func, "attr", getattr(n.func, "id", "")) for n in inside if _is_call(n)}
    return "sleep" in names or not any(isinstance(n, ast.Break | ast.Return) for n in inside)


def _endless_line(syntax: Syntax, node: ast.AST) -> int:
    if isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value:
        return node.lineno if _is_endless(node) else 0
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return 0
    if node.func.attr in _ENDLESS:
        return node.lineno
    if syntax.full_name(node.func) == "signal.pause":
        return node.lineno
    owner = node.func.value
    made = syntax.made_by(syntax.resolved(owner)) or syntax.made_by(owner)
    is_client = any(name in _CLIENTS for name in made)
    return node.lineno if is_client and node.func.attr in _CLIENT_RUNS else 0
