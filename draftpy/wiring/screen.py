"""What the user of a loop sees of its events."""

import webbrowser

from draftpy.events import Event, Forwarding, Notice
from draftpy.ui.logs_only import LogsOnly
from draftpy.wiring.reporting import ClosableReporter


class Screen:
    """What a loop's user sees: passes events on, less of them if asked, and knows the URL."""

    def __init__(self, reporter: ClosableReporter) -> None:
        self._reporter = reporter
        self._shown = LogsOnly(reporter)
        self._url = ""

    def report(self, event: Event) -> None:
        """Pass it on."""
        if isinstance(event, Forwarding) and not self._url:
            self._url = event.url
        self._shown.report(event)

    def toggle_logs_only(self) -> None:
        """Show nothing but logs and failures, or everything again."""
        text = "logs only; l shows all" if self._shown.toggle() else "all is shown again"
        self._reporter.report(Notice(text=text))

    def close(self) -> None:
        """Give the terminal back."""
        self._reporter.close()

    def open_browser(self) -> None:
        """Open the first URL in the user's browser."""
        if self._url:
            webbrowser.open(self._url)
