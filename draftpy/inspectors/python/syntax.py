"""One Python file as a syntax tree whose names are known by what they were imported from."""

import ast
import re
import warnings
from collections import deque
from collections.abc import Iterator
from posixpath import dirname

_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+(?::\w+)?")
_CLOSED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Syntax:
    """A parsed file: its nodes, the full names that its imports give, and its constants."""

    def __init__(self, path: str, tree: ast.Module) -> None:
        self.path = path
        self.tree = tree
        self.nodes = list(ast.walk(tree))
        self.names = dict(_imported_names(self.nodes, path))
        self.stars = tuple(_starred_modules(self.nodes, path))
        # The top-level modules that it imports by their full name.
        self.imported = frozenset(_imported_tops(self.nodes))
        self.at_import = list(_statements(tree.body))
        self.guard = [node for node in tree.body if is_main_guard(node)]
        self.constants: dict[str, ast.expr] = {
            target.id: node.value
            for node in self.at_import
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
            for target in targets_of(node)
        }

    @property
    def mentioned(self) -> tuple[str, ...]:
        """The full names that it imports, and those that stand in texts: `"shop.settings:Dev"`."""
        texts = (node.value for node in self.nodes if isinstance(node, ast.Constant))
        named = (t.replace(":", ".") for t in texts if isinstance(t, str) and _DOTTED.fullmatch(t))
        return (*self.names.values(), *self.stars, *named)

    def full_name(self, node: ast.AST | None) -> str:
        """`flask.Flask` for whatever name the file calls it by; empty for what has no name."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            owner = self.full_name(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        return ""

    def possible_names(self, node: ast.AST | None) -> tuple[str, ...]:
        """The full name, and those that a star import may have given it."""
        name = self.full_name(node)
        if not name or name.partition(".")[0] in self.names.values():
            return (name,)
        return (name, *(f"{module}.{name}" for module in self.stars))

    def made_by(self, node: ast.AST | None) -> tuple[str, ...]:
        """For a call the possible names of what is called, also through `await`."""
        if isinstance(node, ast.Await):
            node = node.value
        return self.possible_names(node.func) if isinstance(node, ast.Call) else ()

    def resolved(self, node: ast.expr | None) -> ast.expr | None:
        """The value of a constant of this file, for its name."""
        if isinstance(node, ast.Name):
            return self.constants.get(node.id, node)
        return node

    def text_of(self, node: ast.expr | None) -> str:
        """A literal text, also where a constant holds it."""
        value = self.resolved(node)
        content = value.value if isinstance(value, ast.Constant) else ""
        return content if isinstance(content, str) else ""


def parse_syntax(path: str, text: str) -> Syntax | int:
    """Parse one file; text that is no Python of ours yields the line of the mistake."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # An app's invalid escapes are not our business.
            return Syntax(path, ast.parse(text))
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return getattr(error, "lineno", None) or 1


def dotted_path(path: str) -> str:
    """`shop.api` for `shop/api.py`, `shop` for `shop/__init__.py`."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def is_main_guard(node: ast.stmt) -> bool:
    """Whether it is `if __name__ == "__main__":`."""
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Compare)
        and any(
            isinstance(side, ast.Name) and side.id == "__name__"
            for side in (node.test.left, *node.test.comparators)
        )
    )


def targets_of(node: ast.Assign | ast.AnnAssign) -> list[ast.Name]:
    """The plain names that are assigned; of a pair the first one, as in `app, rt = fast_app()`."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    plain = [t.elts[0] if isinstance(t, ast.Tuple) and t.elts else t for t in targets]
    return [target for target in plain if isinstance(target, ast.Name)]


def walk_open(statements: list[ast.stmt]) -> Iterator[ast.AST]:
    """Everything that runs with the statements: not what is inside of functions."""
    pending: deque[ast.AST] = deque(statements)
    while pending:
        node = pending.popleft()
        yield node
        if not isinstance(node, _CLOSED):
            pending += ast.iter_child_nodes(node)


def keywords_of(call: ast.Call) -> dict[str, ast.expr]:
    """The named arguments."""
    return {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run at import, also those under `if`, `try` and `with`."""
    for node in body:
        if is_main_guard(node):
            continue
        yield node
        if isinstance(node, ast.If | ast.Try | ast.For | ast.While):
            yield from _statements([*node.body, *node.orelse])
        elif isinstance(node, ast.With):
            yield from _statements(node.body)


def _imported_tops(nodes: list[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").split(".")[0]


def _imported_names(nodes: list[ast.AST], path: str) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                yield alias.asname or top, alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(node, path)
            for alias in node.names:
                yield alias.asname or alias.name, f"{module}.{alias.name}".strip(".")


def _absolute(node: ast.ImportFrom, path: str) -> str:
    """The module that is imported from; a relative one is named from the root."""
    if not node.level:
        return node.module or ""
    folders = dirname(path).split("/") if "/" in path else []
    kept = folders[: len(folders) - node.level + 1]
    return ".".join([*kept, *([node.module] if node.module else [])])


def _starred_modules(nodes: list[ast.AST], path: str) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            yield _absolute(node, path)
