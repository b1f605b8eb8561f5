"""A program that tells each command of its terminal; `q` ends it, `crash` is how else."""

import sys
import threading

from draftpy.adapters.terminal_keys import TerminalKeys
from draftpy.keys import Command


def main() -> None:
    ended = threading.Event()

    def press(command: Command) -> None:
        sys.stdout.write(f"<{command.name}>\n")
        sys.stdout.flush()
        if command is Command.QUIT:
            ended.set()

    with TerminalKeys(sys.stdin.fileno(), press).reading():
        sys.stdout.write("<READY>\n")
        sys.stdout.flush()
        ended.wait()
        if "crash" in sys.argv:
            raise RuntimeError("crashed")


if __name__ == "__main__":
    main()
