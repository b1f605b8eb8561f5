"""Apps that are pages of their own: the file that Streamlit, Panel, Chainlit or marimo runs."""

import ast
from collections.abc import Callable

from draftpy.inspectors.commands import PORT_MARK
from draftpy.inspectors.facts import AppKind
from draftpy.inspectors.python.frameworks import FRAMEWORKS, title_of
from draftpy.inspectors.python.layout import Entry, Project, depth_of, stem_of
from draftpy.inspectors.python.shapes import ModuleShape
from draftpy.inspectors.python.syntax import Syntax

_PORT = 8080
_NAMES = ("streamlit_app", "app", "main", "home", "index", "dashboard", "chatbot", "notebook")
_COMMANDS = {
    "streamlit": (
        *("streamlit", "run", "{file}", "--server.address", "0.0.0.0"),
        *("--server.port", PORT_MARK, "--server.headless", "true"),
        *("--browser.gatherUsageStats", "false"),
    ),
    "panel": (
        *("panel", "serve", "{file}", "--address", "0.0.0.0", "--port", PORT_MARK),
        *("--allow-websocket-origin", "*"),
    ),
    "chainlit": (
        *("chainlit", "run", "{file}", "--host", "0.0.0.0", "--port", PORT_MARK, "--headless"),
    ),
    "marimo": (
        *("marimo", "run", "{file}", "--host", "0.0.0.0", "--port", PORT_MARK, "--headless"),
    ),
}
_HEALTH = {"streamlit": "/_stcore/health"}


def find_page(project: Project) -> Entry | None:
    """The page that is run: nearest to the root, imported by no other, with a telling name."""
    found = [
        (module, name)
        for module in project.modules
        for name, is_page in _TESTS.items()
        if name in module.imports and module.syntax and is_page(module.syntax)
    ]
    found = [(m, name) for m, name in found if "pages" not in m.path.split("/")]
    best = min(found, key=lambda pair: _order(project, pair[0]), default=None)
    return _entry(project, *best) if best else None


def _order(project: Project, module: ModuleShape) -> tuple[bool, int, int, str]:
    stem = stem_of(module).lower().lstrip("0123456789_")
    named = _NAMES.index(stem) if stem in _NAMES else len(_NAMES)
    others = [other for other in project.modules if other is not module]
    is_imported = any(
        name == module.dotted or name.startswith(f"{module.dotted}.")
        for other in others
        for name in (other.syntax.names.values() if other.syntax else ())
    )
    return is_imported, depth_of(module), named, module.path


def _entry(project: Project, module: ModuleShape, framework: str) -> Entry:
    start = tuple(word.replace("{file}", module.path) for word in _COMMANDS[framework])
    line = _import_line(module.syntax, framework) if module.syntax else 0
    means = f"starts as {' '.join(start[:3])}"
    health = _HEALTH.get(framework, "")
    return Entry(
        framework=framework,
        kind=AppKind.WEB,
        start=start,
        evidence=project.evidence(module.path, line, means),
        port=_PORT,
        health_path=health,
        health_evidence=(
            project.evidence(module.path, line, f"{title_of(framework)} answers there")
            if health
            else None
        ),
        needs=(FRAMEWORKS[framework].package,),
        module=module.path,
    )


def _import_line(syntax: Syntax, framework: str) -> int:
    for node in syntax.nodes:
        if isinstance(node, ast.Import) and any(
            alias.name.partition(".")[0] == framework for alias in node.names
        ):
            return node.lineno
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == framework:
            return node.lineno
    return 0


def _shows_at_once(syntax: Syntax) -> bool:
    """Whether running the file shows something: a call outside of functions."""
    calls = [node for node in syntax.at_import if isinstance(node, ast.Expr | ast.With)]
    return bool(syntax.guard) or any(
        isinstance(inner, ast.Call) for node in calls for inner in ast.walk(node)
    )


def _is_servable(syntax: Syntax) -> bool:
    return any(isinstance(n, ast.Attribute) and n.attr == "servable" for n in syntax.nodes)


def _has_handlers(syntax: Syntax) -> bool:
    names = (
        syntax.full_name(decorator.func if isinstance(decorator, ast.Call) else decorator)
        for node in syntax.nodes
        for decorator in getattr(node, "decorator_list", ())
    )
    return any(name.startswith("chainlit.on_") for name in names)


def _is_notebook(syntax: Syntax) -> bool:
    return "marimo.App" in syntax.made_by(syntax.constants.get("app"))


_TESTS: dict[str, Callable[[Syntax], bool]] = {
    "streamlit": _shows_at_once,
    "panel": _is_servable,
    "chainlit": _has_handlers,
    "marimo": _is_notebook,
}
