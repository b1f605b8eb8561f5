"""deno.json and the scripts beside it → whether Deno runs a project, and by which command."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import normpath
from typing import Any

from draftpy.inspectors.commands import PORT_MARK
from draftpy.inspectors.facts import Evidence, Problem
from draftpy.inspectors.node.js_source import ScriptShape, parse_script
from draftpy.inspectors.node.json5 import Json5Broken, parse_json5
from draftpy.inspectors.node.manifest import NodeManifest, texts_of
from draftpy.source import SourceTree

CONFIGS = ("deno.json", "deno.jsonc")
LOCK = "deno.lock"
_TASKS = ("start", "start:prod", "prod", "production", "serve", "preview", "server", "run")
_ENTRIES = tuple(
    f"{folder}{stem}.{ending}"
    for folder in ("", "src/")
    for stem in ("main", "server", "index", "app", "mod", "bot", "worker")
    for ending in ("ts", "tsx", "js", "mjs")
)
_FOR_DEVELOPERS = re.compile(r"--(?:watch|hmr|inspect|reload|env-file|env|strace-ops)\b.*|-r")
_PERMISSION = re.compile(r"-A|-P|--allow-.*|--permission-set.*|-[NREWS]+(?:=.*)?")
# Enough for a server: the network, its variables, its own files.
_PERMISSIONS = ("--allow-net", "--allow-env", "--allow-read")
_TAKES_VALUE = ("--config", "-c", "--import-map", "--location", "--cert", "--host", "--port")


@dataclass(frozen=True, slots=True, kw_only=True)
class DenoProject:
    """A project that Deno runs; `start` holds PORT_MARK where a flag gives the port."""

    tasks: Mapping[str, str] = field(default_factory=dict)
    doc: Mapping[str, Any] = field(default_factory=dict)
    config: str = ""
    start: tuple[str, ...] = ()
    entry: str = ""
    evidence: Evidence | None = None
    shapes: tuple[ScriptShape, ...] = ()

    def imports(self, word: str) -> bool:
        """Whether its import map or a script names a package of this name."""
        mapped = [*texts_of(self.doc, "imports"), *texts_of(self.doc, "imports").values()]
        used = [name for shape in self.shapes for name in shape.imports]
        pattern = re.compile(rf"(?:^|[/:@]){re.escape(word)}(?:$|[@/])")
        return any(pattern.search(name) for name in (*mapped, *used))


def find_deno(
    tree: SourceTree, manifest: NodeManifest | None
) -> tuple[DenoProject | None, tuple[Problem, ...]]:
    """The project, unless it is Node's: a deno.json alone may be there for its tools."""
    config = next((name for name in CONFIGS if tree.has(name)), "")
    doc, problems = _read(tree, config)
    shapes = _read_entries(tree)
    uses = [shape for shape in shapes if "Deno" in shape.uses]
    if not config and not uses:
        return None, problems
    tasks = _tasks(doc)
    start, evidence = _by_task(tree, config, tasks)
    is_nodes = manifest is not None and any(
        manifest.scripts.get(name) for name in ("start", "start:prod", "build")
    )
    if is_nodes and not start and not uses:
        return None, problems
    if not start and not config and manifest is not None:
        return None, problems
    if not start:
        start, evidence = _by_entry(shapes, uses)
    project = DenoProject(
        tasks=tasks,
        doc=doc,
        config=config,
        start=start,
        entry=_entry(start),
        evidence=evidence,
        shapes=shapes,
    )
    return project, problems


def _read(tree: SourceTree, config: str) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    text = tree.find_text(config) if config else None
    if text is None:
        return {}, ()
    try:
        doc = parse_json5(text)
    except Json5Broken as error:
        what = f"not valid JSON: {error.what}"
        return {}, (Problem(file=config, line=error.line, what=what, remedy=f"mend {config}"),)
    return (doc if isinstance(doc, dict) else {}), ()


def _tasks(doc: Mapping[str, Any]) -> dict[str, str]:
    """Name → command; a task may be an object that has it."""
    given = doc.get("tasks")
    listed = given.items() if isinstance(given, dict) else ()
    found = {
        str(name): body.get("command") if isinstance(body, dict) else body for name, body in listed
    }
    return {name: text for name, text in found.items() if isinstance(text, str)}


def _read_entries(tree: SourceTree) -> tuple[ScriptShape, ...]:
    present = [file for file in _ENTRIES if tree.has(file)]
    texts = ((file, tree.find_text(file)) for file in present)
    return tuple(parse_script(file, text) for file, text in texts if text is not None)


def _by_task(
    tree: SourceTree, config: str, tasks: Mapping[str, str]
) -> tuple[tuple[str, ...], Evidence | None]:
    for name in _TASKS:
        start = _command(tasks.get(name, ""), tasks)
        entry = _entry(start)
        is_built = "build" in tasks and "/" in entry and not tree.has(entry)
        if start and (tree.has(entry) or is_built or entry.startswith(("http", "jsr:", "npm:"))):
            text = tree.find_text(config) or ""
            match = re.search(rf"[\"']?{re.escape(name)}[\"']?\s*:", text)
            line = text.count("\n", 0, match.start()) + 1 if match else 0
            shown = text.splitlines()[line - 1].strip().rstrip(",") if line else ""
            return start, Evidence(file=config, line=line, text=shown)
    return (), None


def _command(text: str, tasks: Mapping[str, str], depth: int = 0) -> tuple[str, ...]:
    """The `deno run` or `deno serve` that a task comes down to; empty for anything else."""
    last = re.split(r"&&|;", text)[-1]
    try:
        words = shlex.split(last)
    except ValueError:
        return ()
    while words and re.fullmatch(r"\w+=.*", words[0]):
        words.pop(0)
    if words[:2] == ["deno", "task"] and len(words) > 2 and depth < 4:
        return _command(tasks.get(words[2], ""), tasks, depth + 1)
    if words[:1] != ["deno"] or len(words) < 2:
        return ()
    verb = words[1] if words[1] in ("run", "serve") else ""
    if not verb and not re.search(r"^-|\.[jt]sx?$", words[1]):
        return ()  # deno test, deno lint and the like
    kept = [w for w in words[2 if verb else 1 :] if not _FOR_DEVELOPERS.fullmatch(w)]
    return _settled(verb or "run", kept)


def _settled(verb: str, words: list[str]) -> tuple[str, ...]:
    """The command with permissions, and for `serve` with a port that can be told."""
    flags: list[str] = []
    has_port = any(word.partition("=")[0] == "--port" for word in words)
    if not any(_PERMISSION.fullmatch(word) for word in words):
        flags += _PERMISSIONS[1:] if verb == "serve" else _PERMISSIONS
    if verb == "serve" and not has_port:
        flags.append(f"--port={PORT_MARK}")
    return ("deno", verb, *flags, *words)


def _by_entry(
    shapes: tuple[ScriptShape, ...], uses: list[ScriptShape]
) -> tuple[tuple[str, ...], Evidence | None]:
    listening = [shape for shape in shapes if shape.listening]
    serving = [shape for shape in shapes if shape.exports_fetch and not shape.listening]
    found = next(iter([*listening, *serving, *uses, *shapes]), None)
    if found is None:
        return (), None
    verb = "serve" if found in serving else "run"
    return _settled(verb, [found.path]), Evidence(file=found.path)


def _entry(start: tuple[str, ...]) -> str:
    """The script in a command."""
    index = 2
    while index < len(start):
        if start[index] in _TAKES_VALUE:
            index += 1
        elif not start[index].startswith("-"):
            word = start[index]
            return word if ":" in word else normpath(word)
        index += 1
    return ""
