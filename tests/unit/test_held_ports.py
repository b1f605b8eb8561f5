import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from draftpy.clock import SystemClock
from draftpy.errors import UsageError
from draftpy.events import Forwarding, Warned
from draftpy.exchange import KEEP_BYTES
from draftpy.gate import Gate
from draftpy.held_ports import ForwardParts, HeldForward, HeldForwards
from draftpy.local_ports import PortMapping, listen_exactly
from draftpy.targets import Connection
from tests.support.reporter import ListReporter
from tests.support.streams import LoopbackDialer, echoing, is_ended, read_all, saying, serving


@contextmanager
def forwarding(
    dialer: LoopbackDialer, *pods: str, hold_s: float = 5.0, reporter: ListReporter | None = None
) -> Iterator[HeldForward]:
    parts = ForwardParts(
        dialer=dialer, reporter=reporter or ListReporter(), clock=SystemClock(), hold_s=hold_s
    )
    forward = HeldForward(listen_exactly(0), 8080, parts, Gate(SystemClock()))
    forward.set_pods(pods)
    forward.start()
    try:
        yield forward
    finally:
        forward.stop()


def connect(forward: HeldForward) -> socket.socket:
    return socket.create_connection(("127.0.0.1", forward.local_port), timeout=5)


def ask(forward: HeldForward, request: bytes = b"GET") -> bytes:
    with connect(forward) as client:
        client.sendall(request)
        return read_all(client)


def wait_until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not is_so():
        assert time.monotonic() < until
        threading.Event().wait(0.005)


def forward_threads() -> int:
    return sum(thread.name.startswith("forward") for thread in threading.enumerate())


def test_bytes_go_to_the_pod_and_back() -> None:
    with serving(saying(b"one")) as one, forwarding(LoopbackDialer(a=one), "a") as forward:
        assert ask(forward) == b"one"


def test_the_first_pod_is_the_one_that_is_asked() -> None:
    with serving(saying(b"one")) as one, serving(saying(b"two")) as two:
        with forwarding(LoopbackDialer(a=one, b=two), "b", "a") as forward:
            assert ask(forward) == b"two"


def test_a_connection_waits_until_there_is_a_pod() -> None:
    with serving(saying(b"one")) as one, forwarding(LoopbackDialer(a=one)) as forward:
        with connect(forward) as client:
            client.sendall(b"GET")
            forward.set_pods(("a",))
            assert read_all(client) == b"one"


def test_a_pod_that_cannot_be_dialled_is_passed_over() -> None:
    with serving(saying(b"one")) as one, forwarding(LoopbackDialer(a=one), "gone", "a") as forward:
        assert ask(forward) == b"one"


def test_a_pod_that_refuses_is_passed_over_at_once_and_asked_again_later() -> None:
    dialer = LoopbackDialer(new=None)
    with serving(saying(b"old")) as old, serving(saying(b"new")) as new:
        dialer.pods["old"] = old
        with forwarding(dialer, "new", "old") as forward:
            assert ask(forward) == b"old"
            assert dialer.dialled == ["new", "old"]
            forward.set_pods(("new",))
            with connect(forward) as client:
                client.sendall(b"GET")
                wait_until(lambda: len(dialer.refusals) > 2)
                dialer.pods["new"] = new
                assert read_all(client) == b"new"


def test_a_failing_dial_is_tried_again() -> None:
    dialer = LoopbackDialer()
    with serving(saying(b"one")) as one, forwarding(dialer, "a") as forward:
        with connect(forward) as client:
            client.sendall(b"GET")
            wait_until(lambda: len(dialer.dialled) >= 2)
            dialer.pods["a"] = one
            assert read_all(client) == b"one"


def test_what_a_refusing_pod_was_sent_goes_to_the_next_one_once() -> None:
    dialer = LoopbackDialer(old=None)
    with serving(echoing) as new, forwarding(dialer, "old") as forward:
        with connect(forward) as client:
            client.sendall(b"first ")
            wait_until(lambda: bool(dialer.refusals))
            dialer.pods["new"] = new
            forward.set_pods(("new",))
            client.sendall(b"second")
            client.shutdown(socket.SHUT_WR)
            assert read_all(client) == b"first second"


def test_a_request_too_big_to_keep_is_not_sent_twice() -> None:
    dialer = LoopbackDialer(old=None, refuses_after_bytes=KEEP_BYTES + 1)
    with forwarding(dialer, "old") as forward, connect(forward) as client:
        with suppress(ConnectionError):
            client.sendall(b"x" * (KEEP_BYTES + 8_000_000))
        assert is_ended(client)
    assert len(dialer.dialled) == 1


def ask_dying_pod(request: bytes, successors: tuple[str, ...]) -> tuple[bytes, list[str]]:
    """The answer to a request that a pod took and left unanswered, and who was dialled."""
    dialer = LoopbackDialer()
    with forwarding(dialer, "old") as forward:

        def die(client: socket.socket) -> None:
            client.recv(100)
            forward.set_pods(successors)

        with serving(die) as dialer.pods["old"], serving(saying(b"new")) as dialer.pods["new"]:
            return ask(forward, request), dialer.dialled


def test_a_safe_request_that_a_going_pod_left_unanswered_is_asked_again() -> None:
    assert ask_dying_pod(b"GET / HTTP/1.1", ("new", "old")) == (b"new", ["old", "new"])


def test_a_request_that_may_change_something_is_not_asked_again() -> None:
    assert ask_dying_pod(b"POST / HTTP/1.1", ("new", "old")) == (b"", ["old"])


def test_a_pod_that_stays_is_asked_again_once_only() -> None:
    assert ask_dying_pod(b"GET / HTTP/1.1", ("old", "new")) == (b"", ["old", "old"])


def test_a_safe_request_is_asked_again_as_often_as_its_pod_is_replaced() -> None:
    dialer = LoopbackDialer()
    pods = iter("bcd")

    def die(client: socket.socket) -> None:
        client.recv(100)
        forward.set_pods((next(pods),))

    with serving(die) as dying, serving(saying(b"ok")) as dialer.pods["d"]:
        dialer.pods |= {"a": dying, "b": dying, "c": dying}
        with forwarding(dialer, "a") as forward:
            assert ask(forward, b"GET /") == b"ok"


def test_a_pod_that_breaks_in_the_middle_of_an_answer_is_no_clean_end() -> None:
    class Torn:
        def __init__(self) -> None:
            self.chunks = [b"half"]

        def recv(self, max_bytes: int) -> bytes:
            if self.chunks:
                return self.chunks.pop()
            raise OSError("stream broke")

        def send_all(self, payload: bytes) -> None: ...
        def finish_sending(self) -> None: ...
        def close(self) -> None: ...

    class TornDialer(LoopbackDialer):
        def dial(self, pod: str, port: int) -> Connection:  # type: ignore[override]
            return Torn()

    with forwarding(TornDialer(), "a") as forward, pytest.raises(ConnectionResetError):
        with connect(forward) as client:
            read_all(client)


def test_a_held_connection_is_closed_after_its_time() -> None:
    with forwarding(LoopbackDialer(), hold_s=0.05) as forward, connect(forward) as client:
        client.sendall(b"GET")
        assert is_ended(client)


def test_half_closing_passes_through() -> None:
    with serving(lambda client: client.sendall(b"%d" % len(read_all(client)))) as one:
        with forwarding(LoopbackDialer(a=one), "a") as forward, connect(forward) as client:
            client.sendall(b"x" * 100_000)
            client.shutdown(socket.SHUT_WR)
            assert read_all(client) == b"100000"


def test_large_bodies_pass_both_ways_unchanged() -> None:
    body = bytes(range(256)) * 40_000
    with serving(echoing) as one, forwarding(LoopbackDialer(a=one), "a") as forward:
        with connect(forward) as client:
            sender = threading.Thread(target=client.sendall, args=[body])
            sender.start()
            received = bytearray()
            while len(received) < len(body):
                received += client.recv(65536)
            sender.join()
    assert received == body


def test_an_open_connection_outlives_the_change_of_pods() -> None:
    with serving(echoing) as one, forwarding(LoopbackDialer(a=one), "a") as forward:
        with connect(forward) as client:
            client.sendall(b"1")
            assert client.recv(1) == b"1"
            forward.set_pods(())
            client.sendall(b"2")
            assert client.recv(1) == b"2"


def test_a_client_that_leaves_while_held_is_not_dialled_for() -> None:
    dialer = LoopbackDialer()
    with forwarding(dialer, hold_s=60) as forward:
        with connect(forward):
            wait_until(lambda: forward_threads() == 3)
        wait_until(lambda: forward_threads() == 1)
    assert dialer.dialled == []


@pytest.mark.parametrize("can_half_close", [True, False])
def test_an_answered_client_that_leaves_ends_an_app_that_keeps_its_side_open(
    can_half_close: bool,
) -> None:
    ended = threading.Event()

    def answer_and_stay(client: socket.socket) -> None:
        client.recv(100)
        client.sendall(b"done")
        client.recv(100)
        ended.set()

    dialer = LoopbackDialer()
    dialer.can_half_close = can_half_close
    with serving(answer_and_stay) as dialer.pods["a"], forwarding(dialer, "a") as forward:
        with connect(forward) as client:
            client.sendall(b"GET")
            assert client.recv(4) == b"done"
        assert ended.wait(5)
        wait_until(lambda: forward_threads() == 1)


def test_a_thousand_connections_leave_no_thread_and_no_descriptor() -> None:
    with serving(saying(b"one")) as one, forwarding(LoopbackDialer(a=one), "a") as forward:
        ask(forward)
        wait_until(lambda: forward_threads() == 1)
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(1000):
            assert ask(forward) == b"one"
        wait_until(lambda: forward_threads() == 1)
        wait_until(lambda: len(list(Path("/proc/self/fd").iterdir())) <= before)


def test_no_request_fails_while_pods_are_replaced() -> None:
    """Twenty replacements under constant requests; the old pod refuses before it is dropped."""
    dialer = LoopbackDialer()
    answers: list[bytes] = []
    is_over = threading.Event()
    with serving(saying(b"ok")) as one, forwarding(dialer) as forward:

        def request() -> None:
            while not is_over.is_set():
                answers.append(ask(forward))

        clients = [threading.Thread(target=request) for _ in range(3)]
        for client in clients:
            client.start()
        for number in range(20):
            dialer.pods[f"pod{number}"] = one
            forward.set_pods((f"pod{number}", f"pod{number - 1}"))
            served = len(answers)
            wait_until(lambda served=served: len(answers) > served + 5)  # type: ignore[misc]
            dialer.pods[f"pod{number}"] = None
        is_over.set()
        dialer.pods["last"] = one
        forward.set_pods(("last",))
        for client in clients:
            client.join()
    assert set(answers) == {b"ok"}


def test_a_connection_waits_while_the_gate_is_held() -> None:
    dialer = LoopbackDialer()
    with serving(saying(b"one")) as dialer.pods["a"], forwarding(dialer, "a") as forward:
        with forward.gate.hold(0), connect(forward) as client:
            client.sendall(b"GET")
            wait_until(lambda: forward_threads() == 3)
            assert dialer.dialled == []
        assert ask(forward) == b"one"


def test_stopping_closes_the_port_and_what_is_open_at_once() -> None:
    before = forward_threads()
    with serving(echoing) as one, forwarding(LoopbackDialer(a=one), "a") as forward:
        with connect(forward) as client, connect(forward) as idle:
            client.sendall(b"1")
            assert client.recv(1) == b"1"
            begun = time.monotonic()
            forward.stop()
            assert time.monotonic() - begun < 1
            assert read_all(client) == b""
            assert read_all(idle) == b""
        with pytest.raises(ConnectionRefusedError):
            connect(forward)
    assert forward_threads() == before


def test_stopping_lets_held_connections_go() -> None:
    with forwarding(LoopbackDialer()) as forward, connect(forward) as client:
        client.sendall(b"GET")
        forward.stop()
        assert is_ended(client)


def test_a_bug_in_a_dialer_is_told() -> None:
    class BrokenDialer(LoopbackDialer):
        def dial(self, pod: str, port: int) -> Connection:  # type: ignore[override]
            raise KeyError(pod)

    reporter = ListReporter()
    with forwarding(BrokenDialer(), "a", reporter=reporter) as forward:
        with connect(forward) as client:
            client.sendall(b"GET")
            assert is_ended(client)
        reporter.wait_for(bool)
    assert "KeyError" in reporter.of(Warned)[0].text


def group(reporter: ListReporter, *mappings: PortMapping) -> HeldForwards:
    parts = ForwardParts(dialer=LoopbackDialer(), reporter=reporter, clock=SystemClock())
    return HeldForwards(mappings, parts)


def free_port() -> int:
    with closing(listen_exactly(0)) as listener:
        return listener.port


def test_a_container_port_gets_the_same_number_here() -> None:
    reporter, port = ListReporter(), free_port()
    forwards = group(reporter)
    forwards.add_port(port)
    forwards.add_port(port)
    forwards.stop()
    assert reporter.events == [
        Forwarding(local_port=port, remote_port=port, url=f"http://localhost:{port}")
    ]


def test_all_ports_are_held_at_once() -> None:
    dialer, port = LoopbackDialer(), free_port()
    parts = ForwardParts(dialer=dialer, reporter=ListReporter(), clock=SystemClock())
    forwards = HeldForwards((PortMapping(local=port, remote=8080),), parts)
    forwards.start()
    with serving(saying(b"one")) as dialer.pods["a"]:
        forwards.set_pods(8080, ("a",))
        with forwards.hold(0), socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(b"GET")
            wait_until(lambda: forward_threads() == 3)
            assert dialer.dialled == []
    forwards.stop()


def test_stopping_lets_go_of_what_the_dialer_keeps() -> None:
    dialer = LoopbackDialer()
    parts = ForwardParts(dialer=dialer, reporter=ListReporter(), clock=SystemClock())
    HeldForwards((), parts).stop()
    assert dialer.is_closed


def test_a_taken_port_is_told_with_the_one_that_was_wanted() -> None:
    reporter = ListReporter()
    with closing(listen_exactly(0)) as taken:
        forwards = group(reporter)
        forwards.add_port(taken.port)
        forwards.stop()
    (told,) = reporter.of(Forwarding)
    assert (told.remote_port, told.moved_from) == (taken.port, taken.port)
    assert told.local_port != taken.port


def test_a_port_that_was_asked_for_is_used_and_not_opened_twice() -> None:
    reporter, port = ListReporter(), free_port()
    forwards = group(reporter, PortMapping(local=port, remote=8080))
    forwards.start()
    forwards.add_port(8080)
    forwards.stop()
    assert [event.local_port for event in reporter.of(Forwarding)] == [port]


def test_a_taken_port_that_was_asked_for_is_an_error_and_nothing_stays_open() -> None:
    port = free_port()
    with closing(listen_exactly(0)) as taken:
        forwards = group(
            ListReporter(),
            PortMapping(local=port, remote=80),
            PortMapping(local=taken.port, remote=81),
        )
        with pytest.raises(UsageError, match=str(taken.port)):
            forwards.start()
    listen_exactly(port).close()
