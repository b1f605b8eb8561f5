"""One change of the cluster at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devcluster.steps import tell


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock; a second call waits for the first, and says so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("· another devcluster call is at work; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
