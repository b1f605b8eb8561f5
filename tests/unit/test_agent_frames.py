"""The agent's frames: the shared vectors, and any bytes at all."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from draftpy.agent_frames import (
    LARGEST_LENGTH,
    PIECE_BYTES,
    Frame,
    FrameError,
    FrameReader,
    Kind,
    encode_frame,
    encode_put,
    parse_put,
)

VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[2] / "agent/testdata/frames.json").read_text(encoding="utf-8")
)


def _vectors(name: str) -> pytest.MarkDecorator:
    given = VECTORS[name]
    return pytest.mark.parametrize("vector", given, ids=[one["name"] for one in given])


def _frames(vector: dict[str, Any]) -> list[Frame]:
    return [
        Frame(kind=Kind(one["kind"]), id=one["id"], body=bytes.fromhex(one["body"]))
        for one in vector["frames"]
    ]


@_vectors("frames")
def test_a_vector_is_read(vector: dict[str, Any]) -> None:
    assert FrameReader().feed(bytes.fromhex(vector["hex"])) == _frames(vector)


@_vectors("frames")
def test_a_vector_is_written(vector: dict[str, Any]) -> None:
    written = b"".join(encode_frame(one.kind, one.id, one.body) for one in _frames(vector))
    assert bytes.fromhex(vector["hex"]).startswith(written)


@_vectors("bad_frames")
def test_no_frame_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(FrameError):
        FrameReader().feed(bytes.fromhex(vector["hex"]))


@_vectors("puts")
def test_a_put_is_read(vector: dict[str, Any]) -> None:
    header, content = parse_put(bytes.fromhex(vector["body"]))
    assert (header, content.hex()) == (vector["header"], vector["content"])


@_vectors("bad_puts")
def test_no_put_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(FrameError):
        parse_put(bytes.fromhex(vector["body"]))


frames = st.builds(
    Frame, kind=st.sampled_from(Kind), id=st.integers(0, 2**32 - 1), body=st.binary(max_size=200)
)


@given(st.lists(frames, max_size=6), st.lists(st.integers(1, 60), max_size=30))
def test_a_stream_is_cut_into_frames_however_it_arrives(
    sent: list[Frame], sizes: list[int]
) -> None:
    stream = b"".join(encode_frame(one.kind, one.id, one.body) for one in sent)
    reader, read = FrameReader(), []
    for size in [*sizes, len(stream)]:
        read += reader.feed(stream[:size])
        stream = stream[size:]
    assert read == sent


@given(st.binary(max_size=300))
def test_any_bytes_are_frames_or_a_frame_error(payload: bytes) -> None:
    try:
        for frame in FrameReader().feed(payload):
            frame.json()
    except FrameError:
        pass


@given(st.lists(st.binary(max_size=50), max_size=5))
def test_a_file_arrives_as_it_was(chunks: list[bytes]) -> None:
    sent = b"".join(encode_put(3, "/app/a", 0o644, chunks))
    read = [parse_put(frame.body) for frame in FrameReader().feed(sent)]
    assert b"".join(content for _, content in read) == b"".join(chunks)
    assert [header["last"] for header, _ in read] == [False] * (len(read) - 1) + [True]


def test_a_large_file_travels_in_pieces() -> None:
    sent = list(encode_put(1, "/app/a", 0o644, [b"x" * (2 * PIECE_BYTES + 1)]))
    assert [len(parse_put(piece[9:])[1]) for piece in sent] == [PIECE_BYTES, PIECE_BYTES, 1]


def test_a_body_that_is_too_large_is_not_sent() -> None:
    with pytest.raises(FrameError, match="cannot be sent"):
        encode_frame(Kind.OUTPUT, 1, b"x" * LARGEST_LENGTH)


def test_a_path_that_is_no_utf8_is_not_sent() -> None:
    with pytest.raises(FrameError, match="no UTF-8"):
        list(encode_put(1, "/app/\udcff", 0o644, []))
