"""One pod kept equal to the folder: its agent attached, reconciled, followed."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Protocol

from draftpy.clock import Clock, Deadline
from draftpy.dev_settings import Restart
from draftpy.sync.app import AppState
from draftpy.sync.board import Board, Wanted
from draftpy.sync.link import (
    AgentEvent,
    AgentFacts,
    AgentLink,
    AgentLinks,
    AgentMissing,
    AppExit,
    LinkBroken,
    SyncAnswer,
    SyncOrder,
    SyncRefused,
    merge_answers,
)
from draftpy.sync.trees import FileState, find_unwritable

# A container that has just started, or an API server that was away, is asked again after this.
RETRY_S = 0.1
RETRY_CAP_S = 2.0
# An app that has not opened its port by then is told of as slow; requests wait on.
ANSWER_S = 30.0
# A request that is being answered when its app is to be replaced gets this long.
DRAIN_S = 0.1


class Gate(Protocol):
    """Where new requests wait while the app restarts."""

    def hold(self, drain_s: float) -> AbstractContextManager[object]:
        """Let none through until the context is left; those in flight may end within `drain_s`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PodAim:
    """Which container of which pod, and the ports whose opening means that it answers."""

    pod: str
    container: str
    ports: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PodResult:
    """How a pod came to a version: with what the agent did, or why it could not.

    `answering_s` is from the restart to the open port; `exit` is of an app that ended instead.
    """

    aim: PodAim
    version: int
    files: int = 0
    moved_s: float = 0.0
    answering_s: float = 0.0
    answer: SyncAnswer | None = None
    refused: SyncRefused | None = None
    exit: AppExit | None = None
    is_slow: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PodTools:
    """What each pod's thread works with.

    `on_exit` is told of an app that ends by itself, `on_late` of a version that nobody waits for.
    """

    links: AgentLinks
    board: Board
    gate: Gate
    clock: Clock
    on_output: Callable[[str], None]
    on_exit: Callable[[PodAim, AppExit], None]
    on_late: Callable[[PodResult], None]


class PodSync:
    """A thread that attaches to one pod's agent and brings it to each version of the board."""

    def __init__(self, aim: PodAim, tools: PodTools) -> None:
        self.aim = aim
        self.result = PodResult(aim=aim, version=0)
        self.unsyncable = ""
        self._tools = tools
        self._board = tools.board
        self._link: AgentLink | None = None
        self._facts: AgentFacts | None = None
        self._is_broken = False
        self._is_stopped = False
        self._present: dict[str, FileState] = {}
        self._app = AppState()
        self._lost: tuple[float, str] | None = None
        self._thread = threading.Thread(target=self._run, name=f"sync-{aim.pod}", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End the link; the thread follows soon."""
        with self._board.telling():
            self._is_stopped = True
        if self._link is not None:
            self._link.close()

    @property
    def crashed(self) -> AppExit | None:
        """How the app ended, if it is not running; changes under the board's lock."""
        return self._app.exit

    def is_at(self, version: int) -> bool:
        """Whether the pod has come to this version, or cannot."""
        return self.result.version >= version or bool(self.unsyncable)

    def _run(self) -> None:
        pause_s = RETRY_S
        while not self._is_stopped:
            try:
                self._attach()
                pause_s = RETRY_S
                self._follow()
            except LinkBroken as error:
                self._note_lost(str(error))
                self._wait(pause_s)
                pause_s = min(2 * pause_s, RETRY_CAP_S)
            except AgentMissing as error:
                self._give_up(str(error))
                return
            except Exception as error:  # noqa: BLE001 - the user must know, whatever it is
                self._give_up(f"{type(error).__name__}: {error}")
                return
            finally:
                self._close()

    def _close(self) -> None:
        if self._link is not None:
            self._link.close()

    def _note_lost(self, why: str) -> None:
        with self._board.telling():
            since, before = self._lost or (self._tools.clock.now(), "")
            self._lost = since, why or before

    def lost_for(self, seconds: float) -> str:
        """Why there has been no stream to the agent for so long; empty if there is one."""
        if self._lost is None or self._tools.clock.now() - self._lost[0] < seconds:
            return ""
        return self._lost[1] or "the stream to it ended"

    def _give_up(self, why: str) -> None:
        with self._board.telling():
            self.unsyncable = why

    def _attach(self) -> None:
        with self._board.telling():
            self._is_broken = False
            self._app = AppState()
        link = self._tools.links.open(
            self.aim.pod, self.aim.container, self._on_event, self._on_broken
        )
        self._link = link
        with self._board.telling():
            self._lost = None
            self._app.take_facts(link.facts)
        self._check_writable(link.facts)
        self._present = self._board.share(link.list_files())

    def refuses(self, target: str) -> str:
        """Why this file cannot be written in the pod; empty if it can, or nobody knows yet."""
        facts = self._facts
        return find_unwritable(target, facts.roots, facts.unwritable) if facts else ""

    def _check_writable(self, facts: AgentFacts) -> None:
        self._facts = facts
        blocked = [root for root in facts.roots if facts.unwritable.get(root)]
        if blocked and len(blocked) == len(facts.roots):
            why = facts.unwritable[blocked[0]]
            raise AgentMissing(f"{blocked[0]} cannot be written by user {facts.uid}: {why}")

    def _follow(self) -> None:
        """Bring the pod to each version; raises LinkBroken."""
        since = 0
        while True:
            wanted = self._board.wanted_for(self._present, since)
            self._check_wanted(wanted)
            result = self._bring(wanted) if wanted.has_work else self._idle(wanted)
            since = 0 if result.refused else wanted.version
            with self._board.telling():
                self.result = result
                is_late = self._board.told >= result.version
            if is_late and result.answer:
                self._tools.on_late(result)
            self._wait_news(wanted.version)
            if self._is_stopped or self._is_broken:
                raise LinkBroken

    def _check_wanted(self, wanted: Wanted) -> None:
        for target in (*wanted.states, *wanted.order.deletes):
            why = self.refuses(target)
            if why:
                raise AgentMissing(f"{target} differs, and {why}")

    def _wait_news(self, version: int) -> None:
        def has_news() -> bool:
            return self._board.version > version or self._is_stopped or self._is_broken

        with self._board.changed:
            self._board.changed.wait_for(has_news)

    def _idle(self, wanted: Wanted) -> PodResult:
        return PodResult(aim=self.aim, version=wanted.version, exit=self._app.exit)

    def _bring(self, wanted: Wanted) -> PodResult:
        """Ask the agent for what is wanted, and wait until the app answers."""
        clock, order = self._tools.clock, wanted.order
        began = clock.now()
        try:
            built = self._ask(replace(order, restart=Restart.NONE)) if order.build else None
            order = (
                SyncOrder(restart=order.restart, signal=order.signal, force=True)
                if built
                else order
            )
            with self._gate_for(order):
                answer = self._ask(order)
                self._note_present(wanted)
                moved = clock.now()
                is_slow = not self._wait_answering(order, answer)
        except SyncRefused as error:
            # A build that failed comes after the files: they are written.
            if error.code == "build":
                self._note_present(wanted)
            return PodResult(aim=self.aim, version=wanted.version, refused=error)
        done = merge_answers(built, answer)
        return PodResult(
            aim=self.aim,
            version=wanted.version,
            files=done.written + done.deleted,
            answer=done,
            moved_s=max(0.0, moved - began - done.worked_s),
            answering_s=clock.now() - moved,
            exit=self._app.exit_of(answer.start),
            is_slow=is_slow,
        )

    def _ask(self, order: SyncOrder) -> SyncAnswer:
        if self._link is None:
            raise LinkBroken
        return self._link.sync(order, self._tools.on_output)

    def _gate_for(self, order: SyncOrder) -> AbstractContextManager[object]:
        return self._tools.gate.hold(DRAIN_S) if order.restart is Restart.EXEC else nullcontext()

    def _note_present(self, wanted: Wanted) -> None:
        self._present |= wanted.states
        for path in wanted.order.deletes:
            self._present.pop(path, None)

    def _wait_answering(self, order: SyncOrder, answer: SyncAnswer) -> bool:
        """Wait until the app listens or has ended; False if neither came in time."""
        if order.restart is not Restart.EXEC or answer.is_unchanged:
            return True
        with self._board.changed:
            return self._board.changed.wait_for(lambda: self._is_decided(answer.start), ANSWER_S)

    def _is_decided(self, start: int) -> bool:
        is_over = self._is_stopped or self._is_broken
        return is_over or self._app.is_decided(start, self.aim.ports)

    def _wait(self, seconds: float) -> None:
        deadline = Deadline.after(self._tools.clock, seconds)
        with self._board.changed:
            self._board.changed.wait_for(lambda: self._is_stopped, deadline.left_s())

    def _on_event(self, event: AgentEvent) -> None:
        with self._board.telling():
            crash = self._app.take_event(event)
        if crash is not None:
            self._tools.on_exit(self.aim, crash)

    def _on_broken(self) -> None:
        with self._board.telling():
            self._is_broken = True
