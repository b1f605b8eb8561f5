"""Connections to pods, made as soon as one can be."""

import enum
from collections.abc import Callable
from dataclasses import dataclass

from draftpy.clock import Clock, Deadline
from draftpy.gate import Gate
from draftpy.targets import Connection, PodDialer, Targets

# A pod that is ready but refuses is asked again after this; a new pod at once.
RETRY_S = 0.1
# A request that must not be sent twice goes to no connection that was idle for longer: the app
# may be about to end it.
FRESH_S = 1.0


class LinkEnd(enum.Enum):
    """How a connection to a pod ended."""

    CLEAN = enum.auto()
    TORN = enum.auto()
    # Nothing listens: no byte reached the app.
    REFUSED = enum.auto()
    # Nothing more may come: the last answer is complete, or the client is gone.
    OVER = enum.auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where the connections of one local port go, and what they wait for."""

    targets: Targets
    dialer: PodDialer
    gate: Gate
    port: int
    clock: Clock
    hold_s: float


@dataclass(slots=True, kw_only=True, eq=False)
class Link:
    """The connection to a pod, and what was so when it was made."""

    route: Route
    connection: Connection
    pod: str
    pods: tuple[str, ...]
    gate_turns: int
    made_at: float
    idle_since: float
    # Set as soon as what the client had sent before has been sent.
    takes_bytes: bool = False

    def was_replaced(self) -> bool:
        """Whether its pod, or the app in it, was to end since."""
        route = self.route
        return route.gate.turns != self.gate_turns or route.targets.pods[:1] != (self.pod,)

    def suits(self, *, is_safe: bool) -> bool:
        """Whether a new request may go to it, though it was made before; safe: may be repeated."""
        route, now = self.route, self.route.clock.now()
        is_current = route.targets.pods == self.pods and route.gate.turns == self.gate_turns
        is_fresh = is_safe or now - self.idle_since < FRESH_S
        has_better = self.pods[:1] != (self.pod,) and now - self.made_at > RETRY_S
        return is_current and is_fresh and not has_better


class PodSearch:
    """Finds a pod for one client, as long as its time allows."""

    def __init__(self, route: Route) -> None:
        self._route = route
        self._refused: set[str] = set()
        self._deadline = Deadline.after(route.clock, route.hold_s)

    def begin(self) -> None:
        """Count the time from now, and ask every pod again."""
        self._refused.clear()
        self._deadline = Deadline.after(self._route.clock, self._route.hold_s)

    def pass_over(self, pod: str) -> None:
        """This one refused: ask the others first."""
        self._refused.add(pod)

    def find(self, adopt: Callable[[Link], bool], is_over: Callable[[], bool]) -> Link | None:
        """A connection that `adopt` took; None when the time is over, or it is no longer wanted."""
        targets, gate = self._route.targets, self._route.gate
        while not (self._deadline.has_passed() or targets.is_closed or is_over()):
            if not gate.wait_open(self._patience_s()):
                continue
            turns = gate.turns
            for pod in targets.wait_pods(self._patience_s()):
                if pod not in self._refused and (link := self._try(pod, adopt)):
                    return link
            if targets.pods and gate.turns == turns:
                # Nothing listens anywhere: the app is just starting or stopping.
                targets.wait_change(RETRY_S)
                self._refused.clear()
        return None

    def _patience_s(self) -> float:
        return min(RETRY_S, self._deadline.left_s())

    def _try(self, pod: str, adopt: Callable[[Link], bool]) -> Link | None:
        route, now = self._route, self._route.clock.now()
        turns, pods = route.gate.turns, route.targets.pods
        try:
            connection = route.dialer.dial(pod, route.port)
        except OSError:
            return None
        link = Link(
            route=route,
            connection=connection,
            pod=pod,
            pods=pods,
            gate_turns=turns,
            made_at=now,
            idle_since=now,
        )
        if adopt(link):
            return link
        connection.close()
        return None
