import os
import pty
import threading
from collections.abc import Iterator
from contextlib import nullcontext
from io import StringIO
from pathlib import Path
from typing import TextIO

import pytest

from draftpy.invocation import Invocation, Telling
from draftpy.keys import Command
from draftpy.wiring.keys import open_keys


@pytest.fixture
def pair() -> Iterator[tuple[int, TextIO]]:
    """The typing end of a pseudo-terminal, and its other end as a stream."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "r+b", buffering=0) as raw, open(raw.fileno(), closefd=False) as stream:
        yield ours, stream
    os.close(ours)


def invocation(stdin: TextIO | None, stdout: TextIO) -> Invocation:
    return Invocation(argv=(), environ={}, stdout=stdout, stderr=stdout, cwd=Path(), stdin=stdin)


def nothing(_: Command) -> None:
    """Press nothing."""


def test_keys_of_a_terminal_are_pressed(pair: tuple[int, TextIO]) -> None:
    pressed: list[Command] = []
    came = threading.Event()

    def press(command: Command) -> None:
        pressed.append(command)
        came.set()

    with open_keys(invocation(pair[1], pair[1]), Telling(), press):
        os.write(pair[0], b"r")
        assert came.wait(5)
    assert pressed == [Command.REBUILD]


def test_q_interrupts_the_program_although_it_waits(pair: tuple[int, TextIO]) -> None:
    with open_keys(invocation(pair[1], pair[1]), Telling(), nothing):
        os.write(pair[0], b"q")
        with pytest.raises(KeyboardInterrupt):
            threading.Event().wait(10)


@pytest.mark.parametrize(
    "telling", [Telling(output="json"), Telling(quiet=True)], ids=["json", "quiet"]
)
def test_keys_are_left_alone_when_nobody_reads_the_screen(
    telling: Telling, pair: tuple[int, TextIO]
) -> None:
    opened = open_keys(invocation(pair[1], pair[1]), telling, nothing)
    assert isinstance(opened, nullcontext)


def test_without_a_terminal_there_are_no_keys(pair: tuple[int, TextIO]) -> None:
    for stdin, stdout in ((pair[1], StringIO()), (StringIO(), pair[1]), (None, pair[1])):
        opened = open_keys(invocation(stdin, stdout), Telling(), nothing)
        assert isinstance(opened, nullcontext)
