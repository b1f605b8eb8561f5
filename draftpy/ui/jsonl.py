"""Events as JSON, one per line on stdout."""

import json
from typing import TextIO

from draftpy.events import Event, Result, event_to_json
from draftpy.ui.plain import Verbosity
from draftpy.ui.streams import LineStream


class JsonReporter:
    """For programs: `stream` writes each event as a line, else only results as one document."""

    def __init__(
        self, stdout: TextIO, stderr: TextIO, verbosity: Verbosity, *, stream: bool
    ) -> None:
        self._out = LineStream(stdout)
        self._err = LineStream(stderr)
        self._verbosity = verbosity
        self._stream = stream

    def report(self, event: Event) -> None:
        """Write the event as JSON."""
        if not self._verbosity.shows(event):
            return
        if not self._stream and isinstance(event, Result):
            text = json.dumps(event.body, indent=2, ensure_ascii=False, sort_keys=False)
            self._out.write_lines((text,))
            return
        line = json.dumps(event_to_json(event), ensure_ascii=False)
        (self._out if self._stream else self._err).write_lines((line,))

    def close(self) -> None:
        """Nothing is held open."""
