from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from draftpy.http_messages import HEAD_BYTES, AnswerMessage, RequestMessage

GET = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


def request(payload: bytes) -> RequestMessage:
    message = RequestMessage()
    message.feed(payload)
    return message


def answer(payload: bytes, method: str = "GET") -> AnswerMessage:
    message = AnswerMessage(request(f"{method} / HTTP/1.1\r\n\r\n".encode()))
    message.feed(payload)
    return message


def post(*fields: str, body: bytes = b"") -> bytes:
    return "\r\n".join(("POST / HTTP/1.1", *fields, "", "")).encode() + body


def ok(*fields: str, status: str = "1.1 200 OK", body: bytes = b"") -> bytes:
    return "\r\n".join((f"HTTP/{status}", *fields, "", "")).encode() + body


@pytest.mark.parametrize(
    "whole",
    [
        GET,
        post("Content-Length: 3", body=b"abc"),
        post("content-length:3", body=b"abc"),
        post("Transfer-Encoding: chunked", body=b"3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n"),
        post("Transfer-Encoding: gzip, Chunked", body=b"0\r\nTrailer: x\r\n\r\n"),
        post("Content-Length: 3", "Content-Length: 3", body=b"abc"),
    ],
)
def test_a_request_ends_where_its_fields_say(whole: bytes) -> None:
    message = RequestMessage()
    assert message.feed(whole + GET) == len(whole)
    assert (message.is_complete, message.is_raw) == (True, False)
    assert not request(whole[:-1]).is_complete


@pytest.mark.parametrize(
    "whole",
    [
        ok("Content-Length: 3", body=b"abc"),
        ok("Transfer-Encoding: chunked", body=b"3\r\nabc\r\n0\r\n\r\n"),
        ok(status="1.1 204 No Content"),
        ok("Content-Length: 900", status="1.1 304 Not Modified"),
        ok(status="1.1 100 Continue") + ok("Content-Length: 1", body=b"x"),
        ok("Content-Length: 0", status="1.1 200"),
    ],
)
def test_an_answer_ends_where_its_fields_say(whole: bytes) -> None:
    message = AnswerMessage(request(GET))
    assert message.feed(whole + b"more") == len(whole)
    assert (message.is_complete, message.is_raw) == (True, False)


def test_an_answer_to_head_has_no_body() -> None:
    assert answer(ok("Content-Length: 900"), "HEAD").is_complete


def test_an_answer_without_a_length_never_ends_and_closes() -> None:
    message = answer(ok(body=b"x" * 1000))
    assert (message.is_complete, message.closes, message.is_raw) == (False, True, False)


@pytest.mark.parametrize(
    "payload",
    [
        b"\x16\x03\x01\x02\x00",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"hello\r\n\r\n",
        b"CONNECT host:1 HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\n\n" + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n folded: x\r\n\r\n",
        post("Content-Length: 3", "Transfer-Encoding: chunked"),
        post("Content-Length: 3", "Content-Length: 4"),
        post("Content-Length: -3"),
        post("Content-Length: " + "9" * 5000),
        post("Transfer-Encoding: gzip"),
        post("Transfer-Encoding: chunked", body=b"what?\r\n"),
        post("Transfer-Encoding: chunked", body=b"1\r\nab\r\n"),
        b"GET / HTTP/1.1\r\nx: " + b"y" * HEAD_BYTES,
    ],
)
def test_what_cannot_be_followed_is_bytes_to_the_end(payload: bytes) -> None:
    message = RequestMessage()
    assert message.feed(payload) == len(payload)
    assert (message.is_raw, message.is_complete) == (True, False)
    assert message.feed(GET + GET) == len(GET + GET)


@pytest.mark.parametrize("payload", [b"220 ready\r\n", ok(status="1.1 101 Switching"), b"HTTP/2"])
def test_an_answer_that_is_no_http_is_bytes(payload: bytes) -> None:
    assert answer(payload).is_raw


@pytest.mark.parametrize("begun", [b"", b"G", b"GET", b"GET / HT", b"POST / HTTP/1.1\r\nHo"])
def test_a_head_that_has_only_begun_may_still_become_one(begun: bytes) -> None:
    assert not request(begun).is_raw


@pytest.mark.parametrize(
    ("begun", "is_safe"),
    [(b"GET /", True), (b"HEAD ", True), (b"OPTIONS *", True), (b"POST /", False), (b"GE", False)],
)
def test_whether_a_request_may_be_asked_twice_is_known_early(begun: bytes, is_safe: bool) -> None:
    assert request(begun).is_safe == is_safe


@pytest.mark.parametrize(
    ("version", "fields", "closes"),
    [
        ("1.1", (), False),
        ("1.1", ("Connection: close",), True),
        ("1.1", ("Connection: keep-alive, Close",), True),
        ("1.0", (), True),
        ("1.0", ("Connection: Keep-Alive",), False),
    ],
)
def test_whether_the_connection_ends_afterwards(
    version: str, fields: tuple[str, ...], closes: bool
) -> None:
    asked = "\r\n".join((f"GET / HTTP/{version}", *fields, "", "")).encode()
    answered = ok("Content-Length: 0", *fields, status=f"{version} 200 OK")
    assert (request(asked).closes, answer(answered).closes) == (closes, closes)


def chunked(chunks: Iterable[bytes]) -> bytes:
    framed = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return framed + b"0\r\n\r\n"


BODIES = st.one_of(
    st.just(GET.removeprefix(b"GET")),
    st.binary(max_size=200).map(
        lambda body: b" / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    ),
    st.lists(st.binary(min_size=1, max_size=50), max_size=5).map(
        lambda chunks: b" / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(chunks)
    ),
)
REQUESTS = st.builds(bytes.__add__, st.sampled_from([b"GET", b"POST", b"PUT"]), BODIES)


@given(st.lists(REQUESTS, max_size=5), st.lists(st.integers(1, 60), min_size=1))
def test_however_the_bytes_are_split_each_request_ends_where_it_does(
    requests: list[bytes], sizes: list[int]
) -> None:
    stream, found, message, begun = b"".join(requests), [], RequestMessage(), b""
    for payload in split(stream, sizes):
        while payload:
            taken = message.feed(payload)
            begun, payload = begun + payload[:taken], payload[taken:]  # noqa: PLW2901
            if message.is_complete:
                found.append(begun)
                message, begun = RequestMessage(), b""
    assert (found, begun) == (requests, b"")


def split(stream: bytes, sizes: list[int]) -> Iterable[bytes]:
    position = 0
    while position < len(stream):
        size = sizes[position % len(sizes)]
        yield stream[position : position + size]
        position += size


@given(st.binary(max_size=300), st.lists(st.integers(1, 60), min_size=1))
def test_no_bytes_break_it(stream: bytes, sizes: list[int]) -> None:
    for message in (RequestMessage(), AnswerMessage(request(GET))):
        for payload in split(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + stream, sizes
        ):
            taken = message.feed(payload)
            assert taken == len(payload) or message.is_complete
