import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from draftpy.errors import ClusterUnreachable
from draftpy.events import Event, Failed, LogLine
from draftpy.log_follower import GONE_S, LogFollower
from draftpy.logs import LogOptions, parse_grep
from tests.support.clock import ManualClock
from tests.support.log_source import MemoryLogs, stamp
from tests.support.pods import container, pod
from tests.support.reporter import ListReporter


class Scene:
    """A follower with its source; `wait_texts` waits for lines and then compares all."""

    def __init__(self, options: LogOptions | None = None) -> None:
        self.source = MemoryLogs()
        self.reporter = ListReporter()
        self.clock = ManualClock()
        self.follower = LogFollower(self.source, self.reporter, self.clock, options or LogOptions())

    def texts(self) -> list[str]:
        return [line.text for line in self.reporter.of(LogLine)]

    def wait_texts(self, *texts: str) -> None:
        def are_there(events: list[Event]) -> bool:
            return sum(isinstance(event, LogLine) for event in events) >= len(texts)

        self.reporter.wait_for(are_there)
        assert self.texts() == list(texts)


@contextmanager
def scene(options: LogOptions | None = None) -> Iterator[Scene]:
    made = Scene(options)
    try:
        yield made
    finally:
        made.follower.stop()
        assert made.source.open_streams == 0


def log_threads() -> int:
    return sum(thread.name.startswith("logs-") for thread in threading.enumerate())


def test_lines_are_told_as_they_are_written() -> None:
    with scene() as s:
        s.follower.set_pods((pod(),))
        s.source.write((stamp(1), "a"))
        s.wait_texts("a")
        s.source.write((stamp(2), "b"))
        s.wait_texts("a", "b")


@pytest.mark.parametrize("break_after", [0, 1, 2, 3, -1, -2, -3])
def test_a_broken_stream_loses_and_repeats_nothing(break_after: int) -> None:
    with scene() as s:
        s.source.breaks = [break_after]
        s.source.write((stamp(1), "a"), (stamp(1), "a"), (stamp(2), "b"), (stamp(2), "c"))
        s.follower.set_pods((pod(),))
        s.wait_texts("a", "a", "b", "c")


@pytest.mark.parametrize("seed", range(8))
def test_written_and_told_lines_are_equal_however_streams_break(seed: int) -> None:
    chance = random.Random(seed)
    at, lines = 0, []
    for number in range(300):
        at += chance.choice([0, 0, 1, 1000, 400_000_000])
        lines.append((stamp(at), str(number % 7)))
    with scene() as s:
        s.source.breaks = [chance.choice([1, -1]) * chance.randrange(1, 200) for _ in range(4)]
        s.follower.set_pods((pod(),))
        for line in lines:
            s.source.write(line)
        s.wait_texts(*[text for _, text in lines])


def test_the_tail_holds_for_the_first_stream_only() -> None:
    with scene(LogOptions(tail=1)) as s:
        s.source.breaks = [1]
        s.source.write((stamp(1), "a"), (stamp(2), "b"))
        s.follower.set_pods((pod(),))
        s.wait_texts("b")
        s.source.write((stamp(3), "c"), (stamp(4), "d"))
        s.wait_texts("b", "c", "d")


def test_a_new_pod_is_followed_from_its_first_line() -> None:
    with scene(LogOptions(tail=1)) as s:
        s.source.write((stamp(1), "a"), (stamp(2), "b"), pod="old")
        s.source.write((stamp(3), "c"), (stamp(4), "d"), pod="new")
        s.follower.set_pods((pod("old"),))
        s.wait_texts("b")
        s.follower.set_pods((pod("old"), pod("new")))
        s.wait_texts("b", "c", "d")


def test_the_last_lines_of_a_pod_that_goes_are_told() -> None:
    with scene() as s:
        s.follower.set_pods((pod(),))
        s.source.write((stamp(1), "a"))
        s.wait_texts("a")
        s.follower.set_pods(())
        s.source.write((stamp(2), "bye"))
        s.source.end()
        s.wait_texts("a", "bye")
        s.follower.stop()
        assert log_threads() == 0


def test_a_stream_of_a_gone_pod_that_never_ends_is_closed() -> None:
    with scene() as s:
        s.follower.set_pods((pod(),))
        s.source.write((stamp(1), "a"))
        s.wait_texts("a")
        s.follower.set_pods(())
        s.clock.advance(GONE_S + 1)
        s.follower.set_pods(())
        until = time.monotonic() + 5
        while s.source.open_streams:
            assert time.monotonic() < until
            threading.Event().wait(0.01)


def test_a_restarted_container_goes_on_and_its_last_words_are_not_lost() -> None:
    with scene() as s:
        s.source.breaks = [1, 0, 0, 0]
        s.source.write((stamp(1), "a"), (stamp(2), "dying"))
        s.follower.set_pods((pod(),))
        s.wait_texts("a")
        s.source.restart()
        s.follower.set_pods((pod("hello-1", container(restarts=1)),))
        s.source.write((stamp(3), "again"))
        s.wait_texts("a", "dying", "again")


def test_last_words_are_told_even_if_the_next_runs_stream_came_first() -> None:
    with scene() as s:
        s.source.write((stamp(1), "a"), (stamp(2), "dying"))
        s.source.restart()
        s.source.write((stamp(9_000_000_000), "again"))
        s.follower.set_pods((pod(),))
        s.wait_texts("again")
        s.follower.set_pods((pod("hello-1", container(restarts=1)),))
        s.wait_texts("again", "a", "dying")


def test_a_restart_that_is_seen_late_loses_and_repeats_nothing() -> None:
    with scene() as s:
        s.follower.set_pods((pod(),))
        s.source.write((stamp(1), "a"))
        s.wait_texts("a")
        s.source.restart()
        s.source.write((stamp(3), "again"))
        s.wait_texts("a", "again")
        s.follower.set_pods((pod("hello-1", container(restarts=1)),))
        s.source.write((stamp(4), "more"))
        s.wait_texts("a", "again", "more")


def test_a_finished_container_is_not_asked_again_and_again() -> None:
    with scene() as s:
        s.source.write((stamp(1), "migrated"))
        s.source.end()
        s.follower.set_pods((pod("hello-1", container(running=False, exit_code=0)),))
        s.wait_texts("migrated")
        threading.Event().wait(0.5)
        assert len(s.source.queries) == 1


def test_every_container_is_followed_once() -> None:
    with scene() as s:
        both = pod("hello-1", container("app"), container("side"))
        s.follower.set_pods((both,))
        s.follower.set_pods((both,))
        s.source.write((stamp(1), "a"))
        s.source.write((stamp(1), "s"), container="side")
        s.reporter.wait_for(lambda events: len(events) >= 2)
        assert sorted(s.texts()) == ["a", "s"]
        assert log_threads() == 2


def test_grep_holds_for_followed_lines() -> None:
    with scene(LogOptions(grep=parse_grep("b"))) as s:
        s.follower.set_pods((pod(),))
        s.source.write((stamp(1), "a"), (stamp(2), "b"))
        s.wait_texts("b")


def test_an_unreachable_cluster_is_told_once_and_survived() -> None:
    with scene() as s:
        s.source.refusals = [ClusterUnreachable("the API server does not answer")] * 3
        s.source.write((stamp(1), "a"))
        s.follower.set_pods((pod(),))
        s.wait_texts("a")
        (failed,) = s.reporter.of(Failed)
        assert (failed.evidence, failed.exit_code) == ("the API server does not answer", 6)


def test_stopping_unblocks_every_stream_at_once() -> None:
    with scene() as s:
        s.follower.set_pods(tuple(pod(f"p{n}") for n in range(5)))
        begun = time.monotonic()
        s.follower.stop()
        assert time.monotonic() - begun < 1
        assert log_threads() == 0
        assert s.reporter.events == []
