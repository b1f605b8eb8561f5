"""Why a folder cannot be watched, as errors."""

import errno
from pathlib import Path

from draftpy.errors import WatchFailed, WatchLimit

_LIMITS = {
    errno.ENOSPC: ("too many folders for inotify", "max_user_watches=524288"),
    errno.EMFILE: ("too many inotify instances are open", "max_user_instances=512"),
}


def folder_gone(root: Path) -> WatchFailed:
    """The root is not there any more."""
    return WatchFailed(f"{root} is gone", remedy="start again in the project's folder")


def watch_failed(root: Path, error: Exception) -> WatchFailed:
    """What the operating system said; a WatchLimit where another way of watching works."""
    code = error.errno if isinstance(error, OSError) else None
    if code in _LIMITS:
        why, setting = _LIMITS[code]
        return WatchLimit(
            f"{root} cannot be watched: {why}",
            evidence=str(error),
            remedy=f"sudo sysctl fs.inotify.{setting} (or name big folders in .draftignore)",
        )
    return WatchFailed(
        f"{root} cannot be watched",
        evidence=f"{type(error).__name__}: {error}",
        remedy="start again; changes made meanwhile are found then",
    )
