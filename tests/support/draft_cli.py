"""draftpy as a user types it: a process of its own in a folder of its own."""

import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

# Long enough for a first build on two slow cores; a test that waits longer has failed.
PATIENCE_S = 90.0
STOP_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """A command that ended; `seconds` is how long it took."""

    code: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def text(self) -> str:
        return self.stdout + self.stderr


@dataclass(frozen=True, kw_only=True)
class DraftCli:
    """draftpy in one folder, with environ changed by `changes`; "" takes a variable away."""

    folder: Path
    changes: Mapping[str, str] = field(default_factory=dict)

    @property
    def environ(self) -> dict[str, str]:
        python = {"PYTHONUNBUFFERED": "1", "PYTHONFAULTHANDLER": "1"}
        both = {**os.environ, **python, **self.changes}
        return {name: value for name, value in both.items() if value or name not in self.changes}

    def with_environ(self, **changes: str) -> "DraftCli":
        """The same, with more changes."""
        return DraftCli(folder=self.folder, changes={**self.changes, **changes})

    def run(
        self, *words: str, code: int | None = 0, typed: str = "", timeout_s: float = PATIENCE_S
    ) -> Ran:
        """Run to the end; the exit code must be `code` (None: any). Shown if the test fails."""
        print(f"\n$ draftpy {' '.join(words)}")  # noqa: T201
        started = time.monotonic()
        done = subprocess.run(
            command(*words),
            cwd=self.folder,
            env=self.environ,
            input=typed,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )
        seconds = time.monotonic() - started
        print(done.stdout + done.stderr + f"[exit {done.returncode}, {seconds:.1f} s]")  # noqa: T201
        ran = Ran(code=done.returncode, stdout=done.stdout, stderr=done.stderr, seconds=seconds)
        assert code is None or ran.code == code, f"exit {ran.code}, not {code}\n{ran.text}"
        return ran

    @contextmanager
    def start(self, *words: str) -> Iterator["Running"]:
        """A command that goes on; killed at the end of the context if it still runs."""
        print(f"\n$ draftpy {' '.join(words)}")  # noqa: T201
        process = subprocess.Popen(
            command(*words),
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        running = Running(process)
        try:
            yield running
        finally:
            running.end()


class Running:
    """A draftpy that goes on; its lines, stdout and stderr together, are read by a thread."""

    def __init__(
        self, process: "subprocess.Popen[str]", on_line: Callable[[str], None] | None = None
    ) -> None:
        self.process = process
        self._on_line = on_line
        self.lines: list[str] = []
        self._new: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, name="draftpy-output", daemon=True)
        self._reader.start()

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def wait_for(self, pattern: str, timeout_s: float = PATIENCE_S) -> re.Match[str]:
        """The match in the next line that has one; lines before it are used up."""
        deadline = time.monotonic() + timeout_s
        while (left := deadline - time.monotonic()) > 0:
            try:
                match = re.search(pattern, self._new.get(timeout=min(left, 0.2)))
            except queue.Empty:
                if self.process.poll() is not None and not self._reader.is_alive():
                    break
                continue
            if match:
                return match
        raise AssertionError(f"no line like {pattern!r} within {timeout_s} s in:\n{self.text}")

    def skip_lines(self) -> None:
        """Use up what was written so far."""
        while not self._new.empty():
            self._new.get_nowait()

    def interrupt(self, signal_number: int = signal.SIGINT) -> None:
        """Ctrl-C, or another signal."""
        self.process.send_signal(signal_number)

    def wait_end(self, timeout_s: float = STOP_S) -> int:
        """The exit code, once it has ended and all was read."""
        try:
            code = self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            # The fault handler then writes what each thread is at.
            self.process.send_signal(signal.SIGABRT)
            self._reader.join(STOP_S)
            raise AssertionError(f"still runs after {timeout_s} s:\n{self.text}") from None
        self._reader.join(STOP_S)
        return code

    def stop(self) -> int:
        """Ctrl-C, and the exit code."""
        self.interrupt()
        return self.wait_end()

    def end(self) -> None:
        """Let nothing be left, and show what was written."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join(STOP_S)
        if self.process.stdout:
            self.process.stdout.close()
        print(f"{self.text}\n[exit {self.process.returncode}]")  # noqa: T201

    def _read(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line.rstrip("\n"))
            self._new.put(line.rstrip("\n"))
            if self._on_line:
                self._on_line(line.rstrip("\n"))


def command(*words: str) -> list[str]:
    """The command line of draftpy with these words."""
    return [sys.executable, "-m", "draftpy", *words]
