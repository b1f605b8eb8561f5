"""Everything that can be told to a user, as frozen records."""

import re
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from draftpy.errors import DraftError


class Stage(StrEnum):
    """The stages of `up`, in their order."""

    GUARD = "guard"
    BUILD = "build"
    PUBLISH = "publish"
    RELEASE = "release"
    ROLLOUT = "rollout"
    SYNC = "sync"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened and that a user may be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target(Event):
    """Where this command works: shown before anything is written."""

    app: str
    environment: str
    kube_context: str
    namespace: str
    allowed_because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageStarted(Event):
    """A stage began; `why` is the plan's reason for running it."""

    stage: Stage
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageProgress(Event):
    """What a running stage does at the moment: a build step, what a rollout waits for."""

    stage: Stage
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildLine(Event):
    """One line of the image build's own output; kept for `logs --build`, shown with --verbose."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFinished(Event):
    """A stage is done; `seconds` is its own duration."""

    stage: Stage
    text: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSkipped(Event):
    """A stage was not needed."""

    stage: Stage
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(Event):
    """A failure that does not end the program; `stage` is None outside the pipeline's stages."""

    what: str
    evidence: str = ""
    remedy: str = ""
    exit_code: int
    stage: Stage | None = None

    @classmethod
    def of(cls, error: DraftError, stage: Stage | None = None) -> "Failed":
        """The event that tells of an error."""
        return cls(
            what=error.what,
            evidence=error.evidence,
            remedy=error.remedy,
            exit_code=int(error.exit_code),
            stage=stage,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed(Event):
    """Files changed and stages follow; `why` says why a sync is not enough.

    `paths` are relative to the project, sorted, at most five.
    """

    paths: tuple[str, ...]
    total: int
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilesSynced(Event):
    """Changed files are in the running pods, and the app answers with them.

    `action` is what was done to the app; `seconds` is since the change was seen, of which the
    parts are: until it was decided, until the files were there, in the build, in ending and
    starting the app, until its port was open. Without pods they get the files when they start.
    """

    paths: tuple[str, ...]
    total: int
    pods: int
    files: int
    action: str
    seconds: float
    decided_s: float
    moved_s: float
    built_s: float
    restarted_s: float
    answering_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching(Event):
    """The folder is being watched; `folders` is how many."""

    folders: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Served(Event):
    """The version of the last change set answers; `seconds` since the change was seen."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarding(Event):
    """A local port leads to a container port; `moved_from` is the port that was wanted but busy."""

    local_port: int
    remote_port: int
    url: str
    moved_from: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine(Event):
    """One line that a container wrote; `at` is RFC 3339 as the kubelet gave it."""

    pod: str
    container: str
    text: str
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Event):
    """Something worth knowing that changes nothing."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned(Event):
    """Something that is probably not meant."""

    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMade(Event):
    """One call to an outside thing and its time; shown with --verbose."""

    tool: str
    action: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped(Event):
    """`up` or `logs` ended; `text` says what stays, `remedy` how to remove it."""

    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result(Event):
    """The answer of a command: `text` for people, `body` (JSON types) for programs."""

    text: str
    body: dict[str, Any] = field(default_factory=dict)


class Reporter(Protocol):
    """Who tells the user. Safe to call from any thread."""

    def report(self, event: Event) -> None:
        """Tell one event."""
        ...


def event_name(event: Event) -> str:
    """The event's name in JSON: `StageFinished` is `stage-finished`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", type(event).__name__).lower()


def event_to_json(event: Event) -> dict[str, Any]:
    """The event as JSON types, its name under `event`."""
    return {"event": event_name(event), **asdict(event)}
