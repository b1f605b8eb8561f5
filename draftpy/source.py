"""A folder → SourceTree: one listing, pruned while walking, with text read only when asked for."""

import os
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from draftpy.errors import SourceMissing
from draftpy.ignore import TOOL_FOLDERS, SourceIgnore, load_source_ignore

# What builds leave behind and what belongs to others: no evidence about the app.
_PRUNED = frozenset(
    {*TOOL_FOLDERS, "dist", "build", "target", "vendor", "out", "coverage", "site-packages"}
    | {"bower_components", ".eggs", ".cache", ".aws-sam", ".serverless", "Pods"}
)
# What stands beside an app to show, explain or test it: no evidence that this is the app.
ASIDE_FOLDERS = frozenset(
    {"examples", "example", "samples", "sample", "docs", "doc", "test", "tests", "e2e", "spec"}
    | {"fixtures", "testdata", "benchmarks", "bench", "__tests__"}
)
MAX_FILES = 20_000
MAX_FOLDERS = 10_000
MAX_OF_A_KIND = 2_000
# Sources of Java lie deep: apps/shop/web/src/main/java/com/example/shop/web.
MAX_DEPTH = 14
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
        return _read(f"{self.root}/{path}")

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
    walk = _Walk(root)
    try:
        walk.enter("", load_source_ignore(root))
    except OSError as error:
        raise SourceMissing(
            f"{root} cannot be read", evidence=str(error), remedy="make it readable"
        ) from error
    while walk.pending and len(walk.files) < max_files and walk.entered < MAX_FOLDERS:
        with suppress(OSError):  # A folder that may not be read holds no evidence.
            walk.enter(*walk.pending.popleft())
    return make_tree(root, walk.files, is_whole=not walk.pending)


class _Walk:
    """The files found so far, and the folders still to look into with the rules above them."""

    def __init__(self, root: Path) -> None:
        self.root = os.path.realpath(root)
        self.files: list[str] = []
        self.pending: deque[tuple[str, SourceIgnore]] = deque()
        self.entered = 0

    def enter(self, folder: str, ignore: SourceIgnore) -> None:
        """List one folder; raises OSError if it cannot be read."""
        self.entered += 1
        prefix = f"{folder}/" if folder else ""
        folders, names = self._list(folder)
        if folder and ".gitignore" in names:
            ignore = ignore.entering(prefix, _read(f"{self.root}/{prefix}.gitignore") or "")
        listed = (prefix + name for name in names)
        self.files += [path for path in listed if not ignore.is_ignored(path)]
        if folder.count("/") >= MAX_DEPTH:
            return
        paths = (prefix + name for name in sorted(folders) if not _is_pruned(name))
        self.pending += [(p, ignore) for p in paths if not ignore.is_ignored(p, is_dir=True)]

    def _list(self, folder: str) -> tuple[list[str], list[str]]:
        """The names of a folder's folders and of its files that are worth a look."""
        kinds: Counter[str] = Counter()
        folders: list[str] = []
        names: list[str] = []
        with os.scandir(f"{self.root}/{folder}") as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.name)
                elif self._is_file(entry) and _is_source(entry.name, kinds):
                    names.append(entry.name)
        return folders, names

    def _is_file(self, entry: os.DirEntry[str]) -> bool:
        """Whether it is a file, or a link to a file inside the source folder."""
        if not entry.is_symlink():
            return entry.is_file(follow_symlinks=False)
        target = os.path.realpath(entry.path)
        return target.startswith(f"{self.root}/") and Path(target).is_file()


def _is_source(name: str, kinds: Counter[str]) -> bool:
    """Thousands of files of one kind in one folder are data, not source."""
    kind = name.rpartition(".")[2]
    kinds[kind] += 1
    return kinds[kind] <= MAX_OF_A_KIND


def _is_pruned(name: str) -> bool:
    return name in _PRUNED or name.endswith(".egg-info")


def _read(path: str) -> str | None:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 a Path for each of thousands costs
            raw = file.read(MAX_TEXT_BYTES + 1)
    except (OSError, ValueError):
        return None
    return None if len(raw) > MAX_TEXT_BYTES else _decode(raw)


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
