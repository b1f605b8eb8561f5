"""Agents in memory: containers with files and an app, as `sync.link` sees them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from draftpy.dev_settings import Restart
from draftpy.sync.link import (
    AgentEvent,
    AgentFacts,
    AgentLink,
    AgentMissing,
    AppExit,
    LinkBroken,
    ListeningSocket,
    SyncAnswer,
    SyncOrder,
    SyncRefused,
)
from draftpy.sync.trees import FileState

PORT = 8080
OPEN = (ListeningSocket(address="0.0.0.0", port=PORT),)


@dataclass(slots=True)
class MemoryAgent:
    """One container: what it holds, what it was asked, and how its app behaves."""

    files: dict[str, bytes] = field(default_factory=dict)
    states: dict[str, FileState] = field(default_factory=dict)
    orders: list[SyncOrder] = field(default_factory=list)
    starts: int = 1
    unwritable: dict[str, str] = field(default_factory=dict)
    refuses: list[SyncRefused] = field(default_factory=list)
    exits: AppExit | None = None
    links: list["MemoryLink"] = field(default_factory=list)

    def restarted(self) -> AgentEvent:
        """Start the app again: it opens its port, or ends."""
        self.starts += 1
        if self.exits:
            return AgentEvent(start=self.starts, exit=self.exits)
        return AgentEvent(start=self.starts, listening=OPEN)


class MemoryLink:
    """See `sync.link.AgentLink`."""

    def __init__(
        self,
        agent: MemoryAgent,
        on_event: Callable[[AgentEvent], None],
        on_broken: Callable[[], None],
    ) -> None:
        self.agent = agent
        self.is_closed = False
        self._on_event = on_event
        self._on_broken = on_broken
        agent.links.append(self)

    @property
    def facts(self) -> AgentFacts:
        """The agent's hello."""
        return AgentFacts(
            version="1",
            uid=10001,
            roots=("/", "/app") if "/" in self.agent.unwritable else ("/app",),
            unwritable=self.agent.unwritable,
            start=self.agent.starts,
            is_running=self.agent.exits is None,
            last_exit=self.agent.exits,
        )

    def list_files(self) -> dict[str, FileState]:
        """What it holds."""
        return dict(self.agent.states)

    def sync(self, order: SyncOrder, on_output: Callable[[str], None]) -> SyncAnswer:
        """Do it at once, and tell of the restart from another thread."""
        if self.is_closed:
            raise LinkBroken
        self.agent.orders.append(order)
        if self.agent.refuses:
            on_output("main.go:3: undefined: x")
            raise self.agent.refuses.pop(0)
        for put in order.puts:
            self.agent.files[put.path] = b"".join(put.chunks())
            self.agent.states[put.path] = put.state
        for path in order.deletes:
            self.agent.states.pop(path, None)
        restarts = order.restart is Restart.EXEC
        if restarts:
            event = self.agent.restarted()
            threading.Thread(target=self._on_event, args=[event]).start()
        return SyncAnswer(
            written=len(order.puts),
            deleted=len(order.deletes),
            start=self.agent.starts,
            is_unchanged=False,
            write_s=0.001,
            build_s=0.0,
            restart_s=0.002 if restarts else 0.0,
        )

    def tell(self, event: AgentEvent) -> None:
        """The agent tells something unasked."""
        self._on_event(event)

    def cut(self) -> None:
        """The stream breaks."""
        self.is_closed = True
        self._on_broken()

    def close(self) -> None:
        """End the stream."""
        self.is_closed = True


@dataclass(slots=True)
class MemoryAgents:
    """See `sync.link.AgentLinks`; pods without an agent here have none."""

    agents: dict[str, MemoryAgent] = field(default_factory=dict)
    opened: int = 0
    is_away: bool = False

    def open(
        self,
        pod: str,
        container: str,
        on_event: Callable[[AgentEvent], None],
        on_broken: Callable[[], None],
    ) -> AgentLink:
        """Open a stream."""
        self.opened += 1
        if self.is_away:
            raise LinkBroken("no route to host")
        if pod not in self.agents:
            raise AgentMissing("there is no agent in the container: no such file")
        return MemoryLink(self.agents[pod], on_event, on_broken)
