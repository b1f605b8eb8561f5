import threading
import time
from collections.abc import Callable

from draftpy.clock import SystemClock
from draftpy.gate import LIMIT_S, LONG_S, Gate
from tests.support.clock import ManualClock

NEVER_S = 30.0


def started(run: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def hold_briefly(gate: Gate, drain_s: float) -> None:
    with gate.hold(drain_s):
        pass


def test_it_is_open_at_first() -> None:
    gate = Gate(ManualClock())
    assert gate.wait_open(0)
    assert gate.try_enter("a")


def test_nobody_enters_while_it_is_held() -> None:
    gate = Gate(ManualClock())
    with gate.hold(0):
        assert not gate.wait_open(0)
        assert not gate.try_enter("a")
    assert gate.try_enter("a")


def test_whoever_waits_goes_on_when_it_opens() -> None:
    gate = Gate(SystemClock())
    with gate.hold(0):
        waiting = started(lambda: gate.wait_open(NEVER_S))
        waiting.join(0.01)
        assert waiting.is_alive()
    waiting.join(5)
    assert not waiting.is_alive()


def test_it_stays_closed_until_the_last_holder_leaves() -> None:
    gate = Gate(ManualClock())
    with gate.hold(0):
        hold_briefly(gate, 0)
        assert not gate.try_enter("a")


def test_it_opens_by_itself_in_the_end() -> None:
    clock = ManualClock()
    gate = Gate(clock)
    with gate.hold(0):
        clock.advance(LIMIT_S)
        assert gate.try_enter("a")
        assert gate.wait_open(0)


def test_a_waiter_is_woken_when_the_limit_is_over() -> None:
    gate = Gate(SystemClock())
    with gate.hold(0, limit_s=0.02):
        assert gate.wait_open(NEVER_S)


def test_holding_waits_for_those_in_flight() -> None:
    gate = Gate(SystemClock())
    gate.try_enter("a")
    holding = started(lambda: hold_briefly(gate, NEVER_S))
    holding.join(0.01)
    assert holding.is_alive()
    gate.leave("a")
    holding.join(5)
    assert not holding.is_alive()


def test_holding_waits_for_no_longer_than_its_drain_time() -> None:
    gate = Gate(SystemClock())
    gate.try_enter("a")
    began = time.monotonic()
    hold_briefly(gate, 0.02)
    assert 0.02 <= time.monotonic() - began < 1


def test_what_must_not_be_asked_again_gets_longer() -> None:
    gate = Gate(SystemClock())
    gate.try_enter("post", is_safe=False)
    holding = started(lambda: hold_briefly(gate, 0))
    holding.join(0.05)
    assert holding.is_alive()
    gate.leave("post")
    holding.join(5)
    assert not holding.is_alive()


def test_a_long_request_is_not_waited_for() -> None:
    clock = ManualClock()
    gate = Gate(clock)
    gate.try_enter("stream")
    clock.advance(LONG_S)
    hold_briefly(gate, NEVER_S)


def test_entering_twice_is_left_once() -> None:
    gate = Gate(ManualClock())
    assert gate.try_enter("a")
    with gate.hold(0):
        assert gate.try_enter("a")
        gate.leave("a")
        gate.leave("a")
        assert not gate.try_enter("a")


def test_each_closing_and_opening_is_counted() -> None:
    gate = Gate(ManualClock())
    before = gate.turns
    with gate.hold(0):
        closed = gate.turns
    assert before < closed < gate.turns
