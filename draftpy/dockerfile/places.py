"""Where one COPY puts a file, by the file's path in the source."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from draftpy.dockerfile.model import Copy
from draftpy.dockerignore import compile_glob, compile_pattern

# Folders that nearly every base image has; a file that is copied to one lands inside it.
COMMON_FOLDERS = frozenset(
    {"/", "/bin", "/etc", "/home", "/lib", "/opt", "/root", "/sbin", "/srv", "/tmp", "/usr", "/var"}
    | {"/usr/bin", "/usr/lib", "/usr/local", "/usr/local/bin", "/usr/local/lib", "/usr/share"}
    | {"/usr/src", "/var/lib", "/var/www", "/var/www/html", "/usr/share/nginx/html"}
    | {"/etc/nginx", "/etc/nginx/conf.d", "/usr/local/etc", "/mnt", "/run", "/var/log"}
)
_ARCHIVE = re.compile(r".*\.(tar|tgz|tar\.(gz|bz2|xz|zst)|tbz2?|txz)")
_MAGIC = re.compile(r"[*?\[]")


@dataclass(frozen=True, kw_only=True)
class Laying:
    """One COPY, ready to be asked; `is_folder` says that its destination exists as one."""

    copy: Copy
    is_folder: bool

    @cached_property
    def destination(self) -> str:
        """The absolute destination, without a slash at its end."""
        return posixpath.normpath(posixpath.join(self.copy.workdir, self.copy.destination))

    @cached_property
    def _sources(self) -> tuple["_Source", ...]:
        return tuple(_Source(text=text) for text in self.copy.sources)

    @cached_property
    def _excludes(self) -> tuple[re.Pattern[str], ...]:
        return tuple(compile_pattern(pattern) for pattern in self.copy.excludes)

    def find_place(self, path: str) -> str | None:
        """Where it puts the file of this path (relative, also one of a stage), or None."""
        if any(pattern.fullmatch(path) for pattern in self._excludes):
            return None
        for source in self._sources:
            rest = source.find_rest(path)
            if rest is None:
                continue
            if self.copy.keeps_folders:
                return self._join(source.below_pivot(path))
            if rest:
                return self._join(rest)
            inside = self.is_folder or len(self._sources) > 1
            return self._join(posixpath.basename(path)) if inside else self.destination
        return None

    def is_ambiguous(self, path: str) -> bool:
        """Whether its pattern may bring a file of another folder to the same place."""
        source = self._find_source(path)
        return source is not None and source.merges_folders(path)

    def comes_after(self, other: str, path: str) -> bool:
        """Whether a later one of its sources brings `other`, so that it replaces `path`."""
        first, second = self._find_source(path), self._find_source(other)
        if first is None or second is None:
            return False
        return self._sources.index(second) > self._sources.index(first)

    @property
    def is_known(self) -> bool:
        """Whether its destination can be told; a relative one needs a WORKDIR."""
        return self.destination.startswith("/")

    def origins_of(self, place: str) -> Iterator[str]:
        """The paths whose files it would put exactly there."""
        below = place.removeprefix(self.destination.rstrip("/") + "/")
        for source in self._sources:
            for path in source.candidates(below if below != place else ""):
                if self.find_place(path) == place:
                    yield path

    def _find_source(self, path: str) -> "_Source | None":
        return next((each for each in self._sources if each.find_rest(path) is not None), None)

    def unpacks(self, path: str) -> bool:
        """Whether it is an ADD that unpacks this archive."""
        return self.copy.is_add and _ARCHIVE.fullmatch(path) is not None

    def _join(self, rest: str) -> str:
        return posixpath.normpath(posixpath.join(self.destination, rest))


@dataclass(frozen=True, kw_only=True)
class _Source:
    """One source of a COPY: a path or a pattern."""

    text: str

    @cached_property
    def path(self) -> str:
        """The path or pattern, relative and clean; "" for the whole root."""
        cleaned = posixpath.normpath(f"/{self.text}").lstrip("/")
        return "" if cleaned == "." else cleaned

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return compile_glob(self.path)

    @cached_property
    def _depth(self) -> int:
        return self.path.count("/") + 1

    def find_rest(self, path: str) -> str | None:
        """What of the path is below the source; "" if the source is that file; else None."""
        if not self.path:
            return path
        steps = path.split("/", self._depth)
        head = "/".join(steps[: self._depth])
        if len(steps) < self._depth:
            return None
        is_match = self._pattern.fullmatch(head) if _MAGIC.search(self.path) else head == self.path
        if not is_match:
            return None
        return steps[self._depth] if len(steps) > self._depth else ""

    def merges_folders(self, path: str) -> bool:
        """Whether it is a pattern that may match several folders, and the path is in one."""
        if not _MAGIC.search(self.path):
            return False
        return bool(self.find_rest(path)) or bool(_MAGIC.search(posixpath.dirname(self.path)))

    def below_pivot(self, path: str) -> str:
        """With --parents: the path without what stands before `/./` in the source."""
        head, pivot, _ = self.text.partition("/./")
        return path.removeprefix(f"{head.strip('/')}/") if pivot else path

    def candidates(self, below: str) -> Iterator[str]:
        """Paths that may have become `below` in the destination ("": the destination itself)."""
        folder = posixpath.dirname(self.path)
        if not _MAGIC.search(self.path):
            yield self.path
            if below:
                yield posixpath.join(self.path, below)
        elif below and not _MAGIC.search(folder):
            yield posixpath.join(folder, below)
