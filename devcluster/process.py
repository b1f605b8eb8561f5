"""Processes that are started once, recorded, and ended by their record: never by name."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from devcluster.settings import DevclusterError

_END_S = 15.0
_LOOK_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A running process: `started` are the kernel's ticks, so that a reused pid is told apart."""

    pid: int
    started: int

    @property
    def is_alive(self) -> bool:
        """Whether exactly this process still runs."""
        return start_ticks(self.pid) == self.started

    @property
    def since(self) -> float:
        """When it was started, in Unix seconds."""
        up_s = float(Path("/proc/uptime").read_text().split()[0])
        return time.time() - up_s + self.started / os.sysconf("SC_CLK_TCK")


def call(
    command: Sequence[str],
    *,
    check: bool = True,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
) -> str:
    """Run a program to its end and return what it wrote; raises DevclusterError."""
    done = subprocess.run(
        list(command),
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **(environ or {})},
        cwd=cwd,
        input=stdin,
    )
    if check and done.returncode:
        last = "\n".join((done.stderr or done.stdout).strip().splitlines()[-8:])
        raise DevclusterError(f"{' '.join(command[:4])} … failed ({done.returncode})", why=last)
    return done.stdout


def start(command: Sequence[str], log: Path, record: Path, environ: Mapping[str, str]) -> Record:
    """Start a process in a session of its own and record it."""
    log.parent.mkdir(parents=True, exist_ok=True)
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    pid = os.posix_spawn(
        command[0],
        list(command),
        {**os.environ, **environ},
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), append, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setsid=True,
    )
    started = Record(pid=pid, started=start_ticks(pid) or 0)
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(asdict(started)))
    return started


def find_record(path: Path) -> Record | None:
    """The record of a process that still runs; None if there is none."""
    try:
        found = Record(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return found if found.is_alive else None


def end(record: Record) -> None:
    """Ask the process to end, and after a while make it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not record.is_alive:
            return
        os.kill(record.pid, number)
        wait_until(lambda: not record.is_alive, _END_S)


def wait_until(is_done: Callable[[], bool], timeout_s: float) -> bool:
    """Look again and again until it is done; whether it was, in time."""
    until = time.monotonic() + timeout_s
    while not is_done():
        if time.monotonic() > until:
            return False
        time.sleep(_LOOK_S)
    return True


def start_ticks(pid: int) -> int | None:
    """When a process started, in the kernel's ticks; None if it does not run (any more)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name stands in brackets and may hold blanks; the state and the rest come after it.
    fields = text.rpartition(")")[2].split()
    return None if fields[0] == "Z" else int(fields[19])


def descendants(pid: int) -> list[int]:
    """The pids below a process, children before grandchildren."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        parents.setdefault(parent, []).append(int(stat.parent.name))
    found, pending = [], [pid]
    while pending:
        children = parents.get(pending.pop(0), [])
        found += children
        pending += children
    return found
