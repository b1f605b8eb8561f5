"""The folder as the containers should have it, kept up to date change by change."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from draftpy.context import BuildContext, ContextFile, HashCache, read_below
from draftpy.dockerignore import IgnoreRules
from draftpy.sync.link import PutFile
from draftpy.sync.trees import FileState, Tree, state_of
from draftpy.sync_rules import Place, Rebuild, SyncRules
from draftpy.watch import ChangeSet, is_rule_file

_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsTurn:
    """A change that a sync does not cover, and why: for people."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Changes that were taken over: the paths in the container that differ from before."""

    targets: tuple[str, ...]


@dataclass(kw_only=True, slots=True)
class SyncedFolder:
    """What the containers should hold; made of a whole build context, then told of changes.

    `deployed` are the paths that shape the release and not the image: chart, values, draft.yaml.
    """

    context: BuildContext
    rules: SyncRules
    ignore: IgnoreRules
    deployed: tuple[str, ...] = ()
    _files: dict[str, ContextFile] = field(default_factory=dict)
    _tree: dict[str, FileState] = field(default_factory=dict)
    _sources: dict[str, str] = field(default_factory=dict)
    _cache: HashCache = field(default_factory=HashCache)

    def __post_init__(self) -> None:
        for file in self.context.files:
            place = self.rules.find_place(file.path)
            if not file.is_folder:
                self._files[file.path] = file
                if isinstance(place, Place):
                    self._lay(place, file.path, file)

    @property
    def tree(self) -> Tree:
        """What each container should hold."""
        return self._tree

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.context.root

    def take(
        self, changes: ChangeSet, refuses: Callable[[str], str] = lambda _: ""
    ) -> Taken | NeedsTurn:
        """Look at what changed and take it over; nothing is taken if any of it needs more.

        `refuses` says why a path in the container cannot be written; empty if it can.
        Raises BuildFailed for a file that may not be read.
        """
        if changes.whole_tree:
            return NeedsTurn(path=".", reason="so much changed that all of it is compared")
        found: dict[str, ContextFile | None] = {}
        for path in changes.paths:
            if self._is_deployed(path):
                return NeedsTurn(path=path, reason="it belongs to the release, not to the image")
            found |= self._look(path)
        for path in found:
            reason = self._why_not(path, refuses)
            if reason:
                return NeedsTurn(path=path, reason=reason)
        return Taken(targets=tuple(self._take_over(found)))

    def open_put(self, target: str) -> PutFile:
        """A file to write into a container, by its path there."""
        source = self.root / self._sources[target]
        return PutFile(path=target, state=self._tree[target], chunks=lambda: _read(source))

    def _why_not(self, path: str, refuses: Callable[[str], str]) -> str:
        place = self.rules.find_place(path)
        if isinstance(place, Place):
            return refuses(place.target)
        return place.reason if isinstance(place, Rebuild) else ""

    def _is_deployed(self, path: str) -> bool:
        if is_rule_file(path):
            return True
        return any(path == place or path.startswith(f"{place}/") for place in self.deployed)

    def _look(self, path: str) -> dict[str, ContextFile | None]:
        """What differs at and below a path: the file as it is now, None if it has gone."""
        present = {
            file.path: file
            for file in read_below(self.root, self.ignore, path, self._cache)
            if not file.is_folder
        }
        is_file = path in present and path in self._files
        known = [path] if is_file else self._known_below(path)
        differing = {p: f for p, f in present.items() if self._files.get(p) != f}
        return {**differing, **{p: None for p in known if p not in present}}

    def _known_below(self, path: str) -> list[str]:
        return [p for p in self._files if p == path or p.startswith(f"{path}/")]

    def _take_over(self, found: dict[str, ContextFile | None]) -> Iterator[str]:
        for path, file in found.items():
            if file is None:
                del self._files[path]
            else:
                self._files[path] = file
            place = self.rules.find_place(path)
            if isinstance(place, Place):
                self._lay(place, path, file)
                yield place.target

    def _lay(self, place: Place, path: str, file: ContextFile | None) -> None:
        if file is None:
            self._tree.pop(place.target, None)
            self._sources.pop(place.target, None)
        else:
            self._tree[place.target] = state_of(file, place)
            self._sources[place.target] = path


def _read(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
