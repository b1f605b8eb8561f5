"""Watcher for where no events come: lists the folder again and again."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from draftpy.adapters.watch_errors import folder_gone, watch_failed
from draftpy.dockerignore import IgnoreRules
from draftpy.errors import ConfigInvalid
from draftpy.events import Reporter, Warned
from draftpy.watch import ChangeKind, ChangeSink, LoadRules, RawChange, is_rule_file

# Rounds take a tenth of a core, unless that made a save wait for longer than this.
_PAUSE_PER_CPU = 9
_MIN_PAUSE_S = 0.5
_MAX_PAUSE_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Polling:
    """Why polling is needed and what would spare it; pauses are as long as listing allows."""

    because: str
    remedy: str = ""
    min_pause_s: float = _MIN_PAUSE_S


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file or folder as it was: `state` differs if its content, mode or times do."""

    inode: int
    state: tuple[int, ...]
    is_folder: bool


_Listing = dict[str, _Seen]


class PollingWatcher:
    """Watches by listing; `load_rules` is asked again when they change."""

    def __init__(
        self, root: Path, load_rules: LoadRules, reporter: Reporter, polling: Polling
    ) -> None:
        self._root = root
        self._load_rules = load_rules
        self._reporter = reporter
        self._polling = polling

    @contextmanager
    def watch(self, sink: ChangeSink) -> Iterator[int]:
        """Tell the sink of every change below the root; raises WatchFailed, ConfigInvalid."""
        if not self._root.is_dir():
            raise folder_gone(self._root)
        rounds = _Rounds(
            root=self._root.resolve(),
            load_rules=self._load_rules,
            rules=self._load_rules(self._root),
            sink=sink,
            min_pause_s=self._polling.min_pause_s,
        )
        self._tell_cost(rounds)
        thread = threading.Thread(target=rounds.run, name="poll", daemon=True)
        thread.start()
        try:
            yield rounds.folders
        finally:
            rounds.ended.set()
            thread.join()

    def _tell_cost(self, rounds: "_Rounds") -> None:
        cost = rounds.cost
        files = f"{len(rounds.known):,} files each {cost.pause_s:.1f} s"
        self._reporter.report(
            Warned(
                text=f"polling {files} ({cost.share:.0%} of a core), because"
                f" {self._polling.because}",
                remedy=self._polling.remedy,
            )
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one round took; `pause_s` is how long to wait before the next."""

    cpu_s: float
    wall_s: float
    min_pause_s: float = _MIN_PAUSE_S

    @property
    def pause_s(self) -> float:
        """So long that a tenth of a core is enough, or that a slow server has half its time."""
        wanted = min(_PAUSE_PER_CPU * self.cpu_s, _MAX_PAUSE_S)
        return max(self.min_pause_s, wanted, self.wall_s)

    @property
    def share(self) -> float:
        """The part of a core that polling takes."""
        return self.cpu_s / (self.wall_s + self.pause_s)


@dataclass(slots=True, kw_only=True, eq=False)
class _Rounds:
    """What was seen in the last round; the body of the polling thread."""

    root: Path
    load_rules: LoadRules
    rules: IgnoreRules
    sink: ChangeSink
    min_pause_s: float
    cost: Cost = field(init=False)
    ended: threading.Event = field(default_factory=threading.Event)
    known: _Listing = field(init=False)
    # New files that are not told yet: a temporary one is gone again by the next round.
    _fresh: _Listing = field(default_factory=dict)

    def __post_init__(self) -> None:
        with self._measured():
            self.known = _list_tree(self.root, self.rules)

    @property
    def folders(self) -> int:
        """How many folders are watched."""
        return 1 + sum(seen.is_folder for seen in self.known.values())

    def run(self) -> None:
        """Round after round until ended; its failure is told, never silent."""
        try:
            while not self.ended.wait(self.cost.pause_s):
                if not self.root.is_dir():
                    self.sink.fail(folder_gone(self.root))
                    return
                with self._measured():
                    self._round()
        except Exception as error:  # noqa: BLE001 - whatever it is, the user must know
            self.sink.fail(watch_failed(self.root, error))

    def _round(self) -> None:
        found = _list_tree(self.root, self.rules)
        compared = compare(self.known, found, self._fresh)
        self.known, self._fresh = compared.known, compared.fresh
        if any(is_rule_file(change.path) for change in compared.changes):
            self._reload_rules()
        for change in compared.changes:
            self.sink.put(change)

    def _reload_rules(self) -> None:
        """What only the new rules bring in is known from now on, and is no change."""
        try:
            self.rules = self.load_rules(self.root)
        except ConfigInvalid:
            return  # half written: the build tells of it; the old rules hold until the next save
        listed = _list_tree(self.root, self.rules)
        self._fresh = {path: seen for path, seen in self._fresh.items() if path in listed}
        self.known = {
            path: self.known.get(path, seen)
            for path, seen in listed.items()
            if path not in self._fresh
        }

    @contextmanager
    def _measured(self) -> Iterator[None]:
        wall, cpu = time.monotonic(), time.thread_time()
        yield
        self.cost = Cost(
            cpu_s=time.thread_time() - cpu,
            wall_s=time.monotonic() - wall,
            min_pause_s=self.min_pause_s,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What differs between two listings; `fresh` are new files that wait for another round."""

    changes: tuple[RawChange, ...]
    known: _Listing
    fresh: _Listing


def compare(known: _Listing, found: _Listing, fresh: _Listing) -> Compared:
    """The changes that lead from one listing to the next.

    A new file is told once it was the same in two rounds, a renamed one at once.
    """
    gone = [path for path in known if path not in found]
    moved = {known[path].inode for path in gone}
    changes = [RawChange(path, ChangeKind.GONE) for path in _outermost(gone, known)]
    kept: _Listing = {}
    waiting: _Listing = {}
    for path, seen in found.items():
        if path in known or seen.is_folder:
            kinds = [] if seen.is_folder or known[path] == seen else [ChangeKind.FINISHED]
        elif seen.inode in moved:
            kinds = [ChangeKind.ARRIVED]
        elif fresh.get(path) == seen:
            kinds = [ChangeKind.CREATED, ChangeKind.FINISHED]
        else:
            waiting[path] = seen
            continue
        kept[path] = seen
        changes += [RawChange(path, kind) for kind in kinds]
    return Compared(changes=tuple(changes), known=kept, fresh=waiting)


def _outermost(gone: list[str], known: _Listing) -> Iterator[str]:
    """A folder stands for everything below it."""
    folders = {path for path in gone if known[path].is_folder}
    for path in gone:
        if path.rpartition("/")[0] not in folders:
            yield path


def _list_tree(root: Path, rules: IgnoreRules) -> _Listing:
    found: _Listing = {}
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    path = f"{folder}/{entry.name}" if folder else entry.name
                    if _note(entry, path, rules, found):
                        pending.append(path)
        except OSError:
            continue  # it vanished meanwhile, or may not be listed
    return found


def _note(entry: "os.DirEntry[str]", path: str, rules: IgnoreRules, found: _Listing) -> bool:
    """Remember an entry that counts; whether it is a folder to list."""
    is_folder = entry.is_dir(follow_symlinks=False)
    if rules.may_prune(path) if is_folder else rules.is_ignored(path):
        return False
    try:
        stat = entry.stat(follow_symlinks=False)
    except OSError:
        return False
    times = (stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_mode)
    state = () if is_folder else (stat.st_ino, *times)
    found[path] = _Seen(stat.st_ino, state, is_folder)
    return is_folder
