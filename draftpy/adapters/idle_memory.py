"""Memory that is not used while nothing happens, given back to the system."""

import ctypes
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

# linux/mman.h: forget the pages; the next use takes them from the file again.
_MADV_DONTNEED = 4
_SMAPS = Path("/proc/self/smaps")
_HEAD = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (r-[x-])p \S+ \S+ \S+ +(\S+)")


def release_library(name: str) -> int:
    """Give back the pages of a loaded library whose path holds `name`; how many bytes it spans.

    Only what cannot be written and was never changed: a page that the loader has relocated is lost
    if it is forgotten. Nothing on a system that tells of no mappings.
    """
    released = 0
    with suppress(OSError, AttributeError):
        madvise = ctypes.CDLL(None).madvise
        for start, end in _unchanged(_SMAPS.read_text(), name):
            length = ctypes.c_size_t(end - start)
            if madvise(ctypes.c_void_p(start), length, _MADV_DONTNEED) == 0:
                released += end - start
    return released


def release_heap() -> None:
    """Give back what was freed; only glibc keeps it, and only glibc can be told."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _unchanged(smaps: str, name: str) -> Iterator[tuple[int, int]]:
    """Start and end of each mapping of a file that holds exactly the file's bytes."""
    where: tuple[int, int] | None = None
    for line in smaps.splitlines():
        head = _HEAD.match(line)
        if head or re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            is_it = head is not None and name in head[4]
            where = (int(head[1], 16), int(head[2], 16)) if head and is_it else None
        elif where and line.startswith("Anonymous:"):
            if line.split()[1] == "0":
                yield where
            where = None
