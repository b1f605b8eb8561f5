"""A reporter that can be told to show nothing but the app's own lines, and what went wrong."""

from draftpy.events import Event, Failed, LogLine, Reporter, Result, Stopped

_SHOWN = (LogLine, Failed, Stopped, Result)


class LogsOnly:
    """Passes every event on, or, once toggled, only log lines, failures and the end."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._is_on = False

    def toggle(self) -> bool:
        """Hold the rest back, or show it again; whether it is held back now."""
        self._is_on = not self._is_on
        return self._is_on

    def report(self, event: Event) -> None:
        """One event."""
        if not self._is_on or isinstance(event, _SHOWN):
            self._reporter.report(event)
