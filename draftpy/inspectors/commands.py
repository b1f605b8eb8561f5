"""A command line as people write it in a Procfile or script → the exec form of it."""

import re
import shlex
from dataclasses import dataclass

# Stands in a start command for the port, which is decided later.
PORT_MARK = "{port}"

_PORT_VARIABLE = re.compile(r"\$PORT\b|\$\{PORT(?::?-\d+)?\}")
_SHELL_ONLY = re.compile(r"[|&;<>`$*?(){}]|^\w+=")
_SHELLS = ("sh", "bash", "/bin/sh", "/bin/bash")
_PORT_FLAGS = ("--port", "-p", "--bind", "-b", "--listen", "--http-port")


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCommand:
    """A start command: its arguments (with PORT_MARK in them) and the port written into it."""

    args: tuple[str, ...]
    port: int = 0

    @property
    def program(self) -> str:
        """The first word."""
        return self.args[0] if self.args else ""

    @property
    def needs_shell(self) -> bool:
        """Whether it only works inside a shell."""
        return self.args[:2] == ("sh", "-c")


def parse_command(text: str) -> StartCommand | None:
    """Parse a command line; what only a shell understands is wrapped in one."""
    marked = _PORT_VARIABLE.sub("\0", text.strip())
    try:
        words = shlex.split(marked)
    except ValueError:
        return None
    if not words:
        return None
    if len(words) == 3 and words[0] in _SHELLS and words[1] == "-c":
        return StartCommand(args=tuple(shlex.split(text.strip())))
    if _SHELL_ONLY.search(marked):
        # The shell gives way to the one process, so that it gets the signals.
        is_single = not re.search(r"&&|\|\||[;|&]", marked) and not re.match(r"\w+=|exec\s", marked)
        body = f"exec {text.strip()}" if is_single else text.strip()
        return StartCommand(args=("sh", "-c", body))
    args = tuple(word.replace("\0", PORT_MARK) for word in words)
    return StartCommand(args=args, port=_literal_port(args))


def _literal_port(args: tuple[str, ...]) -> int:
    for index, arg in enumerate(args):
        flag, _, value = arg.partition("=")
        if flag not in _PORT_FLAGS:
            continue
        value = value or (args[index + 1] if index + 1 < len(args) else "")
        digits = value.rpartition(":")[2]
        if digits.isdigit() and 0 < int(digits) < 65536:
            return int(digits)
    return 0
