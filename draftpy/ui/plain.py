"""Events as plain lines: results and logs on stdout, progress on stderr."""

from dataclasses import dataclass
from typing import TextIO

from draftpy.events import BuildLine, CallMade, Event, Failed, LogLine, Result
from draftpy.ui.streams import LineStream
from draftpy.ui.text import render_event


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbosity:
    """How much is told: quiet leaves results, logs and failures; verbose adds outside
    calls and build output."""

    quiet: bool = False
    verbose: bool = False

    def shows(self, event: Event) -> bool:
        """Whether this event is told."""
        if isinstance(event, CallMade | BuildLine):
            return self.verbose
        return not self.quiet or isinstance(event, Failed | LogLine | Result)


class PlainReporter:
    """For files, pipes and CI: no colour, no live line."""

    def __init__(self, stdout: TextIO, stderr: TextIO, verbosity: Verbosity) -> None:
        self._out = LineStream(stdout)
        self._err = LineStream(stderr)
        self._verbosity = verbosity

    def report(self, event: Event) -> None:
        """Write the event's lines."""
        if not self._verbosity.shows(event):
            return
        stream = self._out if isinstance(event, LogLine | Result) else self._err
        stream.write_lines(render_event(event))

    def close(self) -> None:
        """Nothing is held open."""
