"""Environment variables that a Python app cannot start without."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from draftpy.inspectors.python.layout import Project
from draftpy.inspectors.python.ports import as_text
from draftpy.inspectors.python.shapes import ModuleShape
from draftpy.inspectors.python.syntax import Syntax, keywords_of, targets_of, walk_open

# Functions that run at start, wherever they are called from.
_STARTING = ("create_app", "make_app", "main", "get_settings", "build_app", "get_app", "lifespan")
_ENV_CLASSES = ("environ.Env", "environs.Env", "environ.FileAwareEnv")
_CONFIG_CLASSES = ("starlette.config.Config", "decouple.Config", "decouple.AutoConfig")
_ENV_DEFAULT_NAMES = {"db": "DATABASE_URL", "db_url": "DATABASE_URL", "cache": "CACHE_URL"}
_EXAMPLES = (
    ".env.example",
    ".env.sample",
    ".env.template",
    ".env.dist",
    "env.example",
    ".env-example",
)
# A value of the app's own choice: any will do to start with.
_SECRET_KEYS = (
    "SECRET_KEY",
    "SECRETKEY",
    "JWT_SECRET",
    "SESSION_SECRET",
    "APP_SECRET",
    "SIGNING_KEY",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """A variable without a default, and where it is read."""

    name: str
    path: str
    line: int


def find_needed(project: Project, modules: Iterable[ModuleShape]) -> tuple[Needed, ...]:
    """What the modules read while they are imported or started, each name once."""
    found: dict[str, Needed] = {}
    for module in modules:
        for name, line in _read(module.syntax) if module.syntax else ():
            found.setdefault(name, Needed(name=name, path=module.path, line=line))
    return tuple(needed for needed in found.values() if needed.name not in _set(project))


def find_examples(project: Project) -> tuple[str, dict[str, str]]:
    """The file of example settings and what it says, as far as it gives values."""
    for name in _EXAMPLES:
        text = project.tree.find_text(name)
        if text is not None:
            return name, dict(_pairs(text))
    return "", {}


def is_secret_key(name: str) -> bool:
    """Whether any value will do: it is the app's own, not that of another party."""
    return name.upper().endswith(_SECRET_KEYS)


def _set(project: Project) -> set[str]:
    """What the app sets by itself: `os.environ.setdefault("X", …)`."""
    return {
        as_text(node.args[0])
        for module in project.modules
        for node in (module.syntax.nodes if module.syntax else ())
        if isinstance(node, ast.Call)
        and node.args
        and module.syntax is not None
        and module.syntax.full_name(node.func) == "os.environ.setdefault"
    }


def _read(syntax: Syntax) -> Iterator[tuple[str, int]]:
    starting = [
        node
        for node in syntax.tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in _STARTING
    ]
    statements = [*syntax.tree.body, *(s for function in starting for s in function.body)]
    for node in walk_open(_unguarded(statements)):
        if isinstance(node, ast.Subscript):
            is_read = isinstance(node.ctx, ast.Load)
            if is_read and syntax.full_name(node.value) == "os.environ" and as_text(node.slice):
                yield as_text(node.slice), node.lineno
        elif isinstance(node, ast.Call):
            name = _called(syntax, node)
            if name:
                yield name, node.lineno
    yield from _settings_fields(syntax)


def _unguarded(statements: list[ast.stmt]) -> list[ast.stmt]:
    """Without what only runs in some cases, or whose failure is caught."""
    return [s for s in statements if not isinstance(s, ast.If | ast.Try)]


def _called(syntax: Syntax, call: ast.Call) -> str:
    """The variable of `env("X")`, `env.db()`, `config("X")` where no default is given."""
    named = keywords_of(call)
    if "default" in named or (len(call.args) > 1 and not _is_cast(call.args[1])):
        return ""
    function = call.func
    if syntax.full_name(function) == "decouple.config":
        return as_text(call.args[0]) if call.args else ""
    owner = function.value if isinstance(function, ast.Attribute) else function
    maker = syntax.resolved(owner)
    if not isinstance(maker, ast.Call) or maker is owner:
        return ""
    made = syntax.full_name(maker.func)
    if made not in (*_ENV_CLASSES, *_CONFIG_CLASSES):
        return ""
    method = function.attr if isinstance(function, ast.Attribute) else ""
    if method in ("read_env", "read_envfile", "get_value", "prefixed"):
        return ""
    wanted = as_text(call.args[0]) if call.args else _ENV_DEFAULT_NAMES.get(method, "")
    # `Env(DEBUG=(bool, False))` has the defaults.
    return "" if wanted in keywords_of(maker) else wanted


def _is_cast(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("bool", "int", "str", "float", "list")


def _settings_fields(syntax: Syntax) -> Iterator[tuple[str, int]]:
    """Fields of pydantic's BaseSettings without a default."""
    for node in syntax.tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        bases = {syntax.full_name(base).rpartition(".")[2] for base in node.bases}
        if "BaseSettings" not in bases:
            continue
        prefix = _prefix(syntax, node)
        for item in node.body:
            if isinstance(item, ast.AnnAssign) and _is_required(item):
                name = as_text(_field(item).get("alias")) or as_text(_field(item).get("env"))
                for target in targets_of(item):
                    if target.id != "model_config":
                        yield name or f"{prefix}{target.id}".upper(), item.lineno


def _is_required(item: ast.AnnAssign) -> bool:
    if item.value is None:
        return True
    if isinstance(item.value, ast.Call) and getattr(item.value.func, "id", "") == "Field":
        first = item.value.args[0] if item.value.args else _field(item).get("default")
        is_open = first is None or (isinstance(first, ast.Constant) and first.value is ...)
        return is_open and "default_factory" not in _field(item)
    return isinstance(item.value, ast.Constant) and item.value.value is ...


def _field(item: ast.AnnAssign) -> dict[str, ast.expr]:
    return keywords_of(item.value) if isinstance(item.value, ast.Call) else {}


def _prefix(syntax: Syntax, node: ast.ClassDef) -> str:
    """`env_prefix`, of `model_config = SettingsConfigDict(…)` or of `class Config`."""
    for item in ast.walk(node):
        if isinstance(item, ast.keyword) and item.arg == "env_prefix":
            return syntax.text_of(item.value)
        if isinstance(item, ast.Assign) and [t.id for t in targets_of(item)] == ["env_prefix"]:
            return syntax.text_of(item.value)
    return ""


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for raw in text.splitlines():
        name, sign, value = raw.strip().removeprefix("export ").partition("=")
        bare = value.split(" #")[0].strip().strip("\"'")
        if sign and bare and name.strip().isidentifier():
            yield name.strip(), bare
