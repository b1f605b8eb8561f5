from draftpy.events import LogLine, Notice, Stopped
from draftpy.ui.logs_only import LogsOnly
from tests.support.reporter import ListReporter

LINE = LogLine(pod="a", container="app", text="hello")


def test_everything_is_shown_until_toggled_and_again_after() -> None:
    kept = ListReporter()
    reporter = LogsOnly(kept)
    reporter.report(Notice(text="one"))
    assert reporter.toggle()
    reporter.report(Notice(text="two"))
    assert not reporter.toggle()
    reporter.report(Notice(text="three"))
    assert kept.events == [Notice(text="one"), Notice(text="three")]


def test_log_lines_and_the_end_are_shown_always() -> None:
    kept = ListReporter()
    reporter = LogsOnly(kept)
    reporter.toggle()
    for event in (LINE, Notice(text="two"), Stopped(text="end")):
        reporter.report(event)
    assert kept.events == [LINE, Stopped(text="end")]
