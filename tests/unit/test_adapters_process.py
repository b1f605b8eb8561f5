import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from draftpy.adapters.process import Command, Processes, ProgramMissing
from draftpy.errors import Interrupted
from draftpy.events import CallMade
from tests.support.reporter import ListReporter

# A child with a child of its own, both deaf to SIGTERM if told so; tells both pids.
FAMILY = """
import os, signal, subprocess, sys, time
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
inner = subprocess.Popen(["sleep", "60"])
print(os.getpid(), inner.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def reporter() -> ListReporter:
    return ListReporter()


@pytest.fixture
def processes(reporter: ListReporter) -> Processes:
    return Processes({"PATH": os.environ["PATH"], "COLOUR": "blue"}, reporter)


def _python(code: str, *arguments: str) -> Command:
    return Command(argv=(sys.executable, "-c", code, *arguments), action="run python")


def test_lines_of_both_streams_come_as_they_are_written(processes: Processes) -> None:
    lines: list[str] = []
    code = "import sys; print('out', flush=True); print('err', file=sys.stderr); sys.exit(3)"
    finished = processes.run(_python(code), on_line=lines.append)
    assert lines == ["out", "err"]
    assert (finished.code, finished.lines) == (3, ("out", "err"))


def test_the_child_gets_this_environ_and_what_is_added(processes: Processes) -> None:
    code = "import os; print(os.environ['COLOUR'], os.environ['SIZE'], 'HOME' in os.environ)"
    command = Command(argv=(sys.executable, "-c", code), action="x", environ={"SIZE": "big"})
    assert processes.run(command).lines == ("blue big False",)


def test_the_child_reads_the_file_it_is_given(processes: Processes, tmp_path: Path) -> None:
    (tmp_path / "in").write_text("hello")
    with (tmp_path / "in").open("rb") as stdin:
        assert processes.run(Command(argv=("cat",), action="x", stdin=stdin)).lines == ("hello",)


def test_each_call_is_told_with_its_time_but_not_its_arguments(
    processes: Processes, reporter: ListReporter
) -> None:
    processes.run(Command(argv=("true", "--password=secret"), action="do nothing"))
    (call,) = reporter.of(CallMade)
    assert (call.tool, call.action) == ("true", "do nothing")
    assert call.seconds > 0


def test_a_program_that_is_not_there_is_named(processes: Processes) -> None:
    with pytest.raises(ProgramMissing, match="no-such-program cannot be run") as caught:
        processes.run(Command(argv=("no-such-program",), action="x"))
    assert "install no-such-program" in caught.value.remedy


@pytest.mark.parametrize("ears", ["", "deaf"])
def test_a_cancel_ends_the_child_and_its_children(processes: Processes, ears: str) -> None:
    family, cancelled, on_line = _family()
    started = time.monotonic()
    with pytest.raises(Interrupted, match="run python was stopped"):
        processes.run(_python(FAMILY, ears), on_line, cancelled.is_set)
    assert time.monotonic() - started < 2.5
    _assert_gone(family)


def test_an_error_while_reading_leaves_no_child(processes: Processes) -> None:
    family, _, on_line = _family()

    def fail(line: str) -> None:
        on_line(line)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        processes.run(_python(FAMILY), fail)
    _assert_gone(family)


def test_no_watching_thread_is_left(processes: Processes) -> None:
    processes.run(Command(argv=("true",), action="x"))
    assert "cancel-watch" not in {thread.name for thread in threading.enumerate()}


def _family() -> tuple[list[int], threading.Event, Callable[[str], None]]:
    pids: list[int] = []
    told = threading.Event()

    def on_line(line: str) -> None:
        pids.extend(int(word) for word in line.split())
        told.set()

    return pids, told, on_line


def _assert_gone(pids: list[int]) -> None:
    assert len(pids) == 2
    left = [p for p in map(_find, pids) if p is not None]
    _, alive = psutil.wait_procs(left, timeout=2)
    assert alive == []


def _find(pid: int) -> psutil.Process | None:
    try:
        found = psutil.Process(pid)
        return None if found.status() == psutil.STATUS_ZOMBIE else found
    except psutil.NoSuchProcess:
        return None
