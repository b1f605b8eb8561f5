"""Events on a terminal: a live line for the running stage, colours, logs below."""

import threading
import time
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from draftpy.events import (
    Event,
    Failed,
    LogLine,
    Result,
    StageFinished,
    StageProgress,
    StageSkipped,
    StageStarted,
    Target,
    Warned,
)
from draftpy.ui.plain import Verbosity
from draftpy.ui.text import format_seconds, render_event

_STYLES: dict[type[Event], str] = {
    Target: "bold",
    StageFinished: "green",
    StageSkipped: "dim",
    Failed: "red",
    Warned: "yellow",
}
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_POD_COLOURS = ("cyan", "magenta", "blue", "green", "yellow")


class _StageLine:
    """The line of the running stage; drawn anew by the live display itself."""

    def __init__(self, started: StageStarted) -> None:
        self._stage = started.stage
        self._text = started.why
        self._since = time.monotonic()

    def tell(self, text: str) -> None:
        self._text = text

    def __rich__(self) -> Text:
        passed_s = time.monotonic() - self._since
        spinner = _SPINNER[int(passed_s * 10) % len(_SPINNER)]
        line = f"{spinner} {self._stage:<9} {self._text}  {format_seconds(passed_s)}"
        return Text(line, style="cyan", no_wrap=True, overflow="ellipsis")


class ConsoleReporter:
    """For people: one console for all, so that logs and the live line do not tear each other.

    Only for when stdout and stderr are both a terminal; rich obeys `NO_COLOR` and `TERM=dumb`.
    """

    def __init__(self, stdout: TextIO, verbosity: Verbosity) -> None:
        self._console = Console(file=stdout, highlight=False, emoji=False, markup=False)
        self._verbosity = verbosity
        self._lock = threading.RLock()
        self._live: Live | None = None
        self._line: _StageLine | None = None
        self._pods: list[str] = []
        self.is_gone = False

    def report(self, event: Event) -> None:
        """Draw one event; a terminal that went away ends the drawing, not the program."""
        if self.is_gone or not self._verbosity.shows(event):
            return
        with self._lock:
            try:
                self._draw(event)
            except (OSError, ValueError):
                self.is_gone = True

    def close(self) -> None:
        """Take the live line away."""
        with self._lock:
            if self._live:
                self._live.stop()
            self._live = self._line = None

    def _draw(self, event: Event) -> None:
        if isinstance(event, StageStarted):
            self._start_line(event)
        elif isinstance(event, StageProgress):
            self._tell_line(event)
        elif isinstance(event, LogLine):
            self._draw_log(event)
        else:
            if isinstance(event, StageFinished | StageSkipped | Failed | Result):
                self.close()
            for line in render_event(event):
                self._console.print(Text(line, style=_STYLES.get(type(event), "")), soft_wrap=True)

    def _start_line(self, event: StageStarted) -> None:
        self.close()
        self._line = _StageLine(event)
        self._live = Live(
            self._line,
            console=self._console,
            refresh_per_second=10,
            transient=True,
            auto_refresh=True,
        )
        self._live.start()

    def _tell_line(self, event: StageProgress) -> None:
        if self._line:
            self._line.tell(event.text)

    def _draw_log(self, event: LogLine) -> None:
        if event.pod not in self._pods:
            self._pods.append(event.pod)
        colour = _POD_COLOURS[self._pods.index(event.pod) % len(_POD_COLOURS)]
        # An app's own ANSI colours are kept.
        text = Text.assemble((event.pod, colour), "  ", Text.from_ansi(event.text))
        self._console.print(text, soft_wrap=True)
