"""A folder → SourceTree: one listing, pruned while walking, with text read only when asked for."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from draftpy.errors import SourceMissing
from draftpy.ignore import TOOL_FOLDERS, WatchIgnore, load_watch_ignore

# What builds leave behind and what belongs to others: no evidence about the app.
_PRUNED = frozenset(
    {*TOOL_FOLDERS, "dist", "build", "target", "vendor", "out", "coverage", "site-packages"}
    | {"bower_components", ".eggs", ".cache", ".aws-sam", ".serverless", "Pods"}
)
MAX_FILES = 20_000
MAX_OF_A_KIND = 2_000
MAX_DEPTH = 8
MAX_TEXT_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTree:
    """The files of a source folder, nearest first; `is_whole` is False if there were more."""

    root: Path
    files: tuple[str, ...]
    names: frozenset[str]
    is_whole: bool = True

    def has(self, path: str) -> bool:
        """Whether this file is listed."""
        return path in self.names

    def match(self, pattern: str) -> Iterator[str]:
        """The listed files that match; `*` stays in its folder, a leading `**/` is any depth."""
        if pattern.startswith("**/"):
            tail = pattern[3:]
            depth = tail.count("/") + 1
            wanted = ("/".join(file.split("/")[-depth:]) for file in self.files)
            return (f for f, end in zip(self.files, wanted, strict=True) if fnmatchcase(end, tail))
        depth = pattern.count("/")
        return (f for f in self.files if f.count("/") == depth and fnmatchcase(f, pattern))

    def find_text(self, path: str) -> str | None:
        """A file's text, or None if it is absent, unreadable or larger than 1 MB; never fails."""
        if path not in self.names:
            return None
        try:
            with (self.root / path).open("rb") as file:
                raw = file.read(MAX_TEXT_BYTES + 1)
        except OSError:
            return None
        return None if len(raw) > MAX_TEXT_BYTES else _decode(raw)

    def bytes_of(self, extensions: Iterable[str]) -> int:
        """The total size of the files with these extensions (`.py`)."""
        endings = tuple(extensions)
        return self.size_of(file for file in self.files if file.endswith(endings))

    def size_of(self, files: Iterable[str]) -> int:
        """The total size of these files; one that is too large to be written by hand counts 0."""
        sizes = (_size(f"{self.root}/{file}") for file in files)
        return sum(size for size in sizes if size <= MAX_TEXT_BYTES)

    def below(self, folder: str) -> "SourceTree":
        """The part of the tree that is below one folder, as a tree of its own."""
        start = f"{folder}/"
        files = tuple(file.removeprefix(start) for file in self.files if file.startswith(start))
        return make_tree(self.root / folder, files, is_whole=self.is_whole)


def make_tree(root: Path, files: Iterable[str], *, is_whole: bool = True) -> SourceTree:
    """A tree of these files."""
    ordered = tuple(sorted(files, key=lambda path: (path.count("/"), path)))
    return SourceTree(root=root, files=ordered, names=frozenset(ordered), is_whole=is_whole)


def load_source(root: Path, max_files: int = MAX_FILES) -> SourceTree:
    """List a source folder, nearest folders first; raises SourceMissing."""
    if not root.is_dir():
        raise SourceMissing(
            f"there is no folder {root}",
            evidence="it is a file" if root.exists() else "",
            remedy="draftpy create FOLDER",
        )
    files: list[str] = []
    ignore = load_watch_ignore(root)
    try:
        pending = _list_folder(root, "", ignore, files)
    except OSError as error:
        raise SourceMissing(
            f"{root} cannot be read", evidence=str(error), remedy="make it readable"
        ) from error
    while pending and len(files) < max_files:
        folder = pending.pop(0)
        try:
            pending += _list_folder(root, folder, ignore, files)
        except OSError:
            continue  # A folder that may not be read holds no evidence.
    return make_tree(root, files, is_whole=not pending)


def _list_folder(root: Path, folder: str, ignore: WatchIgnore, files: list[str]) -> list[str]:
    """Add the folder's files to `files`; return its folders that are worth a look."""
    prefix = f"{folder}/" if folder else ""
    kinds: Counter[str] = Counter()
    folders: list[str] = []
    names: list[str] = []
    with os.scandir(root / folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            elif entry.is_file(follow_symlinks=False) and _is_source(entry.name, kinds):
                names.append(entry.name)
    listed = (prefix + name for name in names)
    files += [path for path in listed if not ignore.is_ignored(path)]
    if folder.count("/") >= MAX_DEPTH:
        return []
    paths = (prefix + name for name in sorted(folders) if not _is_pruned(name))
    return [path for path in paths if not ignore.may_prune(path)]


def _is_source(name: str, kinds: Counter[str]) -> bool:
    """Thousands of files of one kind in one folder are data, not source."""
    kind = name.rpartition(".")[2]
    kinds[kind] += 1
    return kinds[kind] <= MAX_OF_A_KIND


def _is_pruned(name: str) -> bool:
    return name in _PRUNED or name.endswith(".egg-info")


def _decode(raw: bytes) -> str:
    """Text of any of the encodings that editors write; PowerShell redirects as UTF-16."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    return raw.decode("utf-8-sig", errors="replace")


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0
