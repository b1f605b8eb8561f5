"""Events as plain lines: results and logs on stdout, progress on stderr."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

from draftpy.events import BuildLine, CallMade, Event, Failed, LogLine, Result, Stage, StageProgress
from draftpy.ui.streams import LineStream
from draftpy.ui.text import render_event

# A push reports each few megabytes; a file does not need them all.
_PROGRESS_S = 1.0


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
    """For files, pipes and CI: no colour, no live line, a push told once a second at most."""

    def __init__(
        self,
        stdout: TextIO,
        stderr: TextIO,
        verbosity: Verbosity,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._out = LineStream(stdout)
        self._err = LineStream(stderr)
        self._verbosity = verbosity
        self._now = now
        self._progress_at = float("-inf")

    def report(self, event: Event) -> None:
        """Write the event's lines."""
        if not self._verbosity.shows(event) or self._is_too_soon(event):
            return
        stream = self._out if isinstance(event, LogLine | Result) else self._err
        stream.write_lines(render_event(event))

    def close(self) -> None:
        """Nothing is held open."""

    def _is_too_soon(self, event: Event) -> bool:
        if not isinstance(event, StageProgress) or event.stage is not Stage.PUBLISH:
            # The step of a build may be the one that takes minutes.
            return False
        is_too_soon = self._now() - self._progress_at < _PROGRESS_S
        self._progress_at = self._progress_at if is_too_soon else self._now()
        return is_too_soon
