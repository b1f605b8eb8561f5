"""Watcher for systems without inotify: watchdog's Observer on the whole folder, then filtered."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from watchdog.events import (
    EVENT_TYPE_CLOSED,
    EVENT_TYPE_CREATED,
    EVENT_TYPE_DELETED,
    EVENT_TYPE_MOVED,
    EVENT_TYPE_OPENED,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.events import EVENT_TYPE_CLOSED_NO_WRITE as EVENT_TYPE_READ
from watchdog.observers import Observer

from draftpy.errors import ConfigInvalid, WatchFailed
from draftpy.watch import ChangeKind, ChangeSink, LoadRules, RawChange, is_rule_file

_KINDS = {
    EVENT_TYPE_CREATED: ChangeKind.CREATED,
    EVENT_TYPE_DELETED: ChangeKind.GONE,
    EVENT_TYPE_CLOSED: ChangeKind.FINISHED,
}


class WatchdogWatcher:
    """Watches a folder and drops what is ignored; `load_rules` is asked again when they change."""

    def __init__(self, root: Path, load_rules: LoadRules) -> None:
        self._root = root
        self._load_rules = load_rules

    @contextmanager
    def watch(self, sink: ChangeSink) -> Iterator[int]:
        """Tell the sink of every change below the root; raises WatchFailed, ConfigInvalid."""
        root = self._root.resolve()
        observer = Observer()
        handler = _Handler(root, self._load_rules, sink)
        try:
            observer.schedule(handler, str(root), recursive=True)
            observer.start()
        except OSError as error:
            raise WatchFailed(
                f"{root} cannot be watched", evidence=str(error), remedy="is the folder there?"
            ) from error
        try:
            yield 1
        finally:
            observer.stop()
            observer.join()


class _Handler(FileSystemEventHandler):
    """Only enqueues: an exception here would end the observer's thread silently."""

    def __init__(self, root: Path, load_rules: LoadRules, sink: ChangeSink) -> None:
        self._root = root
        self._load_rules = load_rules
        self._rules = load_rules(root)
        self._sink = sink

    def dispatch(self, event: FileSystemEvent) -> None:
        """One event, from the observer's thread."""
        try:
            self._tell(event)
        except Exception as error:  # noqa: BLE001 - whatever it is, the user must know
            self._sink.fail(
                WatchFailed(
                    f"{self._root} cannot be watched any more",
                    evidence=f"{type(error).__name__}: {error}",
                    remedy="start again; changes made meanwhile are found then",
                )
            )

    def _tell(self, event: FileSystemEvent) -> None:
        source = self._relative(event.src_path)
        if event.event_type in (EVENT_TYPE_OPENED, EVENT_TYPE_READ):
            return
        if event.event_type == EVENT_TYPE_MOVED:
            target = self._relative(event.dest_path)
            self._put(source, ChangeKind.GONE, is_dir=event.is_directory)
            self._put(target, ChangeKind.ARRIVED, is_dir=event.is_directory)
        elif not event.is_directory or event.event_type == EVENT_TYPE_DELETED:
            kind = _KINDS.get(event.event_type, ChangeKind.MODIFIED)
            self._put(source, kind, is_dir=event.is_directory)

    def _put(self, path: str, kind: ChangeKind, *, is_dir: bool) -> None:
        if is_rule_file(path):
            self._reload_rules()
        if path not in ("", ".") and not self._is_ignored(path, is_dir=is_dir):
            self._sink.put(RawChange(path, kind))

    def _is_ignored(self, path: str, *, is_dir: bool) -> bool:
        folder = path.rpartition("/")[0]
        while folder:
            if self._rules.may_prune(folder):
                return True
            folder = folder.rpartition("/")[0]
        return self._rules.may_prune(path) if is_dir else self._rules.is_ignored(path)

    def _reload_rules(self) -> None:
        try:
            self._rules = self._load_rules(self._root)
        except ConfigInvalid:
            return  # half written: the old rules hold until the next save

    def _relative(self, path: bytes | str) -> str:
        text = os.fsdecode(path)
        return Path(text).relative_to(self._root).as_posix() if text else ""
