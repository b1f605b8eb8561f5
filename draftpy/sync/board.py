"""What the containers are to be made equal to, in versions that each pod follows."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from draftpy.dev_settings import DevSettings, Restart
from draftpy.sync.folder import SyncedFolder
from draftpy.sync.link import PutFile, SyncOrder
from draftpy.sync.trees import FileState, Tree, diff_trees


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncTarget:
    """What pods of one image are kept equal to: `build_id` is the tag of that image."""

    folder: SyncedFolder
    settings: DevSettings
    build_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a pod has to do to get to a version: nothing if the order is empty."""

    version: int
    order: SyncOrder
    states: Tree

    @property
    def has_work(self) -> bool:
        """Whether the agent is to be asked at all."""
        return bool(self.order.puts or self.order.deletes or self.order.force)


@dataclass(slots=True)
class Board:
    """The target and its versions; pods wait here, and tell here how far they have come."""

    changed: threading.Condition = field(default_factory=threading.Condition)
    target: SyncTarget | None = None
    version: int = 0
    # Up to which version pods that had not come to it were given up waiting for.
    told: int = 0
    # From which version on it is known what changed; before, every path may differ.
    _aimed_in: int = 0
    _changed_in: dict[str, int] = field(default_factory=dict)
    _forced_in: int = 0

    def aim(self, target: SyncTarget) -> None:
        """From now on this target; every path may differ."""
        with self.changed:
            self.target = target
            self._changed_in = {}
            self._aimed_in = self._next()

    def bump(self, paths: tuple[str, ...], *, force: bool = False) -> int:
        """A new version in which these paths differ; `force` restarts the app in any case."""
        with self.changed:
            number = self._next()
            self._changed_in |= dict.fromkeys(paths, number)
            if force:
                self._forced_in = number
            return number

    def wanted_for(self, present: Tree, since: int) -> Wanted:
        """What makes `present`, which was equal to version `since` (0: unknown), the newest."""
        with self.changed:
            target = self.target
            if target is None:
                return Wanted(version=self.version, order=SyncOrder(), states={})
            folder, settings = target.folder, target.settings
            is_known = since >= self._aimed_in
            among = [path for path, n in self._changed_in.items() if n > since]
            diff = diff_trees(folder.tree, present, among if is_known else None)
            puts = tuple(folder.open_put(path) for path in diff.puts)
            order = SyncOrder(
                puts=puts,
                deletes=diff.deletes,
                build=settings.build,
                restart=settings.restart,
                signal=settings.signal if settings.restart is Restart.SIGNAL else "",
                force=bool(since) and self._forced_in > since,
            )
            return Wanted(version=self.version, order=order, states=_states(puts))

    def share(self, present: dict[str, FileState]) -> dict[str, FileState]:
        """The same, with one record for what a pod and the folder have alike."""
        with self.changed:
            tree = self.target.folder.tree if self.target else {}
            return {p: s if tree.get(p) != s else tree[p] for p, s in present.items()}

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Change what others wait for, and wake them."""
        with self.changed:
            yield
            self.changed.notify_all()

    def _next(self) -> int:
        self.version += 1
        self.changed.notify_all()
        return self.version


def _states(puts: tuple[PutFile, ...]) -> Tree:
    return {put.path: put.state for put in puts}
