"""Root scripts that hand the start on to a sub-folder → that folder."""

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import normpath

from draftpy.inspectors.facts import Evidence
from draftpy.inspectors.node.inspector import is_member
from draftpy.inspectors.procfile import find_start
from draftpy.source import SourceTree

_MANAGERS = ("npm", "yarn", "pnpm", "bun")
_FOLDER_FLAGS = ("--prefix", "--cwd", "--dir", "-C")
_MANIFESTS = ("package.json", "pyproject.toml", "requirements.txt", "go.mod", "Gemfile", "mix.exs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegate:
    """The folder that a script of the root starts, and the script's place."""

    folder: str
    evidence: Evidence


def find_delegate(tree: SourceTree) -> Delegate | None:
    """The folder with a manifest that Procfile or package.json's start hands on to."""
    for text, evidence in _start_texts(tree):
        folder = next(iter(_folders_of(text)), "")
        if is_member(tree, folder):
            return None  # It is built from the root, which knows it.
        if folder and any(tree.has(f"{folder}/{name}") for name in _MANIFESTS):
            return Delegate(folder=folder, evidence=evidence)
    return None


def _start_texts(tree: SourceTree) -> Iterator[tuple[str, Evidence]]:
    process = find_start(tree)
    if process:
        yield process.evidence.text.partition(":")[2].strip(), process.evidence
    text = tree.find_text("package.json") or ""
    try:
        scripts = json.loads(text).get("scripts", {})
        start = scripts.get("start", "")
    except (ValueError, AttributeError, RecursionError):
        return
    if isinstance(start, str) and start:
        match = re.search(r'"start"\s*:', text)
        line = text.count("\n", 0, match.start()) + 1 if match else 0
        yield start, Evidence(file="package.json", line=line, text=f'"start": "{start}"')


def _folders_of(text: str) -> Iterator[str]:
    """`cd web && npm start`, `npm --prefix web start`, `yarn --cwd web start` → web."""
    try:
        words = shlex.split(text)
    except ValueError:
        return
    for index, word in enumerate(words[:-1]):
        flag, _, value = word.partition("=")
        is_move = word == "cd" and index == 0
        is_flag = flag in _FOLDER_FLAGS and words[0] in _MANAGERS
        folder = normpath(value or words[index + 1])
        if (is_move or is_flag) and not folder.startswith(("..", "/", "-")) and folder != ".":
            yield folder
