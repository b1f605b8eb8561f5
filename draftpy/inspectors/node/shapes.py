"""Which scripts of a Node package are looked at, and what they hold."""

import re
from collections.abc import Iterable, Iterator

from draftpy.inspectors.node.js_source import ScriptShape, parse_script
from draftpy.inspectors.node.package import SCRIPT_ENDINGS
from draftpy.source import SourceTree

ENTRY_FILES = tuple(
    f"{folder}{stem}.{ending}"
    for folder in ("", "src/", "server/", "src/server/", "backend/", "api/", "lib/", "app/")
    for stem in ("server", "index", "app", "main", "bot", "worker")
    if stem not in ("bot", "worker") or folder in ("", "src/")
    for ending in ("js", "mjs", "cjs", "ts", "mts", "tsx")
)
_MAX_SCRIPTS = 40
_MAX_NEAR_CHARS = 500_000
_MAX_FAR = 120
_MAX_FAR_CHARS = 2_000_000
_NO_SOURCE = re.compile(
    r"\.d\.ts$|[.-](?:config|test|spec|stories|min)\.\w+$|(?:^|/)(?:__tests__|tests?|e2e|client|"
    r"frontend|public|static|migrations|scripts|components|pages|views|locales|assets|examples|tools|mocks?|bench)/"
)
_NEAR = re.compile(r"(?:(?:src|server|api|app|backend|lib|bin|config)/){0,2}[^/]+$")
_TELLING = re.compile(r"(?:^|/)(?:server|index|app|main|www|bot|worker|config|env|start)[\w.-]*$")
# A script further away is only worth its tokens if it holds one of these.
_OPENS_PORT = re.compile(r"\.listen\s*\(|\bserve\s*\(|createServer\s*\(")


def read_scripts(
    tree: SourceTree, first: Iterable[str], limit: int = _MAX_SCRIPTS
) -> tuple[ScriptShape, ...]:
    """The shapes of these scripts, then of the ones near the root; far ones if none listens."""
    scripts = [f for f in tree.files if f.endswith(SCRIPT_ENDINGS) and not _NO_SOURCE.search(f)]
    near = [file for file in scripts if _NEAR.fullmatch(file)]
    near.sort(key=lambda file: (not _TELLING.search(file), file.count("/"), file))
    paths = list(dict.fromkeys([*first, *near]))[:limit]
    shapes = list(_read(tree, paths))
    if not any(shape.listening for shape in shapes) and limit == _MAX_SCRIPTS:
        shapes += _read_far(tree, [file for file in scripts if file not in paths])
    return tuple(shapes)


def _read(tree: SourceTree, paths: list[str]) -> Iterator[ScriptShape]:
    chars = 0
    for path in paths:
        text = tree.find_text(path)
        chars += len(text or "")
        if text is not None and chars < _MAX_NEAR_CHARS:
            yield parse_script(path, text)


def _read_far(tree: SourceTree, paths: list[str]) -> list[ScriptShape]:
    shapes: list[ScriptShape] = []
    chars = 0
    for path in paths[:_MAX_FAR]:
        text = tree.find_text(path) or ""
        chars += len(text)
        if chars > _MAX_FAR_CHARS:
            break
        if _OPENS_PORT.search(text):
            shapes.append(parse_script(path, text))
    return [shape for shape in shapes if shape.listening]
