"""HTTP through a held port: the client's connection outlives those to the pods."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from draftpy.clock import Clock, SystemClock
from draftpy.forward import HOLD_BYTES, INLINE_BYTES, HeldConnection
from draftpy.gate import Gate
from draftpy.held_ports import ForwardParts, HeldForward
from draftpy.links import FRESH_S, RETRY_S
from draftpy.local_ports import listen_exactly
from tests.support.clock import ManualClock
from tests.support.http_pods import (
    answer_of,
    answering,
    ask_on,
    dying_after,
    read_answer,
    read_request,
    request_of,
)
from tests.support.reporter import ListReporter
from tests.support.streams import LoopbackDialer, echoing, is_ended, serving
from tests.unit.test_held_ports import connect, wait_until


@contextmanager
def forwarding(
    dialer: LoopbackDialer, *pods: str, clock: Clock | None = None
) -> Iterator[HeldForward]:
    clock = clock or SystemClock()
    parts = ForwardParts(dialer=dialer, reporter=ListReporter(), clock=clock, hold_s=5)
    forward = HeldForward(listen_exactly(0), 8080, parts, Gate(SystemClock()))
    forward.set_pods(pods)
    forward.start()
    try:
        yield forward
    finally:
        forward.stop()


def test_many_requests_share_one_connection_to_the_pod() -> None:
    dialer = LoopbackDialer()
    with serving(answering(b"one")) as dialer.pods["a"], forwarding(dialer, "a") as forward:
        with connect(forward) as client:
            assert [ask_on(client) for _ in range(3)] == [b"one"] * 3
    assert dialer.dialled == ["a"]


def test_a_client_keeps_its_connection_when_the_pod_ends_its_own() -> None:
    dialer = LoopbackDialer()
    with serving(answering(b"one", times=1)) as dialer.pods["a"]:
        with forwarding(dialer, "a") as forward, connect(forward) as client:
            assert [ask_on(client) for _ in range(3)] == [b"one"] * 3
    assert dialer.dialled == ["a", "a", "a"]


def test_the_next_request_goes_to_the_new_pod_at_once() -> None:
    dialer = LoopbackDialer()
    with serving(answering(b"old")) as old, serving(answering(b"new")) as new:
        dialer.pods = {"old": old, "new": new}
        with forwarding(dialer, "old") as forward, connect(forward) as client:
            assert ask_on(client) == b"old"
            forward.set_pods(("new", "old"))
            assert ask_on(client) == b"new"


def test_a_request_on_an_open_connection_waits_at_the_gate() -> None:
    dialer = LoopbackDialer()
    asked: list[bytes] = []
    with serving(answering(b"one", asked=asked)) as dialer.pods["a"]:
        with forwarding(dialer, "a") as forward, connect(forward) as client:
            ask_on(client)
            with forward.gate.hold(0):
                client.sendall(request_of())
                client.settimeout(0.05)
                with pytest.raises(TimeoutError):
                    client.recv(1)
                assert len(asked) == 1
            client.settimeout(5)
            assert read_answer(client) == b"one"


def test_holding_lets_a_request_in_flight_finish() -> None:
    seen, may_answer = threading.Event(), threading.Event()

    def serve(client: socket.socket) -> None:
        read_request(client)
        seen.set()
        may_answer.wait(5)
        client.sendall(answer_of(b"whole"))

    with serving(serve) as port, forwarding(LoopbackDialer(a=port), "a") as forward:
        with connect(forward) as client:
            client.sendall(request_of())
            seen.wait(5)
            threading.Timer(0.05, may_answer.set).start()
            with forward.gate.hold(5):
                assert may_answer.is_set()
            assert read_answer(client) == b"whole"


def test_an_idle_connection_is_nothing_to_wait_for() -> None:
    with serving(answering(b"one")) as port, forwarding(LoopbackDialer(a=port), "a") as forward:
        with connect(forward) as client:
            ask_on(client)
            with forward.gate.hold(1000):
                pass


def test_a_safe_request_is_asked_again_when_its_app_is_restarted() -> None:
    dialer = LoopbackDialer()
    with serving(answering(b"new")) as new, forwarding(dialer, "a") as forward:
        seen = threading.Event()
        with serving(dying_after(seen.set)) as old, connect(forward) as client:
            dialer.pods["a"] = old
            client.sendall(request_of())
            seen.wait(5)
            dialer.pods["a"] = new
            assert read_answer(client) == b"new"


def test_an_unsafe_request_that_may_have_reached_the_app_is_not_asked_again() -> None:
    dialer = LoopbackDialer()
    with serving(dying_after(lambda: None)) as dialer.pods["a"]:
        with forwarding(dialer, "a") as forward, connect(forward) as client:
            client.sendall(request_of("POST", b"x"))
            assert is_ended(client)
    assert dialer.dialled == ["a"]


@pytest.mark.parametrize("size", [10, INLINE_BYTES * 2, HOLD_BYTES * 9])
def test_an_unsafe_request_that_was_refused_is_sent_again_whole(size: int) -> None:
    dialer = LoopbackDialer(a=None, refuses_after_bytes=size)
    asked: list[bytes] = []
    body = bytes(range(256)) * (size // 256 + 1)
    with serving(answering(b"taken", asked=asked)) as port:
        with forwarding(dialer, "a") as forward, connect(forward) as client:
            sender = threading.Thread(target=client.sendall, args=[request_of("POST", body)])
            sender.start()
            wait_until(lambda: bool(dialer.refusals) and dialer.refusals[0].is_closed)
            dialer.pods["a"] = port
            assert read_answer(client) == b"taken"
            sender.join()
    assert asked[0].endswith(body)


def test_a_large_body_waits_for_a_pod_without_being_taken_into_memory() -> None:
    dialer = LoopbackDialer()
    asked: list[bytes] = []
    body = b"x" * (HOLD_BYTES * 40)
    with serving(answering(b"taken", asked=asked)) as port, forwarding(dialer) as forward:
        with connect(forward) as client:
            sender = threading.Thread(target=client.sendall, args=[request_of("PUT", body)])
            sender.start()
            sender.join(0.1)
            assert sender.is_alive()
            dialer.pods["a"] = port
            forward.set_pods(("a",))
            assert read_answer(client) == b"taken"
            sender.join()
    assert asked[0].endswith(body)


def test_a_pod_that_ends_an_idle_connection_loses_no_unsafe_request() -> None:
    dialer = LoopbackDialer()
    with serving(answering(b"one", times=1)) as dialer.pods["a"]:
        with forwarding(dialer, "a") as forward, connect(forward) as client:
            ask_on(client)
            wait_until(lambda: held_by(forward)._link is None)
            assert ask_on(client, request_of("POST", b"x")) == b"one"


@pytest.mark.parametrize(("method", "dials"), [("GET", 1), ("POST", 2)])
def test_after_a_pause_what_must_not_be_sent_twice_gets_a_connection_of_its_own(
    method: str, dials: int
) -> None:
    dialer, clock = LoopbackDialer(), ManualClock()
    with serving(answering(b"one")) as dialer.pods["a"]:
        with forwarding(dialer, "a", clock=clock) as forward, connect(forward) as client:
            ask_on(client)
            wait_until(lambda: not held_by(forward)._exchange.has_begun)
            clock.advance(FRESH_S)
            assert ask_on(client, request_of(method)) == b"one"
    assert len(dialer.dialled) == dials


def test_a_connection_to_an_older_pod_tries_the_newer_one_again() -> None:
    dialer, clock = LoopbackDialer(new=None), ManualClock()
    with serving(answering(b"old")) as dialer.pods["old"], serving(answering(b"new")) as new:
        with forwarding(dialer, "new", "old", clock=clock) as forward, connect(forward) as client:
            assert ask_on(client) == b"old"
            dialer.pods["new"] = new
            assert ask_on(client) == b"old"
            clock.advance(RETRY_S * 2)
            assert ask_on(client) == b"new"


def test_a_client_that_leaves_between_requests_leaves_nothing_behind() -> None:
    with serving(answering(b"one")) as port, forwarding(LoopbackDialer(a=port), "a") as forward:
        with connect(forward) as client:
            ask_on(client)
        wait_until(lambda: not forward._live)


def test_a_client_that_ends_its_side_still_gets_its_answer() -> None:
    with serving(answering(b"one")) as port, forwarding(LoopbackDialer(a=port), "a") as forward:
        with connect(forward) as client:
            client.sendall(request_of())
            client.shutdown(socket.SHUT_WR)
            assert read_answer(client) == b"one"
            assert is_ended(client)


def held_by(forward: HeldForward) -> HeldConnection:
    (held,) = forward._live
    return held


@pytest.mark.parametrize("field", [b"Connection: close", b"connection: x, Close"])
def test_a_request_that_asks_to_close_is_the_last(field: bytes) -> None:
    with serving(answering(b"one")) as port, forwarding(LoopbackDialer(a=port), "a") as forward:
        with connect(forward) as client:
            assert ask_on(client, request_of("GET", b"", field)) == b"one"
            assert is_ended(client)


def test_an_answer_that_closes_is_the_last() -> None:
    def serve(client: socket.socket) -> None:
        read_request(client)
        client.sendall(answer_of(b"one", b"Connection: close"))
        client.recv(1)

    with serving(serve) as port, forwarding(LoopbackDialer(a=port), "a") as forward:
        with connect(forward) as client:
            assert ask_on(client) == b"one"
            assert is_ended(client)


def test_an_answer_without_length_ends_with_its_connection() -> None:
    def serve(client: socket.socket) -> None:
        read_request(client)
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\nendless")

    with serving(serve) as port, forwarding(LoopbackDialer(a=port), "a") as forward:
        with connect(forward) as client:
            client.sendall(request_of())
            assert client.makefile("rb").read().endswith(b"endless")


def test_an_upgraded_connection_is_bytes_both_ways() -> None:
    def serve(client: socket.socket) -> None:
        read_request(client)
        client.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n")
        echoing(client)

    with serving(serve) as port, forwarding(LoopbackDialer(a=port), "a") as forward:
        with connect(forward) as client:
            client.sendall(request_of("GET", b"", b"Connection: Upgrade", b"Upgrade: websocket"))
            assert client.recv(12) == b"HTTP/1.1 101"
            while not client.recv(1000).endswith(b"\r\n\r\n"):
                pass
            for frame in (b"GET / HTTP/1.1\r\n\r\n", b"\x81\x02hi"):
                client.sendall(frame)
                assert client.recv(1000) == frame
            with forward.gate.hold(1000):
                client.sendall(b"open all the while")
                assert client.recv(1000) == b"open all the while"


def test_a_server_that_speaks_first_is_heard() -> None:
    def greet(client: socket.socket) -> None:
        client.sendall(b"220 ready\r\n")
        echoing(client)

    with serving(greet) as port, forwarding(LoopbackDialer(a=port), "a") as forward:
        with connect(forward) as client:
            assert client.recv(100) == b"220 ready\r\n"
            for line in (b"HELO\r\n", b"QUIT\r\n"):
                client.sendall(line)
                assert client.recv(100) == line


def test_pipelined_requests_are_answered_in_order() -> None:
    asked: list[bytes] = []
    with serving(answering(b"one", asked=asked)) as port:
        with forwarding(LoopbackDialer(a=port), "a") as forward, connect(forward) as client:
            client.sendall(request_of("GET") + request_of("POST", b"body") + request_of("GET"))
            assert [read_answer(client) for _ in range(3)] == [b"one"] * 3
    assert [request[:4] for request in asked] == [b"GET ", b"POST", b"GET "]


def test_a_continue_is_no_answer() -> None:
    def serve(client: socket.socket) -> None:
        client.recv(1000)
        client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        client.recv(1000)
        client.sendall(answer_of(b"got it"))

    with serving(serve) as port, forwarding(LoopbackDialer(a=port), "a") as forward:
        with connect(forward) as client:
            head, _, body = request_of("POST", b"body", b"Expect: 100-continue").partition(b"body")
            client.sendall(head)
            assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
            client.sendall(b"body" + body)
            assert read_answer(client) == b"got it"


def test_an_answer_that_comes_before_the_body_was_read_reaches_the_client() -> None:
    def refuse(client: socket.socket) -> None:
        client.recv(1000)
        client.sendall(answer_of(b"too large", b"Connection: close"))
        with suppress(OSError):
            while client.recv(1 << 20):
                pass

    with serving(refuse) as port, forwarding(LoopbackDialer(a=port), "a") as forward:
        with connect(forward) as client:
            client.sendall(request_of("POST", b"x" * 3_000_000))
            assert read_answer(client) == b"too large"


def test_what_nobody_asked_for_is_not_given_to_the_client() -> None:
    def serve(client: socket.socket) -> None:
        read_request(client)
        client.sendall(answer_of(b"one") + b"HTTP/1.1 408 Timeout\r\n\r\n")
        client.recv(1)

    with serving(serve) as port, forwarding(LoopbackDialer(a=port), "a") as forward:
        with connect(forward) as client:
            assert [ask_on(client), ask_on(client)] == [b"one", b"one"]


def test_a_torn_answer_is_torn_for_the_client() -> None:
    def tear(client: socket.socket) -> None:
        read_request(client)
        client.sendall(answer_of(b"x" * 100)[:-50])

    with serving(tear) as port, forwarding(LoopbackDialer(a=port), "a") as forward:
        with connect(forward) as client, pytest.raises(ConnectionError):
            ask_on(client)


def test_no_request_fails_on_a_kept_connection_while_the_app_is_restarted() -> None:
    dialer = LoopbackDialer()
    answers: list[bytes] = []
    is_over = threading.Event()
    with serving(answering(b"ok")) as other, forwarding(dialer, "a") as forward:

        def ask_all_the_time() -> None:
            with connect(forward) as client:
                while not is_over.is_set():
                    answers.append(ask_on(client, request_of("POST", b"x")))

        client = threading.Thread(target=ask_all_the_time)
        client.start()
        for _ in range(20):
            with serving(answering(b"ok")) as dialer.pods["a"]:
                served = len(answers)
                wait_until(lambda served=served: len(answers) > served + 5)  # type: ignore[misc]
                held = forward.gate.hold(5)
                held.__enter__()
            dialer.pods["a"] = None
            held.__exit__(None, None, None)
        is_over.set()
        dialer.pods["a"] = other
        client.join()
    assert set(answers) == {b"ok"}
