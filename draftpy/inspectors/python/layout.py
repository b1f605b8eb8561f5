"""Where Python finds a project's modules: import folders, module names, runnable paths."""

from dataclasses import dataclass
from functools import cached_property
from posixpath import basename, dirname, join

from draftpy.inspectors.facts import AppKind, Evidence, Problem
from draftpy.inspectors.python.shapes import ModuleShape
from draftpy.source import SourceTree

APP_FOLDER = "/app"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """How an app is started: its arguments, with PORT_MARK where the port goes.

    `environ` are NAME=value pairs it needs, `needs` the programs and frameworks to be installed.
    """

    framework: str
    kind: AppKind
    start: tuple[str, ...]
    evidence: Evidence
    port: int = 0
    port_evidence: Evidence | None = None
    port_variable: str = ""
    health_path: str = ""
    health_evidence: Evidence | None = None
    environ: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    module: str = ""


# Without slots, as the index is made once it is asked for.
@dataclass(frozen=True, kw_only=True)
class Project:
    """A project's files and the shapes of its modules, likeliest entry points first."""

    tree: SourceTree
    modules: tuple[ModuleShape, ...]

    def evidence(self, path: str, line: int, means: str) -> Evidence:
        """A line of a file, and what it means."""
        lines = (self.tree.find_text(path) or "").splitlines()
        text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        return Evidence(file=path, line=line, text=text, means=means)

    def find_module(self, dotted: str) -> ModuleShape | None:
        """The module of that name, seen from the root, from src or from any folder."""
        return self.index.get(dotted) if dotted else None

    @cached_property
    def index(self) -> dict[str, ModuleShape]:
        """Modules by their name and by every tail of it; the nearest one of a name."""
        found: dict[str, ModuleShape] = {}
        for exact in (True, False):
            for module in self.modules:
                steps = module.dotted.split(".")
                tails = [steps] if exact else [steps[at:] for at in range(1, len(steps))]
                for tail in tails:
                    found.setdefault(".".join(tail), module)
        return found

    def reachable(self, module: ModuleShape) -> tuple[ModuleShape, ...]:
        """The module and those that it imports, directly or not."""
        found, pending = {module.path: module}, [module]
        while pending:
            syntax = pending.pop().syntax
            for name in dict.fromkeys(syntax.mentioned) if syntax else ():
                near = self.find_module(name) or self.find_module(name.rpartition(".")[0])
                if near is not None and near.path not in found:
                    found[near.path] = near
                    pending.append(near)
        return tuple(found.values())

    def import_path(self, module: ModuleShape) -> tuple[str, str]:
        """The folder to search for imports ("" is the root) and the module's dotted name."""
        parts = module.path.removesuffix(".py").split("/")
        folders = ["/".join(parts[:depth]) for depth in range(len(parts))]
        # Django's settings are named from where manage.py is.
        django = next((f for f in folders if self.tree.has(join(f, "manage.py"))), None)
        # `jobs/celery.py` imports Celery, not itself.
        imports = module.imports - {parts[-1]}
        local = (f for f in folders if self._resolves_in(f, imports))
        found = django if django is not None else next(local, None)
        if found is None:
            found = self._src_folder(parts)
        below = parts[found.count("/") + 1 :] if found else parts
        return found, ".".join(below[:-1] if below[-1] == "__init__" and below[1:] else below)

    def _src_folder(self, parts: list[str]) -> str:
        """`src`, `packages/api/src`: the nearest one that is no package itself."""
        if "src" not in parts[:-1] or any("src" in other.imports for other in self.modules):
            return ""
        last = len(parts) - 2 - parts[-2::-1].index("src")
        folder = "/".join(parts[: last + 1])
        return "" if self.tree.has(f"{folder}/__init__.py") else folder

    def python_start(self, module: ModuleShape) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The arguments that run a module, and the environ it needs for its imports."""
        folder = dirname(module.path)
        if not folder or not self.tree.has(f"{folder}/__init__.py"):
            return ("python", module.path), self._path_environ(module)
        root, dotted = self.import_path(module)
        dotted = dotted.removesuffix(".__main__")
        environ = (f"PYTHONPATH={APP_FOLDER}/{root}",) if root else ()
        return ("python", "-m", dotted), environ

    def _path_environ(self, module: ModuleShape) -> tuple[str, ...]:
        """A script's own folder is searched anyway; the root only if it imports from there."""
        root, _ = self.import_path(module)
        folder = dirname(module.path)
        if root == folder or not self._resolves_in(root, module.imports):
            return ()
        return (f"PYTHONPATH={join(APP_FOLDER, root)}",)

    def _resolves_in(self, folder: str, imports: frozenset[str]) -> bool:
        return any(
            self.tree.has(join(folder, f"{name}.py"))
            or self.tree.has(join(folder, name, "__init__.py"))
            for name in imports
        )


def stem_of(module: ModuleShape) -> str:
    """`main` for `src/main.py`."""
    return basename(module.path).removesuffix(".py")


def depth_of(module: ModuleShape) -> int:
    """How far below the root it is; src does not count."""
    return module.path.removeprefix("src/").count("/")


def show_start(start: tuple[str, ...]) -> str:
    """`gunicorn app:app`: program and target, without the flags."""
    if start[0] in ("python", "celery", "sh") or len(start) < 2:
        return " ".join(start)
    return f"{start[0]} {start[-1]}"


def join_shell(words: tuple[str, ...]) -> str:
    """The words for a shell; the port's mark stays as it is."""
    return " ".join(f"'{word}'" if set(word) & set("()*&; ") else word for word in words)
