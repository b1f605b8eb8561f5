import pytest
from hypothesis import given
from hypothesis import strategies as st

from draftpy.errors import UsageError
from draftpy.events import LogLine
from draftpy.logs import LogOptions, SeenLines, parse_grep, read_logs, stamp_key
from tests.support.log_source import MemoryLogs, stamp
from tests.support.pods import container, pod
from tests.support.reporter import ListReporter


def read(source: MemoryLogs, options: LogOptions, *pods_: object) -> list[str]:
    reporter = ListReporter()
    read_logs(source, pods_ or (pod(),), options, reporter)  # type: ignore[arg-type]
    return [line.text for line in reporter.of(LogLine)]


def test_all_lines_of_all_pods_are_read_the_older_pod_first() -> None:
    source = MemoryLogs()
    source.write((stamp(2), "b"), pod="new")
    source.write((stamp(1), "a"), pod="old")
    new = pod("new", created_at="2026-01-01T00:00:09Z")
    assert read(source, LogOptions(), new, pod("old")) == ["a", "b"]


def test_a_line_carries_its_pod_container_and_time() -> None:
    source, reporter = MemoryLogs(), ListReporter()
    source.write((stamp(5), "hi"))
    assert read_logs(source, (pod(),), LogOptions(), reporter) == 1
    assert reporter.events == [LogLine(pod="hello-1", container="app", text="hi", at=stamp(5))]


def test_a_remark_of_the_kubelet_without_a_time_is_told_whole() -> None:
    source = MemoryLogs()
    source.write((stamp(1), "a"), ("failed", "to watch the file"), (stamp(2), "b"))
    assert read(source, LogOptions()) == ["a", "failed to watch the file", "b"]


def test_tail_and_since_are_passed_on() -> None:
    source = MemoryLogs()
    source.write(*[(stamp(n), str(n)) for n in range(9)])
    assert read(source, LogOptions(tail=2, since_s=60)) == ["7", "8"]
    assert source.queries[0].since_s == 60


def test_grep_keeps_lines_that_match() -> None:
    source = MemoryLogs()
    source.write((stamp(1), "GET /"), (stamp(2), "POST /"))
    assert read(source, LogOptions(grep=parse_grep("^GET"))) == ["GET /"]


def test_a_wrong_expression_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="not a regular expression"):
        parse_grep("(")


def test_one_container_can_be_asked_for() -> None:
    source = MemoryLogs()
    source.write((stamp(1), "a"))
    source.write((stamp(1), "s"), container="side")
    both = pod("hello-1", container("app"), container("side"))
    assert read(source, LogOptions(container="side"), both) == ["s"]


def test_the_previous_run_can_be_asked_for() -> None:
    source = MemoryLogs()
    source.write((stamp(1), "old"))
    source.restart()
    source.write((stamp(2), "new"))
    restarted = pod("hello-1", container(restarts=1))
    assert read(source, LogOptions(previous=True), restarted) == ["old"]


def test_a_container_without_a_previous_run_has_none_to_read() -> None:
    assert read(MemoryLogs(), LogOptions(previous=True)) == []


def test_a_container_that_has_not_begun_is_not_asked() -> None:
    source = MemoryLogs()
    read(source, LogOptions(), pod("hello-1", container(running=False)))
    assert source.queries == []


def test_stamps_sort_to_the_nanosecond_and_over_zones() -> None:
    assert stamp_key("2026-01-02T03:04:05.1Z") < stamp_key("2026-01-02T03:04:05.100000001Z")
    assert stamp_key("2026-01-02T03:04:05Z") < stamp_key("2026-01-02T03:04:05.000000001Z")
    assert stamp_key("2026-01-02T03:04:05.5Z") == stamp_key("2026-01-02T05:04:05.5+02:00")


def test_a_stream_is_resumed_a_whole_second_before_the_newest_line() -> None:
    seen = SeenLines()
    assert seen.since_time == ""
    seen.add("2026-01-02T03:04:05.900000000Z", "a")
    seen.add("2026-01-02T03:04:05.800000000Z", "b")
    assert seen.since_time == "2026-01-02T03:04:04Z"


def test_a_line_without_a_time_is_told() -> None:
    seen = SeenLines()
    seen.add("", "unable to retrieve container logs")
    seen.expect_repeats()
    assert not seen.is_repeat(stamp(1), "a")


def test_what_is_older_than_all_that_is_remembered_is_new_if_everything_was_wanted() -> None:
    seen = SeenLines()
    seen.add(stamp(5), "x")
    seen.expect_repeats()
    assert not seen.is_repeat(stamp(1), "x")


def test_what_is_older_than_what_is_remembered_was_told() -> None:
    seen = SeenLines(limit=2)
    for n in range(5):
        seen.add(stamp(n), "x")
    assert len(seen._lines) == 2
    seen.expect_repeats()
    assert [seen.is_repeat(stamp(n), "x") for n in range(6)] == [True] * 5 + [False]


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("ab"))), st.data())
def test_of_equal_lines_only_as_many_are_dropped_as_were_told(
    written: list[tuple[int, str]], data: st.DataObject
) -> None:
    lines = [(stamp(n), text) for n, text in sorted(written)]
    told = data.draw(st.integers(0, len(lines)))
    seen = SeenLines()
    for at, text in lines[:told]:
        seen.add(at, text)
    seen.expect_repeats()
    new = [line for line in lines if not seen.is_repeat(*line)]
    assert sorted(lines[:told] + new) == sorted(lines)
