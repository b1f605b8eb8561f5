"""What containers leave behind: processes below their shims, mounts below our folders."""

import os
import signal
from contextlib import suppress
from pathlib import Path

from devcluster.process import call, descendants, wait_until
from devcluster.settings import Folders

_END_S = 10.0


def end_containers(folders: Folders) -> None:
    """End the pods' processes: shims are ours if they were started for our socket."""
    for shim in find_shims(folders.containerd_socket):
        pids = [*descendants(shim), shim]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        wait_until(lambda pids=pids: not any(_exists(pid) for pid in pids), _END_S)  # type: ignore[misc]


def find_shims(socket: Path) -> list[int]:
    """The pids of the shims of one containerd, told by the address on their command line."""
    found = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = command.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if str(socket) in words and "-namespace" in words:
            found.append(int(command.parent.name))
    return found


def unmount_below(folder: Path) -> None:
    """Unmount everything below a folder, the deepest first."""
    for mount in sorted(mounts_below(folder), key=len, reverse=True):
        call(["umount", "--lazy", mount], check=False)


def mounts_below(folder: Path) -> list[str]:
    """The mount points below a folder."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    # Blanks and the like are written in octal.
    points = (line.split()[4].encode().decode("unicode_escape") for line in lines)
    return [point for point in points if point.startswith(f"{folder}/")]


def _exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
