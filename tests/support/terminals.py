"""A real terminal with a program in it, typed to and read by a test."""

import os
import pty
import select
import subprocess
import termios
import time
from types import TracebackType

_LFLAG = 3


class Terminal:
    """Runs a command on a pseudo-terminal of its own; `text` is what it has shown."""

    def __init__(self, *words: str) -> None:
        self.text = ""
        self._ours, self._theirs = pty.openpty()
        end = self._theirs
        command = ["setsid", "--ctty", *words]
        self._child = subprocess.Popen(command, stdin=end, stdout=end, stderr=end)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._child.kill()
        self._child.wait()
        os.close(self._ours)
        os.close(self._theirs)

    def type(self, keys: str) -> None:
        """Press these keys."""
        os.write(self._ours, keys.encode())

    def wait_for(self, text: str, timeout_s: float = 20.0) -> None:
        """Read until the text is shown, and forget what was shown up to it."""
        until = time.monotonic() + timeout_s
        while text not in self.text:
            left = until - time.monotonic()
            assert left > 0, f"{text!r} never came: {self.text!r}"
            if select.select([self._ours], [], [], left)[0]:
                self.text += os.read(self._ours, 4096).decode(errors="replace")
        self.text = self.text.partition(text)[2]

    def is_line_mode(self) -> bool:
        """Whether it is as a shell leaves it: whole lines, shown while they are typed."""
        flags = int(termios.tcgetattr(self._ours)[_LFLAG])
        wanted = termios.ICANON | termios.ECHO
        return flags & wanted == wanted
