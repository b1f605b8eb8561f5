"""The reporter of a command, and how a failure or a bug is told at the very end."""

import platform
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

import draftpy
from draftpy.errors import DraftError
from draftpy.events import Failed, Reporter
from draftpy.invocation import Invocation, Telling


class ClosableReporter(Reporter, Protocol):
    """A reporter that may hold the terminal."""

    def close(self) -> None:
        """Give the terminal back."""
        ...


def open_reporter(
    invocation: Invocation, telling: Telling, *, stream: bool = False
) -> ClosableReporter:
    """The reporter for this output and these streams; `stream`: JSON is one event per line."""
    from draftpy.ui.plain import PlainReporter, Verbosity

    verbosity = Verbosity(quiet=telling.quiet, verbose=telling.verbose)
    if telling.output == "json":
        from draftpy.ui.jsonl import JsonReporter

        return JsonReporter(invocation.stdout, invocation.stderr, verbosity, stream=stream)
    if stream and invocation.stdout.isatty() and invocation.stderr.isatty():
        from draftpy.ui.console import ConsoleReporter

        return ConsoleReporter(invocation.stdout, verbosity)
    return PlainReporter(invocation.stdout, invocation.stderr, verbosity)


@contextmanager
def reporting(
    invocation: Invocation, telling: Telling, *, stream: bool = False
) -> Iterator[ClosableReporter]:
    """A reporter that is closed at the end; a failure is told through it, then goes on up."""
    reporter = open_reporter(invocation, telling, stream=stream)
    try:
        yield reporter
    finally:
        reporter.close()


def tell_failure(invocation: Invocation, error: DraftError) -> None:
    """Tell the failure that ends the program; as JSON if the command line asks for JSON.

    Commands whose stdout is a stream of events have it there, the others on stderr.
    """
    output = "json" if wants_json(invocation.argv) else "text"
    stream = invocation.argv[:1] in (("up",), ("connect",), ("logs",), ("rollback",))
    reporter = open_reporter(invocation, Telling(output=output), stream=stream)
    reporter.report(Failed.of(error))
    reporter.close()


def wants_json(argv: tuple[str, ...]) -> bool:
    """Whether the command line asks for JSON; parsed again here since parsing may have failed."""
    joined = " ".join(argv)
    return any(f"{flag}{sep}json" in joined for flag in ("--output", "-o") for sep in (" ", "="))


def tell_bug(invocation: Invocation, error: BaseException) -> None:
    """One line for an error that nobody foresaw, and a log file with versions and trace."""
    path = invocation.state_folder / "bugs" / f"{time.strftime('%Y%m%d-%H%M%S')}.log"
    what = f"draftpy has a bug: {type(error).__name__}"
    with suppress(OSError):
        _write_bug(path, invocation, error)
        what = f"{what}; details are in {path}"
    with suppress(OSError, ValueError):
        invocation.stderr.write(f"✗ {what}\n            → report it with that file\n")


def _write_bug(path: Path, invocation: Invocation, error: BaseException) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Values of options may be secrets, so only the command's own words are kept.
    words = " ".join(word.partition("=")[0] for word in invocation.argv[:1])
    text = (
        f"draftpy {draftpy.__version__}, Python {platform.python_version()},"
        f" {platform.platform()}\ncommand: {words}\n\n" + "".join(traceback.format_exception(error))
    )
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
