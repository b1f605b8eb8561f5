"""The agent's protocol over a stream: what is sent, what is understood."""

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from draftpy.adapters.kube.agent_links import StreamLink
from draftpy.adapters.kube.exec_streams import ExecEnd
from draftpy.agent_frames import Frame, FrameReader, Kind, encode_frame, parse_put
from draftpy.dev_settings import Restart
from draftpy.sync.link import (
    AgentEvent,
    AgentMissing,
    LinkBroken,
    PutFile,
    SyncOrder,
    SyncRefused,
)
from draftpy.sync.trees import FileState

HELLO = {
    "protocol": 1,
    "version": "0.1",
    "uid": 10001,
    "roots": ["/app"],
    "writable": {"/app": ""},
    "app": {"state": "running", "start": 3, "last_exit": None},
}
Answers = Callable[[Frame], list[bytes]]


class ScriptedStream:
    """An exec stream whose far side answers each frame by a function."""

    def __init__(self, answer: Answers) -> None:
        self.frames: list[Frame] = []
        self.end: ExecEnd | None = None
        self.stderr = b""
        self._answer = answer
        self._reader = FrameReader()
        self._incoming: queue.Queue[bytes] = queue.Queue()

    def recv(self, max_bytes: int) -> bytes:
        return self._incoming.get()[:max_bytes]

    def send_all(self, payload: bytes) -> None:
        for frame in self._reader.feed(payload):
            self.frames.append(frame)
            for each in self._answer(frame):
                self._incoming.put(each)

    def tell(self, body: dict[str, Any]) -> None:
        self._incoming.put(encode_frame(Kind.EVENT, 0, body))

    def cut(self) -> None:
        self._incoming.put(b"")

    def close(self) -> None:
        self.cut()


def answering(**answers: Any) -> Answers:
    """Answer a kind of frame with frames: `sync=[(Kind.RESULT, {...})]`."""

    def answer(frame: Frame) -> list[bytes]:
        if frame.kind is Kind.HELLO:
            return [encode_frame(Kind.HELLO, frame.id, answers.get("hello", HELLO))]
        found = answers.get(frame.kind.name.lower(), [])
        return [encode_frame(kind, frame.id, body) for kind, body in found]

    return answer


@contextmanager
def linked(stream: ScriptedStream, events: list[AgentEvent] | None = None) -> Iterator[StreamLink]:
    told = threading.Event()

    def note(event: AgentEvent) -> None:
        (events if events is not None else []).append(event)

    link = StreamLink(stream, note, told.set)
    link.begin()
    yield link
    link.close()
    assert told.wait(5)


def put(path: str, *chunks: bytes) -> PutFile:
    return PutFile(path=path, state=FileState(sha256="1"), chunks=lambda: iter(chunks))


def sync(link: StreamLink, **order: Any) -> list[str]:
    lines: list[str] = []
    link.sync(SyncOrder(**order), lines.append)
    return lines


def test_the_agents_hello_is_read() -> None:
    with linked(ScriptedStream(answering())) as link:
        assert (link.facts.uid, link.facts.roots, link.facts.start) == (10001, ("/app",), 3)
        assert link.facts.is_running
        assert not link.facts.unwritable


def test_files_come_first_and_then_the_order() -> None:
    result = [(Kind.RESULT, {"written": 1, "deleted": 0, "start": 4, "ms": {"write": 2}})]
    stream = ScriptedStream(answering(sync=result))
    with linked(stream) as link:
        order = SyncOrder(puts=(put("/app/a", b"one", b"two"),), restart=Restart.EXEC)
        answer = link.sync(order, lambda _: None)
    kinds = [frame.kind for frame in stream.frames]
    assert kinds == [Kind.HELLO, Kind.PUT, Kind.PUT, Kind.SYNC]
    assert [parse_put(frame.body)[1] for frame in stream.frames[1:3]] == [b"one", b"two"]
    assert stream.frames[3].json()["restart"] == "exec"
    assert (answer.written, answer.start, answer.write_s) == (1, 4, 0.002)


def test_a_builds_output_is_told_line_by_line() -> None:
    said = [(Kind.OUTPUT, b"\x01a\nb\n"), (Kind.OUTPUT, b"\x02c\n"), (Kind.RESULT, {})]
    with linked(ScriptedStream(answering(sync=said))) as link:
        assert sync(link, build=("make",)) == ["a", "b", "c"]


def test_a_refusal_carries_its_code_and_path() -> None:
    error = [(Kind.ERROR, {"code": "write", "message": "no space left", "path": "/app/a"})]
    with (
        linked(ScriptedStream(answering(sync=error))) as link,
        pytest.raises(SyncRefused, match="no space left") as caught,
    ):
        sync(link)
    assert (caught.value.code, caught.value.path) == ("write", "/app/a")


def test_listed_files_are_states() -> None:
    files = {"/app/a": {"mode": 0o755, "size": 1, "sha256": "x"}, "/app/b": {"link": "a"}}
    with linked(ScriptedStream(answering(list=[(Kind.RESULT, {"files": files})]))) as link:
        assert link.list_files() == {
            "/app/a": FileState(sha256="x", is_executable=True),
            "/app/b": FileState(sha256="", link_to="a"),
        }


def test_a_long_list_comes_in_parts() -> None:
    parts = [
        (Kind.RESULT, {"files": {"/app/a": {"mode": 420, "size": 1, "sha256": "1"}}, "more": True}),
        (Kind.RESULT, {"files": {"/app/b": {"mode": 420, "size": 1, "sha256": "2"}}}),
    ]
    with linked(ScriptedStream(answering(list=parts))) as link:
        assert set(link.list_files()) == {"/app/a", "/app/b"}


def test_what_was_put_is_dropped_when_a_file_has_gone() -> None:
    def vanish() -> Iterator[bytes]:
        yield b"b"
        raise FileNotFoundError

    stream = ScriptedStream(answering())
    gone = PutFile(path="/app/b", state=FileState(sha256="1"), chunks=vanish)
    with linked(stream) as link, pytest.raises(SyncRefused, match="gone"):
        sync(link, puts=(put("/app/a", b"a"), gone))
    assert [frame.kind for frame in stream.frames][-1] == Kind.CANCEL


def test_a_cut_stream_wakes_who_waits() -> None:
    stream = ScriptedStream(answering())
    with linked(stream) as link:
        threading.Timer(0, stream.cut).start()
        with pytest.raises(LinkBroken):
            sync(link)


def test_events_are_told_as_they_come() -> None:
    events: list[AgentEvent] = []
    stream = ScriptedStream(answering(list=[(Kind.RESULT, {"files": {}})]))
    with linked(stream, events) as link:
        stream.tell({"event": "listening", "start": 4, "listening": [{"port": 8080}]})
        stream.tell({"event": "exited", "start": 4, "code": 1, "oom": True, "expected": False})
        stream.tell({"event": "of a later version"})
        link.list_files()
    assert events[0].listening
    assert events[0].listening[0].port == 8080
    assert events[1].exit
    assert events[1].exit.is_oom


def test_another_protocol_is_no_agent_to_talk_to() -> None:
    def answer(frame: Frame) -> list[bytes]:
        return [encode_frame(Kind.ERROR, frame.id, {"code": "protocol", "message": "2, not 1"})]

    with pytest.raises(AgentMissing, match="2, not 1"):
        begin(ScriptedStream(answer))


def test_a_program_that_is_not_there_is_no_agent() -> None:
    stream = ScriptedStream(lambda _: [b""])
    stream.end = ExecEnd(exit_code=127, message="no such file")
    with pytest.raises(AgentMissing, match="no such file"):
        begin(stream)


def test_a_container_that_just_starts_may_be_asked_again() -> None:
    with pytest.raises(LinkBroken):
        begin(ScriptedStream(lambda _: [b""]))


def begin(stream: ScriptedStream) -> None:
    link = StreamLink(stream, lambda _: None, lambda: None)
    link.begin()
