"""Keys of the terminal, where there is one."""

import platform
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from draftpy.invocation import Invocation, Telling
from draftpy.keys import Command


def open_keys(
    invocation: Invocation, telling: Telling, press: Callable[[Command], None]
) -> AbstractContextManager[None]:
    """Presses what the user types until left; q interrupts the program at once, as Ctrl-C does.

    Reads nothing unless a person sits there: stdin and stdout are terminals, and the output is
    neither JSON nor quiet. Enter it in the main thread.
    """
    stdin = invocation.stdin
    is_watched = telling.output == "text" and not telling.quiet and invocation.stdout.isatty()
    if platform.system() == "Windows" or not is_watched or stdin is None or not stdin.isatty():
        return nullcontext()
    from draftpy.adapters.terminal_keys import TerminalKeys, interrupt_program

    def press_or_quit(command: Command) -> None:
        if command is Command.QUIT:
            interrupt_program()
        else:
            press(command)

    return TerminalKeys(stdin.fileno(), press_or_quit).reading()
