"""Watcher for Linux: one inotify instance, one watch per folder that counts, none for ignored ones.

watchdog's own recursive watch descends into ignored folders (node_modules) and its Observer takes
an inotify instance and a thread per scheduled folder; so only its `InotifyFD` is used here.
"""

import errno
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from pathlib import Path

from watchdog.observers.inotify_c import (
    CallbackId,
    InotifyConstants,
    InotifyEvent,
    InotifyFD,
    Mask,
    WatchDescriptor,
)

from draftpy.adapters.watch_errors import folder_gone, watch_failed
from draftpy.dockerignore import IgnoreRules
from draftpy.errors import ConfigInvalid
from draftpy.watch import ChangeKind, ChangeSink, LoadRules, RawChange, is_rule_file

# Reading a file is no change, so neither opening nor closing without a write is asked for.
_MASK = Mask(
    InotifyConstants.IN_CREATE
    | InotifyConstants.IN_MODIFY
    | InotifyConstants.IN_ATTRIB
    | InotifyConstants.IN_CLOSE_WRITE
    | InotifyConstants.IN_MOVE
    | InotifyConstants.IN_DELETE
    | InotifyConstants.IN_ONLYDIR
    | InotifyConstants.IN_DONT_FOLLOW
    | InotifyConstants.IN_EXCL_UNLINK
)
# A folder may vanish, or become a file or a link, between its listing and its watch.
_VANISHED = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


class InotifyWatcher:
    """Watches a folder without its ignored parts; `load_rules` is asked again when they change."""

    def __init__(self, root: Path, load_rules: LoadRules) -> None:
        self._root = root
        self._load_rules = load_rules

    @contextmanager
    def watch(self, sink: ChangeSink) -> Iterator[int]:
        """Tell the sink of every change below the root; raises WatchFailed, ConfigInvalid."""
        if not self._root.is_dir():
            raise folder_gone(self._root)
        rules = self._load_rules(self._root)
        try:
            fd = InotifyFD()
        except OSError as error:
            raise watch_failed(self._root, error) from error
        tree = _Tree(
            root=self._root.resolve(), load_rules=self._load_rules, rules=rules, sink=sink, fd=fd
        )
        reader = threading.Thread(target=tree.read_until_closed, name="watch", daemon=True)
        reader.start()
        try:
            self._watch_all(tree)
            yield tree.folders
        finally:
            fd.stop()
            reader.join()

    def _watch_all(self, tree: "_Tree") -> None:
        try:
            tree.add_folder("", tells=False)
        except OSError as error:
            raise watch_failed(self._root, error) from error


@dataclass(frozen=True, slots=True)
class _Folder:
    path: str
    callback: CallbackId


@dataclass(slots=True, kw_only=True, eq=False)
class _Tree:
    """The watched folders; a WatchCallback of watchdog's InotifyFD."""

    root: Path
    load_rules: LoadRules
    rules: IgnoreRules
    sink: ChangeSink
    fd: InotifyFD
    _by_watch: dict[WatchDescriptor, _Folder] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=count)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _is_ignored: Callable[[str], bool] = field(init=False)
    _may_prune: Callable[[str], bool] = field(init=False)

    def __post_init__(self) -> None:
        self._use(self.rules)

    @property
    def folders(self) -> int:
        """How many folders are watched."""
        return len(self._by_watch)

    def read_until_closed(self) -> None:
        """The body of the reading thread; its failure is told, never silent."""
        try:
            while self.fd.should_keep_running():
                for event in self.fd.read_events():
                    self.fd.handle_event(event)
        except Exception as error:  # noqa: BLE001 - whatever it is, the user must know
            if self.fd.should_keep_running():
                self.sink.fail(watch_failed(self.root, error))

    def add_folder(self, path: str, *, tells: bool) -> None:
        """Watch a folder and all that counts below it; `tells` of each file that is there.

        The watch comes before the listing, so that a file is seen by one of them or by both.
        """
        todo = [path]
        while todo:
            folder = todo.pop()
            with self._lock:
                if self._add_watch(folder):
                    todo += self._list(folder, tells=tells)

    def on_event(self, event: InotifyEvent) -> None:
        """One event of one watched folder; called by the reading thread."""
        with self._lock:
            folder = self._by_watch.get(event.wd)
            if folder is None or not event.name:
                return
            path = _join(folder.path, os.fsdecode(event.name))
            if event.is_directory:
                self._on_folder(path, event)
            else:
                self._on_file(path, event)

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:
        """The kernel dropped a watch: its folder was deleted."""
        with self._lock:
            folder = self._by_watch.pop(wd, None)
        if folder is not None and folder.path == "" and self.fd.should_keep_running():
            self.sink.fail(folder_gone(self.root))

    def on_queue_overflow(self) -> None:
        """The kernel dropped events: everything may have changed, new folders included."""
        self.add_folder("", tells=False)
        self.sink.put_lost()

    def _on_file(self, path: str, event: InotifyEvent) -> None:
        kind = _kind_of(event)
        if is_rule_file(path) and kind is not ChangeKind.MODIFIED:
            self._reload_rules()
        if not self._is_ignored(path):
            self.sink.put(RawChange(path, kind))

    def _on_folder(self, path: str, event: InotifyEvent) -> None:
        if event.is_moved_from:
            self._drop_watches(lambda known: known == path or known.startswith(f"{path}/"))
        if self._may_prune(path):
            return
        if event.is_create or event.is_moved_to:
            self.add_folder(path, tells=True)
        elif event.is_delete or event.is_moved_from:
            self.sink.put(RawChange(path, ChangeKind.GONE))

    def _add_watch(self, path: str) -> bool:
        callback = CallbackId(next(self._ids))
        try:
            wd = self.fd.add_callback(os.fsencode(f"{self.root}/{path}"), _MASK, self, callback)
        except OSError as error:
            if error.errno in _VANISHED and path:
                return False
            raise
        if wd == -1:  # watchdog's way to say: no permission
            return False
        known = self._by_watch.get(wd)
        self._by_watch[wd] = _Folder(path, callback)
        if known is not None:  # the same folder, maybe under another name
            self.fd.remove_callbacks([(wd, known.callback)])
        return True

    def _list(self, path: str, *, tells: bool) -> list[str]:
        folders = []
        try:
            with os.scandir(f"{self.root}/{path}") as entries:
                for entry in entries:
                    below = _join(path, entry.name)
                    if entry.is_dir(follow_symlinks=False):
                        if not self._may_prune(below):
                            folders.append(below)
                    elif tells and not self._is_ignored(below):
                        self.sink.put(RawChange(below, ChangeKind.CREATED))
        except OSError:
            return folders  # it vanished meanwhile, or may not be listed
        return folders

    def _drop_watches(self, is_dropped: Callable[[str], bool]) -> None:
        dropped = [(wd, folder) for wd, folder in self._by_watch.items() if is_dropped(folder.path)]
        for wd, _ in dropped:
            del self._by_watch[wd]
        self.fd.remove_callbacks([(wd, folder.callback) for wd, folder in dropped])

    def _reload_rules(self) -> None:
        try:
            self._use(self.load_rules(self.root))
        except ConfigInvalid:
            return  # half written: the build tells of it; the old rules hold until the next save
        self._drop_watches(lambda path: path != "" and self._is_in_pruned(path))
        self.add_folder("", tells=False)

    def _use(self, rules: IgnoreRules) -> None:
        self._is_ignored = lru_cache(maxsize=20_000)(rules.is_ignored)
        self._may_prune = lru_cache(maxsize=20_000)(rules.may_prune)

    def _is_in_pruned(self, path: str) -> bool:
        steps = path.split("/")
        return any(self._may_prune("/".join(steps[:end])) for end in range(1, len(steps) + 1))


def _kind_of(event: InotifyEvent) -> ChangeKind:
    if event.is_moved_from or event.is_delete:
        return ChangeKind.GONE
    if event.is_moved_to:
        return ChangeKind.ARRIVED
    if event.is_close_write:
        return ChangeKind.FINISHED
    return ChangeKind.CREATED if event.is_create else ChangeKind.MODIFIED


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
