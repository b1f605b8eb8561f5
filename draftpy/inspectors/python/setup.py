"""setup.cfg or setup.py → what the package declares, as far as it stands there literally."""

import ast
import configparser
from dataclasses import dataclass

from draftpy.inspectors.python.syntax import Syntax, keywords_of, parse_syntax
from draftpy.source import SourceTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What setup.cfg or setup.py says."""

    file: str
    name: str = ""
    requires: tuple[str, ...] = ()
    python: str = ""
    scripts: tuple[tuple[str, str], ...] = ()


def read_setup(tree: SourceTree) -> Setup | None:
    """What is declared there; None without a package."""
    cfg = _read_cfg(tree.find_text("setup.cfg") or "")
    code = _read_code(tree.find_text("setup.py") or "")
    if cfg is None or code is None:
        return cfg or code
    return Setup(
        file=cfg.file if cfg.requires else code.file,
        name=cfg.name or code.name,
        requires=cfg.requires or code.requires,
        python=cfg.python or code.python,
        scripts=cfg.scripts or code.scripts,
    )


def _read_cfg(text: str) -> Setup | None:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    if not parser.has_option("metadata", "name"):
        return None
    get = parser.get
    scripts = get("options.entry_points", "console_scripts", fallback="")
    return Setup(
        file="setup.cfg",
        name=get("metadata", "name"),
        requires=_lines(get("options", "install_requires", fallback="")),
        python=get("options", "python_requires", fallback="").strip(),
        scripts=_pairs(_lines(scripts)),
    )


def _read_code(text: str) -> Setup | None:
    syntax = parse_syntax("setup.py", text) if text else 0
    if isinstance(syntax, int):
        return None
    call = next((node for node in syntax.nodes if _is_setup(syntax, node)), None)
    if not isinstance(call, ast.Call):
        return None
    given = {name: syntax.resolved(value) for name, value in keywords_of(call).items()}
    points = given.get("entry_points")
    scripts: tuple[str, ...] = ()
    if isinstance(points, ast.Dict):
        for key, value in zip(points.keys, points.values, strict=True):
            if key is not None and syntax.text_of(key) == "console_scripts":
                scripts = _literals(syntax, value)
    return Setup(
        file="setup.py",
        name=syntax.text_of(given.get("name")),
        requires=_literals(syntax, given.get("install_requires")),
        python=syntax.text_of(given.get("python_requires")),
        scripts=_pairs(scripts),
    )


def _is_setup(syntax: Syntax, node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and syntax.full_name(node.func).endswith(
        ("setuptools.setup", "distutils.core.setup")
    )


def _literals(syntax: Syntax, node: ast.expr | None) -> tuple[str, ...]:
    value = syntax.resolved(node)
    items = value.elts if isinstance(value, ast.List | ast.Tuple) else ()
    return tuple(text for item in items if (text := syntax.text_of(item)))


def _lines(text: str) -> tuple[str, ...]:
    bare = (line.split("#")[0].strip() for line in text.splitlines())
    return tuple(line for line in bare if line)


def _pairs(lines: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    pairs = (line.partition("=") for line in lines)
    return tuple((name.strip(), target.strip()) for name, _, target in pairs if target)
