import os
import pty
import signal
import sys
import termios
import threading
from collections.abc import Iterator

import pytest

from draftpy.adapters.terminal_keys import TerminalKeys
from draftpy.keys import Command
from tests.support.terminals import Terminal

READER = (sys.executable, "-m", "tests.support.key_reader")


@pytest.fixture
def shell() -> Iterator[Terminal]:
    """A shell that does nothing for the terminal's mode by itself."""
    with Terminal("/bin/sh", "-i") as terminal:
        terminal.type("PS1='ready'; unset PS2; set -m; echo o'k'\n")
        terminal.wait_for("ok\r\n")
        yield terminal


def start_reader(shell: Terminal, *words: str) -> None:
    shell.type(" ".join((*READER, *words)) + "; echo en'ded'\n")
    shell.wait_for("<READY>")


def test_keys_become_commands_and_are_not_shown() -> None:
    with Terminal(*READER) as terminal:
        terminal.wait_for("<READY>")
        assert not terminal.is_line_mode()
        terminal.type("rx\x1b[As")
        terminal.wait_for("<REBUILD>\r\n")
        terminal.type("s")
        terminal.wait_for("<RESTART>\r\n")
        assert "x" not in terminal.text


def test_the_terminal_is_as_before_after_the_end(shell: Terminal) -> None:
    start_reader(shell)
    shell.type("q")
    shell.wait_for("ended")
    assert shell.is_line_mode()


def test_the_terminal_is_as_before_after_a_crash(shell: Terminal) -> None:
    start_reader(shell, "crash")
    shell.type("q")
    shell.wait_for("RuntimeError: crashed")
    shell.wait_for("ended")
    assert shell.is_line_mode()


def test_the_terminal_is_as_before_after_ctrl_c(shell: Terminal) -> None:
    start_reader(shell)
    shell.type("\x03")
    shell.wait_for("KeyboardInterrupt")
    shell.wait_for("ready")
    assert shell.is_line_mode()


def test_ctrl_z_gives_the_terminal_back_and_fg_takes_it_again(shell: Terminal) -> None:
    start_reader(shell)
    shell.type("\x1a")
    shell.wait_for("ready")
    assert shell.is_line_mode()
    shell.type("fg\n")
    shell.wait_for("tests.support.key_reader")
    shell.type("r")
    shell.wait_for("<REBUILD>")
    assert not shell.is_line_mode()
    shell.type("q")
    shell.wait_for("<QUIT>")
    shell.wait_for("ready")
    assert shell.is_line_mode()


def test_in_the_background_it_goes_on_and_leaves_the_keys_to_the_shell(shell: Terminal) -> None:
    start_reader(shell)
    shell.type("\x1a")
    shell.wait_for("ready")
    shell.type("bg\n")
    shell.wait_for("ready")
    # For a third of a second nobody takes the keys: whoever read them from behind would be stopped.
    shell.type("sleep 0.3; jobs\nrrr\n")
    shell.wait_for("Running")
    assert shell.is_line_mode()


@pytest.fixture
def pair() -> Iterator[tuple[int, int]]:
    """Both ends of a pseudo-terminal."""
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)
    os.close(theirs)


def test_leaving_leaves_no_thread_handler_or_descriptor(pair: tuple[int, int]) -> None:
    def state() -> tuple[object, ...]:
        descriptors = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
        handlers = [signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)]
        return threading.active_count(), descriptors, handlers, termios.tcgetattr(pair[1])

    before = state()
    for _ in range(5):
        with TerminalKeys(pair[1], lambda _: None).reading():
            assert state() != before
    assert state() == before


def test_a_terminal_that_went_away_ends_the_reading_quietly() -> None:
    ours, theirs = pty.openpty()
    pressed: list[Command] = []
    with TerminalKeys(theirs, pressed.append).reading():
        os.close(ours)
    os.close(theirs)
    assert pressed == []
