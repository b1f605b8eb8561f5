"""The port or host that an expression of a Python file stands for, followed to where it is set."""

import ast
from dataclasses import dataclass

from draftpy.inspectors.python.syntax import Syntax, keywords_of, targets_of

_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
# Calls that read the environ: name first, then the default.
_GETTERS = ("os.environ.get", "os.getenv", "environ.get", "getenv", "decouple.config")
_MAX_STEPS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class PortOrigin:
    """A literal port (0: not known), its line, and the environ variable that moves it."""

    port: int = 0
    line: int = 0
    variable: str = ""


class PortReader:
    """One file's values by name: constants, locals, defaults of arguments and options."""

    def __init__(self, syntax: Syntax) -> None:
        self.syntax = syntax
        self.values: dict[str, ast.expr] = {}
        # Attributes of settings and parsed options, by their last step: `args.port`.
        self.options: dict[str, ast.expr] = {}
        self.settings: set[str] = set()
        # What the file's own functions are called with, by the argument's name.
        self.passed: dict[str, ast.expr] = {}
        self.functions = {n.name: n for n in syntax.tree.body if isinstance(n, _FUNCTIONS)}
        for node in syntax.nodes:
            self._note(node)
        self.values |= syntax.constants

    def read(self, node: ast.expr | None, steps: int = _MAX_STEPS) -> PortOrigin:
        """`8000`, `int(os.environ.get("PORT", 8000))`, `args.port`, `HOST_AND_PORT[1]`."""
        found = PortOrigin()
        match node if steps else None:
            case ast.Constant(value=value, lineno=line):
                found = PortOrigin(port=as_port(value), line=line)
            case ast.Name() as name:
                found = self._read_name(name, steps)
            case ast.Attribute() as attribute:
                found = self._read_attribute(attribute, steps)
            case ast.BoolOp(values=values):
                found = self._first([*values], steps)
            case ast.IfExp(body=body, orelse=orelse):
                found = self._first([body, orelse], steps)
            case ast.Subscript(value=owner, slice=key, lineno=line):
                if self.syntax.full_name(owner) == "os.environ":
                    found = PortOrigin(variable=as_text(key), line=line)
            case ast.Call() as call:
                found = self._read_call(call, steps)
        return found

    def value(self, node: ast.expr | None) -> ast.expr | None:
        """What a name stands for, followed one step."""
        return self.values.get(node.id, node) if isinstance(node, ast.Name) else node

    def text(self, node: ast.expr | None) -> str:
        """A literal text, also as the default of an environ variable."""
        passed = self.passed.get(node.id) if isinstance(node, ast.Name) else None
        return self._text(passed) or self._text(node)

    def _text(self, node: ast.expr | None) -> str:
        found = self.value(node)
        if isinstance(found, ast.Attribute):
            found = self.options.get(found.attr, found)
        if isinstance(found, ast.Call) and self.syntax.full_name(found.func) in _GETTERS:
            found = self.value(_default_of(found))
        return as_text(found)

    def _read_name(self, node: ast.Name, steps: int) -> PortOrigin:
        """An argument is what its function is called with, else its default."""
        for source in (self.passed, self.values, self.options):
            found = self.read(source.get(node.id), steps - 1)
            if found.port or found.variable:
                return found
        return PortOrigin()

    def _read_attribute(self, node: ast.Attribute, steps: int) -> PortOrigin:
        found = self.read(self.options.get(node.attr), steps - 1)
        if found.port and node.attr in self.settings and not found.variable:
            return PortOrigin(port=found.port, line=found.line, variable=node.attr.upper())
        return found

    def _first(self, nodes: list[ast.expr], steps: int) -> PortOrigin:
        found = [self.read(node, steps - 1) for node in nodes]
        number = next((origin for origin in found if origin.port), PortOrigin())
        variable = next((origin.variable for origin in found if origin.variable), "")
        return PortOrigin(port=number.port, line=number.line, variable=variable)

    def _read_call(self, call: ast.Call, steps: int) -> PortOrigin:
        name = self.syntax.full_name(call.func)
        if name in ("int", "str") and call.args:
            return self.read(call.args[0], steps - 1)
        is_getter = name in _GETTERS or name.rpartition(".")[0] in ("env", "environ")
        if not is_getter or not call.args:
            return PortOrigin()
        default = self.read(_default_of(call), steps - 1)
        return PortOrigin(
            port=default.port, line=default.line or call.lineno, variable=as_text(call.args[0])
        )

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            self.values |= {target.id: node.value for target in targets_of(node)}
        elif isinstance(node, ast.withitem) and isinstance(node.optional_vars, ast.Name):
            self.values[node.optional_vars.id] = node.context_expr
        elif isinstance(node, _FUNCTIONS):
            self.values |= _argument_defaults(node)
        elif isinstance(node, ast.ClassDef):
            self._note_class(node)
        elif isinstance(node, ast.Call):
            self._note_option(node)
            self._note_passed(node)

    def _note_passed(self, call: ast.Call) -> None:
        function = self.functions.get(call.func.id) if isinstance(call.func, ast.Name) else None
        if function is None:
            return
        named = keywords_of(call)
        positional = zip((a.arg for a in function.args.args), call.args, strict=False)
        for name, value in (*positional, *named.items()):
            if not (isinstance(value, ast.Name) and value.id == name):
                self.passed[name] = value

    def _note_class(self, node: ast.ClassDef) -> None:
        bases = {self.syntax.full_name(base).rpartition(".")[2] for base in node.bases}
        for item in node.body:
            if isinstance(item, ast.Assign | ast.AnnAssign) and item.value is not None:
                fields = {target.id: item.value for target in targets_of(item)}
                self.options |= fields
                self.settings |= set(fields) if "BaseSettings" in bases else set()

    def _note_option(self, call: ast.Call) -> None:
        """`add_argument("--port", default=…)`, `click.option(…)`, Tornado's `define("port", …)`."""
        name = self.syntax.full_name(call.func).rpartition(".")[2] or getattr(call.func, "attr", "")
        if name not in ("add_argument", "option", "define", "Option") or not call.args:
            return
        default = keywords_of(call).get("default")
        for flag in (as_text(arg) for arg in call.args):
            if default is not None and flag:
                self.options[flag.lstrip("-").replace("-", "_")] = default


def as_port(value: object) -> int:
    """A port from a number or its digits, else 0."""
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text) < 65536 else 0


def as_text(node: ast.AST | None) -> str:
    """The text of a literal, else nothing."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _default_of(call: ast.Call) -> ast.expr | None:
    return call.args[1] if len(call.args) > 1 else keywords_of(call).get("default")


def _argument_defaults(node: ast.FunctionDef | ast.AsyncFunctionDef) -> dict[str, ast.expr]:
    plain = [*node.args.posonlyargs, *node.args.args]
    defaults = node.args.defaults
    found = dict(zip((a.arg for a in plain[len(plain) - len(defaults) :]), defaults, strict=True))
    for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if default is not None:
            found[argument.arg] = default
    return found
