"""Single keys from a terminal, whose own mode comes back whatever happens."""

import os
import select
import signal
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from types import FrameType
from typing import Any

from draftpy.keys import Command, find_commands

_READ_BYTES = 64
# In the background keys belong to the shell; so often it is asked whether that is over.
_BACKGROUND_WAIT_S = 0.5
_LFLAG, _CC = 3, 6


class TerminalKeys:
    """Reads the terminal of a file descriptor key by key, and presses what the keys mean.

    Ctrl-C and Ctrl-Z work as ever: the terminal has its own mode back while the program is
    stopped. In the background nothing is read, which would stop the program.
    """

    def __init__(self, fd: int, press: Callable[[Command], None]) -> None:
        self._fd = fd
        self._press = press

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read until the context is left; enter it in the main thread, because of the signals."""
        mode = _Mode(self._fd)
        wake, woken = os.pipe()
        reader = threading.Thread(target=self._read, args=[wake], name="keys", daemon=True)
        try:
            with _job_control(mode):
                mode.set_single_keys()
                reader.start()
                yield
        finally:
            mode.restore()
            os.close(woken)
            if reader.ident is not None:
                reader.join()
            os.close(wake)

    def _read(self, wake: int) -> None:
        """The body of the reading thread; it ends with the terminal or when `wake` closes."""
        while True:
            is_ours = is_foreground(self._fd)
            watched = [wake, self._fd] if is_ours else [wake]
            ready, _, _ = select.select(watched, [], [], _BACKGROUND_WAIT_S)
            if wake in ready:
                return
            if self._fd not in ready or not is_foreground(self._fd):
                continue
            try:
                typed = os.read(self._fd, _READ_BYTES)
            except OSError:
                return
            if not typed:
                return
            for command in find_commands(typed.decode("utf-8", errors="replace")):
                self._press(command)


def interrupt_program() -> None:
    """Do what Ctrl-C does: the main thread gets a KeyboardInterrupt, also while it waits."""
    ident = threading.main_thread().ident
    if ident is not None:
        signal.pthread_kill(ident, signal.SIGINT)


def is_foreground(fd: int) -> bool:
    """Whether this process may use the terminal; true for one that controls no jobs."""
    try:
        return os.tcgetpgrp(fd) == os.getpgrp()
    except OSError:
        return True


class _Mode:
    """A terminal's mode as it was, and the one in which each key comes at once, unseen."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._saved: list[Any] = termios.tcgetattr(fd)

    def set_single_keys(self) -> None:
        """Keys come one by one and are not shown; Ctrl-C still interrupts."""
        mode = deepcopy(self._saved)
        mode[_LFLAG] &= ~(termios.ICANON | termios.ECHO)
        mode[_CC][termios.VMIN], mode[_CC][termios.VTIME] = 1, 0
        self._set(mode)

    def restore(self) -> None:
        """The mode from before."""
        self._set(self._saved)

    def _set(self, mode: list[Any]) -> None:
        # From the background the terminal would stop the program instead of taking a mode.
        if is_foreground(self._fd):
            with suppress(termios.error):
                termios.tcsetattr(self._fd, termios.TCSADRAIN, mode)


@contextmanager
def _job_control(mode: _Mode) -> Iterator[None]:
    """Give the terminal back while the program is stopped by Ctrl-Z."""

    def stop(number: int, _frame: FrameType | None) -> None:
        mode.restore()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)  # here it stops, and here it goes on
        signal.signal(number, stop)
        mode.set_single_keys()

    def go_on(_number: int, _frame: FrameType | None) -> None:
        mode.set_single_keys()

    before = {
        signal.SIGTSTP: signal.signal(signal.SIGTSTP, stop),
        signal.SIGCONT: signal.signal(signal.SIGCONT, go_on),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
