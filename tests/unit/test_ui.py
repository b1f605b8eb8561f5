"""Events as text and JSON."""

import io
import json

import pytest

from draftpy import events
from draftpy.errors import BuildFailed
from draftpy.events import Event, Failed, LogLine, Notice, Result, Stage, StageFinished
from draftpy.ui.console import ConsoleReporter
from draftpy.ui.jsonl import JsonReporter
from draftpy.ui.plain import PlainReporter, Verbosity
from draftpy.ui.text import _RENDERERS, format_seconds, render_event

FAILURE = Failed.of(
    BuildFailed("step 2/3 failed: RUN false", evidence="line a\nline b", remedy="mend it"),
    Stage.BUILD,
)


class GoneStream(io.StringIO):
    """A terminal that went away."""

    def write(self, _text: str) -> int:
        raise OSError(5, "Input/output error")


def test_a_failure_shows_what_evidence_and_remedy() -> None:
    assert render_event(FAILURE) == (
        "✗ build     step 2/3 failed: RUN false",
        "            line a",
        "            line b",
        "            → mend it",
    )


def test_every_event_can_be_told() -> None:
    kinds = {kind for kind in vars(events).values() if isinstance(kind, type)}
    told = {kind for kind in kinds if issubclass(kind, Event) and kind is not Event}
    assert told == set(_RENDERERS)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.0741, "74 ms"), (3.14, "3.1 s"), (125.0, "2 min 5 s")]
)
def test_durations_read_well(seconds: float, text: str) -> None:
    assert format_seconds(seconds) == text


def test_results_and_logs_go_to_stdout_progress_to_stderr() -> None:
    out, err = io.StringIO(), io.StringIO()
    reporter = PlainReporter(out, err, Verbosity())
    reporter.report(Notice(text="progress"))
    reporter.report(Result(text="answer"))
    reporter.report(LogLine(pod="a-1", container="a", text="hello"))
    assert out.getvalue() == "answer\na-1  hello\n"
    assert err.getvalue() == "progress\n"


def test_quiet_leaves_results_logs_and_failures() -> None:
    out, err = io.StringIO(), io.StringIO()
    reporter = PlainReporter(out, err, Verbosity(quiet=True))
    reporter.report(Notice(text="progress"))
    reporter.report(StageFinished(stage=Stage.BUILD, text="x", seconds=1))
    reporter.report(FAILURE)
    assert err.getvalue().startswith("✗ build")


def test_plain_build_steps_are_all_told() -> None:
    err = io.StringIO()
    reporter = PlainReporter(io.StringIO(), err, Verbosity(), now=lambda: 0.0)
    for text in ("first", "second"):
        reporter.report(events.StageProgress(stage=Stage.BUILD, text=text))
    assert err.getvalue() == "  build     first\n  build     second\n"


def test_plain_progress_of_a_push_comes_at_most_once_a_second() -> None:
    err, now = io.StringIO(), iter([0.0, 0.0, 0.5, 1.5, 1.5])
    reporter = PlainReporter(io.StringIO(), err, Verbosity(), now=lambda: next(now))
    for text in ("first", "second", "third"):
        reporter.report(events.StageProgress(stage=Stage.PUBLISH, text=text))
    assert err.getvalue() == "  publish   first\n  publish   third\n"


def test_only_verbose_shows_outside_calls() -> None:
    call = events.CallMade(tool="docker", action="ping", seconds=0.01)
    for verbose in (False, True):
        err = io.StringIO()
        PlainReporter(io.StringIO(), err, Verbosity(verbose=verbose)).report(call)
        assert bool(err.getvalue()) is verbose


def test_json_lines_hold_every_field() -> None:
    out = io.StringIO()
    JsonReporter(out, io.StringIO(), Verbosity(), stream=True).report(FAILURE)
    assert json.loads(out.getvalue()) == {
        "event": "failed",
        "what": "step 2/3 failed: RUN false",
        "evidence": "line a\nline b",
        "remedy": "mend it",
        "exit_code": 7,
        "stage": "build",
    }


def test_a_json_result_is_one_document() -> None:
    out, err = io.StringIO(), io.StringIO()
    reporter = JsonReporter(out, err, Verbosity(), stream=False)
    reporter.report(Notice(text="progress"))
    reporter.report(Result(text="ignored", body={"a": 1}))
    assert json.loads(out.getvalue()) == {"a": 1}
    assert json.loads(err.getvalue())["event"] == "notice"


def test_a_terminal_that_goes_away_is_survived() -> None:
    for reporter in (
        PlainReporter(GoneStream(), GoneStream(), Verbosity()),
        ConsoleReporter(GoneStream(), Verbosity()),
    ):
        reporter.report(Result(text="answer"))
        reporter.report(Result(text="answer"))


def test_the_console_keeps_whole_lines_and_obeys_no_colour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out = io.StringIO()
    reporter = ConsoleReporter(out, Verbosity())
    reporter.report(events.StageStarted(stage=Stage.BUILD, why="app.py changed"))
    reporter.report(LogLine(pod="a-1", container="a", text="x" * 300 + " [red]kept[/red]"))
    reporter.report(StageFinished(stage=Stage.BUILD, text="hello:1", seconds=1))
    reporter.close()
    assert "x" * 300 + " [red]kept[/red]" in out.getvalue()
    assert "✓ build     hello:1" in out.getvalue()
