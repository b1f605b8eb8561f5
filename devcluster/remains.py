"""What containers leave behind: processes below their shims, mounts and addresses."""

import os
import shutil
import signal
from contextlib import suppress
from pathlib import Path

from devcluster.process import call, descendants, wait_until
from devcluster.settings import Folders

_END_S = 10.0
# Where the library of the network plugins caches results, whoever calls it.
_CNI_RESULTS = Path("/var/lib/cni/results")


def end_containers(folders: Folders) -> None:
    """End the pods' processes: shims are ours if they were started for our socket."""
    _end_with_descendants(find_shims(folders.containerd_socket))


def end_engine(folders: Folders) -> None:
    """End what an engine that could not end in order left: its runtime, its containers."""
    _end_with_descendants(find_helpers(folders.docker_run))


def clear_engine(folders: Folders) -> None:
    """Forget the engine's runtime if it is gone: its pid may be another process's by now."""
    pidfile = folders.docker_run / "containerd" / "containerd.pid"
    if not pidfile.exists():
        return
    if pidfile.read_text().strip() not in map(str, find_helpers(folders.docker_run)):
        pidfile.unlink()


def forget_pods(folders: Folders) -> None:
    """Forget the addresses of pods that are no more."""
    shutil.rmtree(folders.cni_data, ignore_errors=True)
    for result in _CNI_RESULTS.glob("devcluster-*"):
        result.unlink(missing_ok=True)


def find_shims(socket: Path) -> list[int]:
    """The pids of the shims of one containerd, told by the address on their command line."""
    return [pid for pid, words in _commands() if str(socket) in words and "-namespace" in words]


def find_helpers(exec_root: Path) -> list[int]:
    """The pids of an engine's runtime and shims, told by the folder on their command line."""
    return [
        pid
        for pid, words in _commands()
        if "containerd" in Path(words[0]).name
        and any(word.startswith(f"{exec_root}/") for word in words)
    ]


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


def _commands() -> list[tuple[int, list[str]]]:
    found = []
    for command in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = command.read_bytes().decode(errors="replace").split("\0")
            found.append((int(command.parent.name), words))
    return found


def _end_with_descendants(roots: list[int]) -> None:
    pids = [pid for root in roots for pid in (*descendants(root), root)]
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not any(_exists(pid) for pid in pids), _END_S)


def _exists(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
