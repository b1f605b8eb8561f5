"""What builders print → steps, layers and failures: BuildKit's raw JSON and the classic stream."""

import base64
import binascii
import json
import re
from collections import deque
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from draftpy.build_failures import (
    EVIDENCE_LINES,
    BuildStep,
    base_missing,
    dockerfile_invalid,
    find_line,
    step_failed,
)
from draftpy.errors import BuildFailed

_LINE_LIMIT = 500
# BuildKit's names of the Dockerfile's steps: "[2/4] RUN …", "[build 2/4] RUN …".
_STEP = re.compile(
    r"\[(?:(?P<stage>\S+) )?(?P<number>\d+)/(?P<total>\d+)\] (?P<text>.*)", re.DOTALL
)
_CLASSIC_STEP = re.compile(r"Step (?P<number>\d+)/(?P<total>\d+) : (?P<text>.*)")
_METADATA = "[internal] load metadata for "
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_PLACE = re.compile(r"(?P<file>\S.*):(?P<line>\d+)")
# The steps that began, and lines of output.
Told = tuple[tuple[BuildStep, ...], tuple[str, ...]]


@dataclass(slots=True)
class _Vertex:
    """What is known of one node of BuildKit's graph."""

    name: str = ""
    cached: bool = False
    started: bool = False
    error: str = ""
    partial: bytes = b""
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=EVIDENCE_LINES))

    def take_output(self, content: bytes) -> tuple[str, ...]:
        """The lines that are whole now; what is written comes in pieces of any length."""
        whole, end, self.partial = (self.partial + content).rpartition(b"\n")
        lines = tuple(clean_lines((whole + end).decode("utf-8", errors="replace")))
        self.lines.extend(lines)
        return lines


class BuildKitOutput:
    """Collects `--progress=rawjson`, line by line.

    `feed` returns what is worth telling of a line: the steps that began, and lines of output.
    """

    def __init__(self) -> None:
        self._vertices: dict[str, _Vertex] = {}
        self._text: deque[str] = deque(maxlen=4 * EVIDENCE_LINES)

    def feed(self, line: str) -> Told:
        """Take one line; (the steps that began with it, the output in it)."""
        status = _parse_object(line)
        if status is None:
            if line.strip():
                self._text.append(line.rstrip())
            return (), ()
        output = [text for log in status.get("logs") or () for text in self._log_lines(log)]
        begun = [self._update(vertex, output) for vertex in status.get("vertexes") or ()]
        return tuple(step for step in begun if step), tuple(output)

    @property
    def layers(self) -> tuple[int, int]:
        """(steps that make layers, those of them that were not cached)."""
        steps = [vertex for vertex in self._vertices.values() if _makes_layer(vertex.name)]
        return len(steps), sum(1 for vertex in steps if not vertex.cached)

    @property
    def has_begun(self) -> bool:
        """Whether the engine took the build up at all."""
        return bool(self._vertices)

    def failure(self, dockerfile: str, text: str = "") -> BuildFailed:
        """Why the build failed; `text` is the Dockerfile's, to name the line in it."""
        failed = next((v for v in self._vertices.values() if _is_own_error(v.error)), None)
        if failed is not None and failed.name.startswith(_METADATA):
            return base_missing(failed.name.removeprefix(_METADATA), failed.error)
        step = parse_step(failed.name) if failed else None
        if failed is not None and step is not None:
            return step_failed(
                step,
                dockerfile,
                (*failed.lines, failed.error),
                self._place() or find_line(text, step),
            )
        if failed is None and not self.layers[0]:
            return dockerfile_invalid(dockerfile, self._last_error())
        return BuildFailed(
            f"the image could not be built from {dockerfile}",
            evidence=failed.error if failed else "\n".join(list(self._text)[-EVIDENCE_LINES:]),
            remedy="draftpy logs --build shows all of the build's output",
        )

    def _update(self, vertex: dict[str, Any], output: list[str]) -> BuildStep | None:
        known = self._get(vertex.get("digest"))
        known.name = str(vertex.get("name") or known.name)
        known.cached = known.cached or bool(vertex.get("cached"))
        known.error = str(vertex.get("error") or known.error)
        if vertex.get("completed") and known.partial:
            output += known.take_output(b"\n")
        if known.started or not vertex.get("started") or known.cached:
            return None
        known.started = True
        return parse_step(known.name)

    def _log_lines(self, log: dict[str, Any]) -> tuple[str, ...]:
        try:
            content = base64.b64decode(log.get("data") or "")
        except (binascii.Error, ValueError):
            return ()
        return self._get(log.get("vertex")).take_output(content)

    def _get(self, digest: object) -> _Vertex:
        return self._vertices.setdefault(str(digest), _Vertex())

    def _last_error(self) -> str:
        return next((line for line in reversed(self._text) if line.startswith("ERROR")), "")

    def _place(self) -> int:
        """The line of the Dockerfile that newer engines point to; 0 if they do not."""
        lines = list(self._text)
        for line, below in pairwise(lines):
            found = _PLACE.fullmatch(line)
            if found and below.startswith("-----"):
                return int(found["line"])
        return 0


class ClassicOutput:
    """Collects the decoded stream of the engine's classic builder.

    `added_steps` come after the Dockerfile's own: the builder adds one for the labels.
    """

    def __init__(self, added_steps: int = 0) -> None:
        self._added_steps = added_steps
        self.image_id = ""
        self.error = ""
        self._step: BuildStep | None = None
        self._steps: list[BuildStep] = []
        self._cached = 0
        self._lines: deque[str] = deque(maxlen=EVIDENCE_LINES)

    def feed(self, item: dict[str, Any]) -> Told:
        """Take one item; (the steps that began with it, the output in it)."""
        aux = item.get("aux")
        if isinstance(aux, dict) and aux.get("ID"):
            self.image_id = str(aux["ID"])
        detail = item.get("errorDetail") or {}
        self.error = str(detail.get("message") or item.get("error") or self.error)
        lines = tuple(clean_lines(str(item.get("stream") or "")))
        return self._take(lines), lines

    @property
    def layers(self) -> tuple[int, int]:
        """(steps that make layers, those of them that were not cached)."""
        total = sum(1 for step in self._steps if not step.text.upper().startswith("FROM "))
        return total, total - self._cached

    def failure(self, dockerfile: str, text: str = "") -> BuildFailed:
        """Why the build failed; `text` is the Dockerfile's, to name the line in it."""
        if self._step is not None and self._step.text.upper().startswith("FROM "):
            return base_missing(self._step.text.split()[1], self.error)
        if self._step is not None:
            line = find_line(text, self._step)
            return step_failed(self._step, dockerfile, (*self._lines, self.error), line)
        return dockerfile_invalid(dockerfile, self.error)

    def _take(self, lines: tuple[str, ...]) -> tuple[BuildStep, ...]:
        begun = []
        for line in lines:
            found = _CLASSIC_STEP.fullmatch(line)
            if found:
                begun.append(self._begin(_step_of("", found)))
            elif line == " ---> Using cache" and self._step in self._steps:
                self._cached += 1
            elif not line.startswith((" --->", "Removing intermediate container")):
                self._lines.append(line)
        return tuple(begun)

    def _begin(self, counted: BuildStep) -> BuildStep:
        step = replace(counted, total=counted.total - self._added_steps)
        if step.number <= step.total:
            self._steps.append(step)
        self._step = step
        self._lines.clear()
        return step


def parse_step(name: str) -> BuildStep | None:
    """The step that a vertex of BuildKit is, if it is one."""
    found = _STEP.fullmatch(name)
    return _step_of(found["stage"] or "", found) if found else None


def clean_lines(text: str) -> list[str]:
    """Lines without colours and blanks; of a line that was overwritten only the last form."""
    lines = (_ESCAPE.sub("", line).rstrip().rpartition("\r")[2] for line in text.split("\n"))
    return [line[:_LINE_LIMIT] for line in lines if line.strip()]


def _step_of(stage: str, found: re.Match[str]) -> BuildStep:
    return BuildStep(
        stage=stage,
        number=int(found["number"]),
        total=int(found["total"]),
        text=" ".join(found["text"].split()),
    )


def _makes_layer(name: str) -> bool:
    step = parse_step(name)
    return step is not None and not step.text.upper().startswith("FROM ")


def _is_own_error(error: str) -> bool:
    """Other vertices are cancelled when one has failed; those are not the cause."""
    return bool(error) and not error.endswith("context canceled")


def _parse_object(line: str) -> dict[str, Any] | None:
    if not line.startswith("{"):
        return None
    try:
        parsed = json.loads(line)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None
