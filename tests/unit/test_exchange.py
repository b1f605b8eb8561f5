from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from draftpy.exchange import KEEP_BYTES, Exchange, KeptBytes
from tests.support.http_pods import answer_of, request_of


@contextmanager
def keeping(*payloads: bytes) -> Iterator[KeptBytes]:
    kept = KeptBytes()
    for payload in payloads:
        kept.add(payload)
    try:
        yield kept
    finally:
        kept.drop()


def read_all(kept: KeptBytes) -> bytes:
    got = bytearray()
    while piece := kept.read(len(got)):
        got += piece
    return bytes(got)


@pytest.mark.parametrize("size", [0, 10, 100_000, 1_000_000])
def test_what_was_kept_can_be_read_again(size: int) -> None:
    payload = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    with keeping(payload[: size // 3], payload[size // 3 :], b"end") as kept:
        assert read_all(kept) == payload + b"end"
        kept.add(b"more")
        assert read_all(kept) == payload + b"endmore"


def test_many_small_pieces_are_joined() -> None:
    with keeping(*[b"x"] * 100_000) as kept:
        assert len(kept._pieces) < 5
        assert read_all(kept) == b"x" * 100_000


def test_too_much_is_not_kept() -> None:
    with keeping(b"x" * KEEP_BYTES) as kept:
        assert kept.is_whole
        kept.add(b"y")
        assert (kept.is_whole, kept.size, kept.read(0)) == (False, 0, b"")


def exchange_of(asked: bytes, answered: bytes) -> Exchange:
    exchange = Exchange()
    exchange.take_up(asked)
    exchange.take_down(answered)
    return exchange


def test_an_exchange_is_over_when_both_sides_are() -> None:
    assert exchange_of(request_of(), answer_of(b"body")).is_over
    assert not exchange_of(request_of(), answer_of(b"body")[:-1]).is_over
    assert not exchange_of(request_of("POST", b"body")[:-1], answer_of(b"")).is_over


def test_what_belongs_to_the_next_exchange_is_left() -> None:
    exchange = Exchange()
    assert exchange.take_up(request_of() + b"next") == request_of()
    assert exchange.take_down(answer_of(b"x") + b"next") == answer_of(b"x")


@pytest.mark.parametrize("asked", [b"", b"\x00binary"])
def test_without_a_request_the_answer_is_bytes(asked: bytes) -> None:
    exchange = exchange_of(asked, answer_of(b"x"))
    assert exchange.take_down(answer_of(b"y")) == answer_of(b"y")
    assert exchange.take_up(request_of() + request_of()) == request_of() + request_of()
    assert (exchange.is_raw, exchange.is_over) == (True, False)
