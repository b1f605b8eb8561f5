# ruff: noqa: T201 - printing figures is what it is for
"""Figures of watching: run as `python -m tests.bench.bench_watch`; asserts nothing."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from draftpy.adapters.inotify_watcher import InotifyWatcher
from draftpy.clock import SystemClock
from draftpy.ignore import load_watch_ignore
from draftpy.watch import ChangeQueue

FILES_PER_FOLDER = 100
SAVES = 100
IDLE_S = 5.0
CHECKOUT_FILES = 5000


def make_files(folder: Path, count: int) -> None:
    """So many empty files, a hundred to a folder."""
    for number in range(count // FILES_PER_FOLDER):
        below = folder / f"d{number}"
        below.mkdir(parents=True)
        for name in range(FILES_PER_FOLDER):
            (below / f"f{name}.js").touch()


def timed(action: Callable[[], object]) -> float:
    """Seconds that the action took."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def measure_ready(root: Path) -> tuple[float, int]:
    """Seconds until the tree is watched, and how many folders are."""
    begun = time.perf_counter()
    with InotifyWatcher(root, load_watch_ignore).watch(ChangeQueue(SystemClock())) as folders:
        return time.perf_counter() - begun, folders


def measure_saves(root: Path) -> dict[str, float]:
    """CPU and wall milliseconds from a save to its change set, and the CPU share when idle."""
    queue = ChangeQueue(SystemClock())
    waits = []
    target = root / "app.py"
    target.write_text("0")
    with InotifyWatcher(root, load_watch_ignore).watch(queue):
        cpu = time.process_time()
        for number in range(SAVES):
            waits.append(timed(lambda n=number: (target.write_text(str(n)), queue.wait_next(5))))  # type: ignore[misc]
        cpu_ms = (time.process_time() - cpu) * 1000 / SAVES
        idle = time.process_time()
        queue.wait_next(IDLE_S)
        idle_share = (time.process_time() - idle) / IDLE_S
    return {
        "cpu_ms": cpu_ms,
        "p50_ms": statistics.median(waits) * 1000,
        "max_ms": max(waits) * 1000,
        "idle_percent": idle_share * 100,
    }


def measure_checkout(root: Path) -> tuple[int, int, float]:
    """Change sets, paths told and seconds for a burst of new files in new folders."""
    queue = ChangeQueue(SystemClock())
    told: set[str] = set()
    sets = 0
    with InotifyWatcher(root, load_watch_ignore).watch(queue):
        begun = time.perf_counter()
        make_files(root / "checkout", CHECKOUT_FILES)
        while changes := queue.wait_next(1):
            sets += 1
            told.update(changes.paths)
            last = time.perf_counter()
    return sets, len(told), last - begun


def main(*, ignored: int = 200_000, watched: int = 100_000) -> None:
    """Print the figures, one to a line."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        make_files(root / "node_modules", ignored)
        ready_s, folders = measure_ready(root)
        print(f"ready with {ignored} ignored files: {ready_s:.3f} s, {folders} folders")
        make_files(root / "src", watched)
        ready_s, folders = measure_ready(root)
        print(f"ready with {watched} watched files: {ready_s:.3f} s, {folders} folders")
        saves = measure_saves(root)
        print(
            f"save with {watched} watched files: {saves['cpu_ms']:.2f} ms of CPU;"
            f" told after {saves['p50_ms']:.1f} ms (p50), {saves['max_ms']:.1f} ms (max)"
        )
        print(f"idle: {saves['idle_percent']:.2f} % of a core")
        sets, paths, seconds = measure_checkout(root)
        print(
            f"checkout of {CHECKOUT_FILES} files: {sets} change set(s),"
            f" {paths} paths, {seconds:.2f} s"
        )


if __name__ == "__main__":
    main()
