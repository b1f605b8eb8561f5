"""AgentLinks over exec streams: the agent's protocol, one stream per container."""

import queue
import threading
from collections.abc import Callable
from typing import Any, Protocol

from draftpy.adapters.kube.client import KubeClient
from draftpy.adapters.kube.exec_streams import ExecEnd, open_exec
from draftpy.agent_frames import (
    PROTOCOL,
    Frame,
    FrameError,
    FrameReader,
    Kind,
    encode_frame,
    encode_put,
)
from draftpy.sync.bodies import (
    parse_answer,
    parse_event,
    parse_facts,
    parse_refusal,
    parse_state,
    render_order,
)
from draftpy.sync.link import (
    AgentEvent,
    AgentFacts,
    AgentLink,
    AgentMissing,
    LinkBroken,
    SyncAnswer,
    SyncOrder,
    SyncRefused,
)
from draftpy.sync.trees import FileState

AGENT = "/.draftpy/agent"
CLIENT = "draftpy"
# An agent that was reached answers in milliseconds; a build may be silent for as long as it takes.
_HELLO_S = 10.0
_RECV_BYTES = 1 << 20
# What the exit code of `attach` means: the program is not there, or no agent is process 1.
_NO_AGENT = (126, 127)
_PLAIN, _EXECUTABLE = 0o644, 0o755


class KubeAgentLinks:
    """See `sync.link.AgentLinks`; for one namespace."""

    def __init__(self, client: KubeClient, namespace: str) -> None:
        self._client = client
        self._namespace = namespace

    def open(
        self,
        pod: str,
        container: str,
        on_event: Callable[[AgentEvent], None],
        on_broken: Callable[[], None],
    ) -> AgentLink:
        """Open a stream; raises LinkBroken, AgentMissing."""
        try:
            stream = open_exec(self._client, self._namespace, pod, container, (AGENT, "attach"))
        except OSError as error:
            raise LinkBroken(str(error)) from error
        link = StreamLink(stream, on_event, on_broken)
        try:
            link.begin()
        except BaseException:
            link.close()
            raise
        return link


class ByteStream(Protocol):
    """A running command's standard streams: an ExecStream is one."""

    @property
    def end(self) -> ExecEnd | None:
        """How the command ended, once it did."""
        ...

    @property
    def stderr(self) -> bytes:
        """What it said there."""
        ...

    def recv(self, max_bytes: int) -> bytes:
        """Some bytes of its stdout; b"" at the end; raises OSError."""
        ...

    def send_all(self, payload: bytes) -> None:
        """Send every byte to its stdin; raises OSError."""
        ...

    def close(self) -> None:
        """Leave it."""
        ...


class StreamLink:
    """See `sync.link.AgentLink`; a thread reads, any thread asks."""

    def __init__(
        self,
        stream: ByteStream,
        on_event: Callable[[AgentEvent], None],
        on_broken: Callable[[], None],
    ) -> None:
        self._stream = stream
        self._on_event = on_event
        self._on_broken = on_broken
        self._answers: dict[int, queue.SimpleQueue[Frame | None]] = {}
        self._lock = threading.Lock()
        self._last_id = 0
        self._is_ended = False
        self._facts: AgentFacts | None = None
        self._reader = threading.Thread(target=self._read, name="agent-link", daemon=True)

    @property
    def facts(self) -> AgentFacts:
        """What the agent said of itself."""
        if self._facts is None:
            raise LinkBroken("the agent has not said hello")
        return self._facts

    def begin(self) -> None:
        """Say hello and read the agent's; raises LinkBroken, AgentMissing."""
        self._reader.start()
        number, answers = self._expect()
        self._send(encode_frame(Kind.HELLO, number, {"protocol": PROTOCOL, "client": CLIENT}))
        try:
            frame = answers.get(timeout=_HELLO_S)
        except queue.Empty:
            raise LinkBroken("the agent does not answer") from None
        if frame is None:
            raise self._why_no_hello()
        body = frame.json()
        if frame.kind == Kind.ERROR:
            raise AgentMissing(str(body.get("message", "the agent refuses")))
        self._facts = parse_facts(body)

    def list_files(self) -> dict[str, FileState]:
        """Every synced file that is there."""
        number, answers = self._expect()
        files: dict[str, FileState] = {}
        try:
            self._send(encode_frame(Kind.LIST, number, {}))
            is_whole = False
            while not is_whole:
                body = self._answer(answers, lambda _: None)
                files |= {path: parse_state(given) for path, given in body["files"].items()}
                is_whole = not body.get("more")
            return files
        finally:
            self._forget(number)

    def sync(self, order: SyncOrder, on_output: Callable[[str], None]) -> SyncAnswer:
        """Send the files and then the order; raises LinkBroken, SyncRefused."""
        number, answers = self._expect()
        try:
            for put in order.puts:
                self._send_put(number, put.path, put.state, put.chunks)
            self._send(encode_frame(Kind.SYNC, number, render_order(order)))
            return parse_answer(self._answer(answers, on_output))
        finally:
            self._forget(number)

    def close(self) -> None:
        """End the stream."""
        self._is_ended = True
        self._stream.close()

    def _send_put(
        self, number: int, path: str, state: FileState, chunks: Callable[[], Any]
    ) -> None:
        mode = _EXECUTABLE if state.is_executable else _PLAIN
        content = () if state.link_to else chunks()
        try:
            for piece in encode_put(number, path, mode, content, link=state.link_to):
                self._send(piece)
        except FileNotFoundError:
            # Gone since it was seen: the next change set says so. The agent forgets the others.
            self._send(encode_frame(Kind.CANCEL, number, {}))
            raise SyncRefused(f"{path} has gone meanwhile", code="gone", path=path) from None

    def _answer(
        self, answers: "queue.SimpleQueue[Frame | None]", on_output: Callable[[str], None]
    ) -> dict[str, Any]:
        while (frame := answers.get()) is not None:
            if frame.kind == Kind.OUTPUT:
                for line in frame.body[1:].decode("utf-8", errors="replace").splitlines():
                    on_output(line)
                continue
            body: dict[str, Any] = frame.json()
            if frame.kind == Kind.ERROR:
                raise parse_refusal(body)
            return body
        raise LinkBroken("the stream to the agent ended")

    def _expect(self) -> "tuple[int, queue.SimpleQueue[Frame | None]]":
        answers: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        with self._lock:
            self._last_id += 1
            self._answers[self._last_id] = answers
            if self._is_ended:
                answers.put(None)
            return self._last_id, answers

    def _forget(self, number: int) -> None:
        with self._lock:
            self._answers.pop(number, None)

    def _send(self, *frames: bytes) -> None:
        try:
            for frame in frames:
                self._stream.send_all(frame)
        except OSError as error:
            raise LinkBroken(str(error)) from error

    def _read(self) -> None:
        reader = FrameReader()
        try:
            while payload := self._stream.recv(_RECV_BYTES):
                for frame in reader.feed(payload):
                    self._take(frame)
        except (OSError, FrameError, ValueError, KeyError):
            pass  # whatever it was, the stream is of no more use
        finally:
            self._end()

    def _take(self, frame: Frame) -> None:
        if frame.kind == Kind.EVENT:
            event = parse_event(frame.json())
            if event is not None:
                self._on_event(event)
            return
        with self._lock:
            answers = self._answers.get(frame.id)
        if answers is not None:
            answers.put(frame)

    def _end(self) -> None:
        with self._lock:
            self._is_ended = True
            waiting = [*self._answers.values()]
        for answers in waiting:
            answers.put(None)
        self._on_broken()

    def _why_no_hello(self) -> Exception:
        end, said = self._stream.end, self._stream.stderr.decode("utf-8", errors="replace").strip()
        if end is None:
            return LinkBroken("the stream to the agent ended")
        why = said or end.message
        if end.exit_code in _NO_AGENT or "no such file" in why or "not found" in why:
            return AgentMissing(f"there is no agent in the container: {why}")
        return LinkBroken(why)
