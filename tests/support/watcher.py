"""A watcher that tells what a test tells it to."""

from collections.abc import Iterator
from contextlib import contextmanager

from draftpy.errors import DraftError
from draftpy.watch import ChangeKind, ChangeSink, RawChange


class ScriptedWatcher:
    """Watches nothing: `save`, `lose` and `fail` play the file system's part."""

    def __init__(self, *, folders: int = 1, refused: DraftError | None = None) -> None:
        self._folders = folders
        self._refused = refused
        self.sink: ChangeSink | None = None

    @contextmanager
    def watch(self, sink: ChangeSink) -> Iterator[int]:
        if self._refused is not None:
            raise self._refused
        self.sink = sink
        try:
            yield self._folders
        finally:
            self.sink = None

    @property
    def is_watching(self) -> bool:
        return self.sink is not None

    def save(self, *paths: str) -> None:
        for path in paths:
            self._sink().put(RawChange(path, ChangeKind.FINISHED))

    def lose(self) -> None:
        self._sink().put_lost()

    def fail(self, error: DraftError) -> None:
        self._sink().fail(error)

    def _sink(self) -> ChangeSink:
        assert self.sink is not None, "nobody watches"
        return self.sink
