"""AgentLink: what is asked of the agent in one container, and what it tells by itself."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from draftpy.dev_settings import Restart
from draftpy.sync.trees import FileState


class LinkBroken(Exception):
    """The stream to the agent ended; opening a new one may help."""


class AgentMissing(Exception):
    """There is no agent to talk to in this container, or not one of this protocol."""


class SyncRefused(Exception):
    """The agent could not do it; `code` is the protocol's, `exit_code` a failed build's."""

    def __init__(self, message: str, *, code: str, path: str = "", exit_code: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.path = path
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True, kw_only=True)
class ListeningSocket:
    """A TCP port that something in the container listens on."""

    address: str
    port: int
    process: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppExit:
    """How the app ended: `signal` is empty if it exited by itself."""

    code: int
    signal: str = ""
    is_oom: bool = False
    ran_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEvent:
    """What the agent tells unasked; `start` counts the app's starts in this container.

    An app that ended has an `exit`; `is_expected` says that a sync or the pod's end made it end.
    """

    start: int
    listening: tuple[ListeningSocket, ...] | None = None
    exit: AppExit | None = None
    is_expected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFacts:
    """What the agent says of itself; `unwritable`: synced folders and why they are not writable."""

    version: str
    uid: int
    roots: tuple[str, ...]
    unwritable: Mapping[str, str]
    start: int
    is_running: bool
    last_exit: AppExit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PutFile:
    """A file to write: `chunks` yields its bytes anew each time it is called."""

    path: str
    state: FileState
    chunks: Callable[[], Iterator[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOrder:
    """One batch: applied as a whole or not at all; then a command is run and the app restarted."""

    puts: tuple[PutFile, ...] = ()
    deletes: tuple[str, ...] = ()
    build: tuple[str, ...] = ()
    restart: Restart = Restart.NONE
    signal: str = ""
    grace_s: float = 0.5
    force: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncAnswer:
    """What the agent did: `start` is the number of the app's present start; times in seconds."""

    written: int
    deleted: int
    start: int
    is_unchanged: bool
    write_s: float
    build_s: float
    restart_s: float

    @property
    def worked_s(self) -> float:
        """How long the agent was at it."""
        return self.write_s + self.build_s + self.restart_s


def merge_answers(first: SyncAnswer | None, second: SyncAnswer) -> SyncAnswer:
    """Two orders that belong together, as if they had been one."""
    if first is None:
        return second
    return SyncAnswer(
        written=first.written + second.written,
        deleted=first.deleted + second.deleted,
        start=second.start,
        is_unchanged=first.is_unchanged and second.is_unchanged,
        write_s=first.write_s + second.write_s,
        build_s=first.build_s + second.build_s,
        restart_s=first.restart_s + second.restart_s,
    )


class AgentLink(Protocol):
    """An open stream to the agent of one container; every method raises LinkBroken."""

    @property
    def facts(self) -> AgentFacts:
        """What it said of itself when the stream was opened."""
        ...

    def list_files(self) -> dict[str, FileState]:
        """Every synced file that is there, with the hash of its present bytes."""
        ...

    def sync(self, order: SyncOrder, on_output: Callable[[str], None]) -> SyncAnswer:
        """Do it, and tell each line of the build; raises SyncRefused."""
        ...

    def close(self) -> None:
        """End the stream; safe to call twice, from any thread."""
        ...


class AgentLinks(Protocol):
    """How to reach agents."""

    def open(
        self,
        pod: str,
        container: str,
        on_event: Callable[[AgentEvent], None],
        on_broken: Callable[[], None],
    ) -> AgentLink:
        """Open a stream; both callbacks come from a thread of the link's own.

        Raises LinkBroken (not yet, try again) and AgentMissing.
        """
        ...
