"""Where a Python app writes beside its own files, which a read-only root does not let it."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from draftpy.inspectors.facts import Evidence
from draftpy.inspectors.python.layout import APP_FOLDER, Project
from draftpy.inspectors.python.ports import as_text
from draftpy.inspectors.python.shapes import ModuleShape
from draftpy.inspectors.python.syntax import Syntax, keywords_of, targets_of

# Also the bare head, which a path is added to.
_SQLITE = re.compile(r"sqlite(?:\+\w+)?:///(?!/|:memory:)")
_DJANGO_SQLITE = ("django.db.backends.sqlite3", "django.contrib.gis.db.backends.spatialite")
# Calls whose first argument (or the named one) is a file that is written.
_FILE_CALLS = {
    "sqlite3.connect": "database",
    "aiosqlite.connect": "database",
    "logging.FileHandler": "filename",
    "logging.handlers.RotatingFileHandler": "filename",
    "logging.handlers.TimedRotatingFileHandler": "filename",
    "loguru.logger.add": "sink",
    "tinydb.TinyDB": "path",
    "shelve.open": "filename",
    "dbm.open": "file",
    "sqlitedict.SqliteDict": "filename",
    "peewee.SqliteDatabase": "database",
    "pony.orm.Database": "filename",
    "huey.SqliteHuey": "filename",
}
_FOLDER_CALLS = {
    "os.makedirs": "name",
    "os.mkdir": "path",
    "diskcache.Cache": "directory",
    "chromadb.PersistentClient": "path",
}
_FILE_METHODS = ("to_csv", "to_excel", "to_json", "to_pickle", "savefig", "write_html", "imwrite")
_FOLDER_SETTINGS = ("UPLOAD_FOLDER", "MEDIA_ROOT", "UPLOADED_FILES_DEST", "UPLOAD_DIR")
_KEPT = (".gitkeep", ".keep", ".gitignore", "README.md")


@dataclass(frozen=True, slots=True, kw_only=True)
class Writing:
    """Folders that can be mounted for writing, else the place that needs a writable root."""

    folders: tuple[str, ...] = ()
    beside: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """A path that is written: its first folder ("" if it is a file at the root), and where."""

    folder: str
    line: int


def find_writing(project: Project, modules: Iterable[ModuleShape]) -> Writing:
    """What the modules write; folders that hold files of the app's own cannot be mounted over."""
    folders: dict[str, None] = {}
    for module in modules:
        for target in _targets(module.syntax) if module.syntax else ():
            means = "is written, so the root is not read-only"
            if not target.folder or _is_in_use(project, target.folder):
                where = project.evidence(module.path, target.line, means)
                return Writing(beside=where)
            folders[f"{APP_FOLDER}/{target.folder}"] = None
    return Writing(folders=tuple(folders))


def has_database_file(modules: Iterable[ModuleShape]) -> bool:
    """Whether a database of the modules is a file beside the app."""
    nodes = (node for module in modules if module.syntax for node in module.syntax.nodes)
    return any(_SQLITE.match(as_text(node)) for node in nodes)


def _is_in_use(project: Project, folder: str) -> bool:
    files = (file for file in project.tree.files if file.startswith(f"{folder}/"))
    return any(file.rpartition("/")[2] not in _KEPT for file in files)


def _targets(syntax: Syntax) -> Iterator[_Target]:
    for node in syntax.nodes:
        path, is_folder = _written(syntax, node)
        if path is None:
            continue
        folder = _first_folder(syntax, path, is_folder=is_folder)
        if folder is not None:
            yield _Target(folder=folder, line=getattr(node, "lineno", 0))


def _written(syntax: Syntax, node: ast.AST) -> tuple[ast.expr | None, bool]:
    """The path that a node writes to, and whether it is a folder."""
    if isinstance(node, ast.Constant):
        text = as_text(node)
        is_file = bool(_SQLITE.match(text)) or text in _DJANGO_SQLITE
        return (ast.Constant(value="database") if is_file else None), False
    if isinstance(node, ast.JoinedStr):
        head = as_text(node.values[0]) if node.values else ""
        is_file = re.fullmatch(r"sqlite(?:\+\w+)?:///", head) is not None
        return (ast.Constant(value="database") if is_file else None), False
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return _setting(node), True
    return _called(syntax, node) if isinstance(node, ast.Call) else (None, False)


def _setting(node: ast.Assign | ast.AnnAssign) -> ast.expr | None:
    """`MEDIA_ROOT = …`, `app.config["UPLOAD_FOLDER"] = …`."""
    names = [target.id for target in targets_of(node)]
    targets = node.targets if isinstance(node, ast.Assign) else []
    names += [as_text(t.slice) for t in targets if isinstance(t, ast.Subscript)]
    return node.value if any(name in _FOLDER_SETTINGS for name in names) else None


def _called(syntax: Syntax, call: ast.Call) -> tuple[ast.expr | None, bool]:
    name, named = syntax.full_name(call.func), keywords_of(call)
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    first = call.args[0] if call.args else None
    if name in _FILE_CALLS:
        return named.get(_FILE_CALLS[name], first), False
    if name in _FOLDER_CALLS:
        return named.get(_FOLDER_CALLS[name], first), True
    if name == "logging.basicConfig":
        return named.get("filename"), False
    if name == "open" and _writes(call.args[1] if len(call.args) > 1 else named.get("mode")):
        return first, False
    if method in _FILE_METHODS and as_text(first):
        return first, False
    if method in ("mkdir", "write_text", "write_bytes", "touch") and isinstance(
        call.func, ast.Attribute
    ):
        return call.func.value, method == "mkdir"
    return None, False


def _writes(mode: ast.expr | None) -> bool:
    return bool(set(as_text(mode)) & set("wax+"))


def _first_folder(syntax: Syntax, node: ast.expr, *, is_folder: bool) -> str | None:
    """The folder below the app's that a path leads to, "" for its own; None if it is elsewhere."""
    parts = _parts(syntax, node, 6)
    if parts is None:
        return None
    steps = [step for part in parts for step in part.split("/") if step not in ("", ".")]
    if (parts and parts[0].startswith(("/", "~"))) or ".." in steps or not steps:
        return None
    if steps[0] == ":memory:":
        return None
    return steps[0] if len(steps) > 1 or is_folder else ""


def _parts(syntax: Syntax, node: ast.expr | None, depth: int) -> list[str] | None:
    """A path's literal parts below the app's folder; None if it cannot be told."""
    node = syntax.resolved(node)
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and depth:
        left, right = _parts(syntax, node.left, depth - 1), _parts(syntax, node.right, depth - 1)
        return None if right is None or left is None else [*left, *right]
    if isinstance(node, ast.JoinedStr):
        head = as_text(node.values[0]) if node.values else ""
        return [head, "x"] if head else None
    if not isinstance(node, ast.Call | ast.Attribute):
        return None
    return _called_parts(syntax, node, depth)


def _called_parts(syntax: Syntax, node: ast.Call | ast.Attribute, depth: int) -> list[str] | None:
    if isinstance(node, ast.Attribute):
        is_parent = node.attr == "parent" and depth
        return [] if is_parent and _is_own(syntax, node) else None
    name = syntax.full_name(node.func)
    if _is_own(syntax, node):
        return []
    if name in ("os.path.join", "pathlib.Path", "os.path.abspath", "str") and depth:
        parts = [_parts(syntax, arg, depth - 1) for arg in node.args]
        return None if any(p is None for p in parts) else [s for p in parts for s in p or ()]
    if name in ("os.environ.get", "os.getenv") and len(node.args) > 1:
        return _parts(syntax, node.args[1], depth - 1)
    return None


def _is_own(syntax: Syntax, node: ast.AST) -> bool:
    """Whether it leads to the app's own folder: by `__file__` or the working folder."""
    names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    texts = [n for n in ast.walk(node) if isinstance(n, ast.Constant) and n.value != ".."]
    calls = {syntax.full_name(n.func) for n in ast.walk(node) if isinstance(n, ast.Call)}
    is_here = "__file__" in names or bool(calls & {"os.getcwd", "pathlib.Path.cwd"})
    return is_here and not any(isinstance(n.value, str) for n in texts)
