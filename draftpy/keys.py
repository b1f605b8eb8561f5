"""What a key means while `up` runs on a terminal."""

from collections.abc import Mapping
from enum import StrEnum


class Command(StrEnum):
    """What a key asks for; the value is how the help calls it."""

    REBUILD = "rebuild"
    RESTART = "restart"
    PAUSE = "pause or resume"
    OPEN = "open"
    LOGS = "logs only, or all"
    HELP = "help"
    QUIT = "quit"


KEYS: Mapping[str, Command] = {
    "r": Command.REBUILD,
    "s": Command.RESTART,
    "p": Command.PAUSE,
    "o": Command.OPEN,
    "l": Command.LOGS,
    "?": Command.HELP,
    "q": Command.QUIT,
}
_ESCAPE = "\x1b"


def find_commands(typed: str) -> tuple[Command, ...]:
    """The commands in what was typed at once.

    Arrows and function keys come as an escape with letters behind it, which mean nothing; with
    caps lock a letter means the same.
    """
    plain = typed.partition(_ESCAPE)[0].lower()
    return tuple(KEYS[key] for key in plain if key in KEYS)


def render_key_help() -> str:
    """All keys on one line."""
    return " · ".join(f"{key} {command}" for key, command in KEYS.items())
