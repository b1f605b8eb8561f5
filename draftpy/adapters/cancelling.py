"""Stop something that blocks, from beside it, once a cancel is asked for."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_POLL_S = 0.05


def never() -> bool:
    """Not cancelled."""
    return False


@contextmanager
def stopping_when(
    is_cancelled: Callable[[], bool], *stops: Callable[[], None], grace_s: float = 1.0
) -> Iterator[threading.Event]:
    """While the block runs, call the `stops` one after another once `is_cancelled` says so.

    Each but the first is called only if the block has not ended `grace_s` after the one before.
    Yields an event that is set when stopping has begun.
    """
    is_over, has_stopped = threading.Event(), threading.Event()

    def watch() -> None:
        while not is_over.wait(_POLL_S):
            if is_cancelled():
                break
        else:
            return
        has_stopped.set()
        for stop in stops:
            stop()
            if is_over.wait(grace_s):
                return

    watcher = threading.Thread(target=watch, name="cancel-watch", daemon=True)
    watcher.start()
    try:
        yield has_stopped
    finally:
        is_over.set()
        watcher.join()
