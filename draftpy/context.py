"""Source tree → BuildContext: what counts for a build, ordered, with the digest of its content."""

import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from draftpy.dockerignore import IgnoreRules
from draftpy.entries import Entry, LoneEntry
from draftpy.errors import BuildFailed, DockerfileInvalid, SourceMissing

# As Git does: of a file's mode only the executable bit counts, so that no umask matters.
FOLDER_MODE = stat.S_IFDIR | 0o755
LINK_MODE = stat.S_IFLNK | 0o777
_PLAIN_MODE = stat.S_IFREG | 0o644
_EXECUTABLE_MODE = stat.S_IFREG | 0o755
# A file written again within one tick of its file system's clock keeps its times (FAT: 2 s).
RACY_NS = 2_000_000_000

# Size, mtime, inode and ctime: what changes when a file's content does, bar the racy moment.
StatKey = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextFile:
    """One entry of a build context: a file, a folder or a link.

    `path` is relative, with `/`; `mode` is normalised, type bits included; `size` in bytes and
    `sha256` are the content's; `link_to` is a link's target as it stands, even if it leads out.
    `mtime_ns` is no part of the digest and of equality.
    """

    path: str
    mode: int
    size: int
    sha256: str
    link_to: str = ""
    mtime_ns: int = field(default=0, compare=False)

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder."""
        return self.mode == FOLDER_MODE

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic link."""
        return self.mode == LINK_MODE


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildContext:
    """The files sent to a builder, ordered by path; `digest` covers paths, modes and bytes.

    `skipped` are sockets, pipes and devices: they have no content and are never sent.
    """

    root: Path
    files: tuple[ContextFile, ...]
    digest: str
    skipped: tuple[str, ...] = ()


class HashCache:
    """Content hashes of the last snapshot, so that a save in a large tree hashes what changed."""

    def __init__(self, now_ns: Callable[[], int] = time.time_ns) -> None:
        self._now_ns = now_ns
        self._hashes: dict[str, tuple[StatKey, str]] = {}

    def now_ns(self) -> int:
        """The wall clock that files' times are compared with."""
        return self._now_ns()

    def find(self, path: str, key: StatKey) -> str:
        """The hash of a file that still has this key; "" if it has not."""
        known = self._hashes.get(path)
        return known[1] if known and known[0] == key else ""

    def keep(self, path: str, key: StatKey, sha256: str, hashed_at_ns: int) -> None:
        """Remember a hash, unless the file is so young that a later write may look the same."""
        _, mtime_ns, _, ctime_ns = key
        if max(mtime_ns, ctime_ns) + RACY_NS < hashed_at_ns:
            self._hashes[path] = (key, sha256)

    def forget_others(self, paths: set[str]) -> None:
        """Drop files that are not in the snapshot any more."""
        self._hashes = {path: known for path, known in self._hashes.items() if path in paths}


def snapshot(
    root: Path, rules: IgnoreRules, dockerfile: str, cache: HashCache | None = None
) -> BuildContext:
    """Read the tree under `root`; raises SourceMissing, DockerfileInvalid, BuildFailed."""
    if not root.is_dir():
        raise SourceMissing(f"{root} is not a folder", remedy="name a folder of source code")
    _check_dockerfile(root, dockerfile)
    cache = cache or HashCache()
    files: list[ContextFile] = []
    skipped: list[str] = []
    for path, entry in _walk(root, rules):
        found = _read_entry(path, entry, cache)
        if found is not None:
            files.append(found)
        elif _is_special(entry):
            skipped.append(path)
    files.sort(key=lambda file: os.fsencode(file.path))
    cache.forget_others({file.path for file in files})
    return BuildContext(
        root=root,
        files=tuple(files),
        digest=digest_files(files),
        skipped=tuple(sorted(skipped)),
    )


def read_below(
    root: Path, rules: IgnoreRules, path: str, cache: HashCache | None = None
) -> Iterator[ContextFile]:
    """The entries that count at and below one path of the tree; none if nothing is there.

    Raises BuildFailed.
    """
    at = root / path
    if at.is_dir() and not at.is_symlink():
        if not rules.may_prune(path):
            yield from _read_all(_walk(root, rules, path), cache or HashCache())
        return
    if os.path.lexists(at) and not rules.is_ignored(path):
        yield from _read_all([(path, LoneEntry(str(at)))], cache or HashCache())


def digest_files(files: Sequence[ContextFile]) -> str:
    """sha256 (hex) over paths, modes, contents and link targets, in order; never mtimes."""
    total = hashlib.sha256()
    for file in files:
        # No path holds a NUL, so no two lists of entries give the same bytes.
        fields = (f"{file.mode:o}", file.path, file.sha256, file.link_to, "")
        total.update(b"\0".join(os.fsencode(text) for text in fields))
    return total.hexdigest()


def unreadable(path: str, error: OSError) -> BuildFailed:
    """The error for a path that may not be read."""
    return BuildFailed(
        f"{path} cannot be read",
        evidence=error.strerror or str(error),
        remedy=f"make it readable, or list it in .dockerignore: {path}",
    )


def _check_dockerfile(root: Path, dockerfile: str) -> None:
    path = Path(os.path.normpath(root / dockerfile))
    if not path.is_relative_to(os.path.normpath(root)):
        raise DockerfileInvalid(
            f"{dockerfile} is outside of the build context",
            evidence=f"the build context is {root}",
            remedy="name a Dockerfile below it",
        )
    if not path.is_file():
        raise DockerfileInvalid(
            f"{dockerfile} is not there",
            evidence=f"looked in {root}",
            remedy="draftpy create writes one",
        )


def _read_all(entries: Iterable[tuple[str, Entry]], cache: HashCache) -> Iterator[ContextFile]:
    for path, entry in entries:
        found = _read_entry(path, entry, cache)
        if found is not None:
            yield found


def _walk(
    root: Path, rules: IgnoreRules, below: str = ""
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Each entry that counts; ignored folders are entered only if a rule may bring some back."""
    pending = [(f"{below}/" if below else "", root / below)]
    while pending:
        prefix, folder = pending.pop()
        for entry in _list(prefix, folder):
            path = f"{prefix}{entry.name}"
            is_dir = entry.is_dir(follow_symlinks=False)
            if is_dir and not rules.may_prune(path):
                pending.append((f"{path}/", Path(entry.path)))
            if not rules.is_ignored(path, is_dir=is_dir):
                yield path, entry


def _list(prefix: str, folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []  # removed since its parent was listed
    except OSError as error:
        raise unreadable(prefix or str(folder), error) from error


def _read_entry(path: str, entry: Entry, cache: HashCache) -> ContextFile | None:
    """The entry's record; None if it has vanished since it was listed, or has no content."""
    try:
        if entry.is_symlink():
            return _read_link(path, entry)
        if entry.is_dir(follow_symlinks=False):
            return ContextFile(path=path, mode=FOLDER_MODE, size=0, sha256="")
        if entry.is_file(follow_symlinks=False):
            return _read_file(path, entry, cache)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unreadable(path, error) from error
    return None


def _is_special(entry: Entry) -> bool:
    try:
        mode = entry.stat(follow_symlinks=False).st_mode
    except OSError:
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISLNK(mode))


def _read_link(path: str, entry: Entry) -> ContextFile:
    mtime_ns = entry.stat(follow_symlinks=False).st_mtime_ns
    target = str(Path(entry.path).readlink())
    return ContextFile(
        path=path, mode=LINK_MODE, size=0, sha256="", link_to=target, mtime_ns=mtime_ns
    )


def _read_file(path: str, entry: Entry, cache: HashCache) -> ContextFile:
    status = entry.stat(follow_symlinks=False)
    known = cache.find(path, _key_of(status))
    if known:
        return _file_of(path, status, status.st_size, known)
    hashed_at_ns = cache.now_ns()
    with Path(entry.path).open("rb") as file:
        # Taken before the bytes are read: a write meanwhile gives the file another key.
        status = os.fstat(file.fileno())
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        size = file.tell()
    cache.keep(path, _key_of(status), sha256, hashed_at_ns)
    return _file_of(path, status, size, sha256)


def _file_of(path: str, status: os.stat_result, size: int, sha256: str) -> ContextFile:
    mode = _EXECUTABLE_MODE if status.st_mode & stat.S_IXUSR else _PLAIN_MODE
    return ContextFile(path=path, mode=mode, size=size, sha256=sha256, mtime_ns=status.st_mtime_ns)


def _key_of(status: os.stat_result) -> StatKey:
    return status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns
