"""Outside programs: run one, hand on its lines, end it with all its children when told to."""

import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from draftpy.adapters.cancelling import never, stopping_when
from draftpy.errors import DraftError, ExitCode, Interrupted
from draftpy.events import CallMade, Reporter

_KEPT_LINES = 40
_GRACE_S = 1.0


class ProgramMissing(DraftError):
    """An outside program is not on the PATH."""

    exit_code = ExitCode.UNREACHABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What to run; `environ` is added to the process's own, `action` is the call's name."""

    argv: tuple[str, ...]
    action: str
    environ: Mapping[str, str] | None = None
    stdin: BinaryIO | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A program that ended: its exit code and the last lines it wrote."""

    code: int
    lines: tuple[str, ...]


class Processes:
    """Runs outside programs with one environ, and tells each call's time."""

    def __init__(self, environ: Mapping[str, str], reporter: Reporter) -> None:
        self._environ = dict(environ)
        self._reporter = reporter

    def run(
        self,
        command: Command,
        on_line: Callable[[str], None] | None = None,
        is_cancelled: Callable[[], bool] = never,
    ) -> Finished:
        """Run to its end; stdout and stderr come as one. Raises ProgramMissing, Interrupted."""
        started = time.monotonic()
        child = self._start(command)
        try:
            lines, was_stopped = _follow(child, on_line, is_cancelled)
        except BaseException:
            end_group(child)
            raise
        finally:
            self._tell(command, started)
        if was_stopped:
            end_group(child)
            raise Interrupted(f"{command.action} was stopped")
        return Finished(code=child.returncode, lines=lines)

    def _tell(self, command: Command, started: float) -> None:
        seconds = time.monotonic() - started
        call = CallMade(tool=command.argv[0], action=command.action, seconds=seconds)
        self._reporter.report(call)

    def _start(self, command: Command) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                command.argv,
                stdin=command.stdin or subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env={**self._environ, **(command.environ or {})},
                # A group of its own: Ctrl-C reaches only us, and we end all of it.
                start_new_session=True,
            )
        except OSError as error:
            raise ProgramMissing(
                f"{command.argv[0]} cannot be run",
                evidence=error.strerror or str(error),
                remedy=f"install {command.argv[0]}, or put it on the PATH",
            ) from error


def end_group(child: subprocess.Popen[bytes]) -> None:
    """End a child and its children: ask, and after a second insist."""
    signal_group(child, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        child.wait(_GRACE_S)
    signal_group(child, signal.SIGKILL)
    child.wait()


def signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to a child and its children, as far as they are still there."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


def _follow(
    child: subprocess.Popen[bytes],
    on_line: Callable[[str], None] | None,
    is_cancelled: Callable[[], bool],
) -> tuple[tuple[str, ...], bool]:
    """Read to the end: (the last lines, whether it was stopped)."""
    last: deque[str] = deque(maxlen=_KEPT_LINES)
    stops = [partial(signal_group, child, number) for number in (signal.SIGTERM, signal.SIGKILL)]
    assert child.stdout is not None
    with stopping_when(is_cancelled, *stops, grace_s=_GRACE_S) as was_stopped, child.stdout:
        for raw in child.stdout:
            line = raw.decode("utf-8", errors="replace").rstrip("\r\n")
            last.append(line)
            if on_line:
                on_line(line)
        child.wait()
    return tuple(last), was_stopped.is_set()


def is_alive(pid: int) -> bool:
    """Whether a process of this machine runs; one of another user's does."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
