"""Containers whose process 1 is the agent, and clients attached to it."""

import json
import os
import selectors
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from draftpy.agent_frames import Frame, FrameReader, Kind, encode_frame, encode_put
from draftpy.assets import find_agent
from draftpy.dev_layer import DevLayer, ImageConfig, render_dockerfile
from draftpy.dev_settings import OnExit

PATIENCE_S = 60.0
AGENT = "/.draftpy/agent"


def docker(*arguments: str) -> str:
    """What the docker command prints on either stream."""
    done = subprocess.run(
        ("docker", *arguments), capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip() + done.stderr.strip()


@dataclass(frozen=True, kw_only=True)
class AppImage:
    """An app's own image, and the folder of it that is synced."""

    dockerfile: str
    files: Mapping[str, Path | str]
    root: str
    synced: Mapping[str, str]
    on_exit: OnExit = OnExit.WAIT


def build_image(image: AppImage, folder: Path, tag: str) -> None:
    """Build the image, and the agent's layer over it, under one tag."""
    for name, content in image.files.items():
        if isinstance(content, Path):
            shutil.copy(content, folder / name)
        else:
            (folder / name).write_text(content, encoding="utf-8")
    (folder / "Dockerfile").write_text(image.dockerfile, encoding="utf-8")
    docker("build", "--quiet", "--tag", f"{tag}-app", str(folder))
    described = json.loads(docker("inspect", "--format", "{{json .Config}}", f"{tag}-app"))
    processor = docker("inspect", "--format", "{{.Architecture}}", f"{tag}-app")
    agent = find_agent(processor)
    layer = DevLayer(
        roots=(image.root,),
        files=tuple(image.synced.items()),
        run=(),
        on_exit=image.on_exit,
        agent_digest=agent.sha256,
    )
    config = ImageConfig(
        entrypoint=tuple(described.get("Entrypoint") or ()),
        cmd=tuple(described.get("Cmd") or ()),
        architecture=processor,
    )
    over = folder / "layer"
    over.mkdir()
    shutil.copy(agent.path, over / "agent")
    (over / "agent.json").write_text(layer.render_config(), encoding="utf-8")
    text = render_dockerfile(f"{tag}-app", config, layer)
    (over / "Dockerfile").write_text(text, encoding="utf-8")
    docker("build", "--quiet", "--tag", tag, str(over))


@contextmanager
def running(tag: str, *options: str) -> Iterator[str]:
    """A container of the image; its name."""
    name = f"draftpytest-{uuid.uuid4().hex[:8]}"
    docker("run", "--detach", "--name", name, *options, tag)
    try:
        yield name
    finally:
        docker("rm", "--force", "--volumes", name)


class Attached:
    """One client of the agent in a container."""

    def __init__(self, container: str) -> None:
        command = ("docker", "exec", "--interactive", container, AGENT, "attach")
        self._attach = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._reader = FrameReader()
        self._seen: list[Frame] = []
        self._last_id = 0
        self.facts = self.ask(Kind.HELLO, {"protocol": 1, "client": "test"}, Kind.HELLO)

    def close(self) -> None:
        assert self._attach.stdin is not None
        assert self._attach.stdout is not None
        self._attach.stdin.close()
        self._attach.wait(PATIENCE_S)
        self._attach.stdout.close()

    def ask(self, kind: Kind, body: Mapping[str, Any], wanted: Kind) -> dict[str, Any]:
        """The body of the answer to a request."""
        number = self._next_id()
        self._send(encode_frame(kind, number, body))
        return self._answer(number, wanted)

    def sync(
        self, files: Mapping[str, str | bytes], *, wanted: Kind = Kind.RESULT, **order: Any
    ) -> dict[str, Any]:
        """The answer to a sync of these files; it restarts the app unless it says otherwise."""
        number = self._next_id()
        for path, content in files.items():
            self._send(*encode_put(number, path, 0o644, [_bytes(content)]))
        body = {"restart": "exec", "grace_ms": 2000, **order}
        self._send(encode_frame(Kind.SYNC, number, body))
        return self._answer(number, wanted)

    def list(self) -> dict[str, Any]:
        files: dict[str, Any] = self.ask(Kind.LIST, {}, Kind.RESULT)["files"]
        return files

    def status(self) -> dict[str, Any]:
        return self.ask(Kind.STATUS, {}, Kind.RESULT)

    def event(self, name: str, start: int, **wanted: Any) -> dict[str, Any]:
        """The first such event of a start."""

        def fits(frame: Frame) -> bool:
            if frame.kind != Kind.EVENT:
                return False
            body = frame.json()
            told = {key: body.get(key) for key in wanted}
            return body["event"] == name and body.get("start") == start and told == wanted

        return self._wait(fits).json()

    def wait_listening(self, port: int) -> dict[str, Any]:
        """The event that the port is open."""
        return self._wait(lambda frame: port in _ports(frame)).json()

    def output(self) -> str:
        """What builds have written so far."""
        told = [one.body[1:] for one in self._seen if one.kind == Kind.OUTPUT]
        return b"".join(told).decode()

    def _answer(self, number: int, wanted: Kind) -> dict[str, Any]:
        answers = (Kind.HELLO, Kind.RESULT, Kind.ERROR)
        frame = self._wait(lambda one: one.id == number and one.kind in answers)
        assert frame.kind == wanted, frame
        return frame.json()

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _send(self, *pieces: bytes) -> None:
        assert self._attach.stdin is not None
        self._attach.stdin.write(b"".join(pieces))
        self._attach.stdin.flush()

    def _wait(self, fits: Callable[[Frame], bool]) -> Frame:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            for frame in self._seen:
                if fits(frame):
                    self._seen.remove(frame)
                    return frame
            self._seen += self._reader.feed(self._receive(deadline))

    def _receive(self, deadline: float) -> bytes:
        assert self._attach.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._attach.stdout, selectors.EVENT_READ)
            assert selector.select(deadline - time.monotonic()), "the agent says nothing"
        payload = os.read(self._attach.stdout.fileno(), 1 << 20)
        assert payload, "the agent's stream has ended"
        return payload


@contextmanager
def attached(container: str) -> Iterator[Attached]:
    """A client that has said hello."""
    client = Attached(container)
    try:
        yield client
    finally:
        client.close()


def get_page(container: str, port: int) -> str:
    """What the app in the container answers, asked through `agent dial`."""
    done = subprocess.run(
        ("docker", "exec", "--interactive", container, AGENT, "dial"),
        input=f"{port}\nGET / HTTP/1.0\r\n\r\n".encode(),
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    first, _, answer = done.stdout.partition(b"\n")
    if first != b"ok":
        return first.decode()
    return answer.partition(b"\r\n\r\n")[2].decode()


def _ports(frame: Frame) -> set[int]:
    if frame.kind != Kind.EVENT:
        return set()
    return {one["port"] for one in frame.json().get("listening", [])}


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else content.encode()
