"""What is known of the app in one container: its present start, its ports, its end."""

from dataclasses import dataclass

from draftpy.sync.link import AgentEvent, AgentFacts, AppExit, ListeningSocket


@dataclass(slots=True)
class AppState:
    """Made of what the agent tells; `start` is 0 until it has told anything."""

    start: int = 0
    listening: tuple[ListeningSocket, ...] = ()
    exit: AppExit | None = None

    def take_facts(self, facts: AgentFacts) -> None:
        """What the agent said at first; events may have come since."""
        if facts.start >= self.start:
            self.start = facts.start
            self.exit = None if facts.is_running else facts.last_exit

    def take_event(self, event: AgentEvent) -> AppExit | None:
        """One thing that it told; the app's end, if that was by itself."""
        if event.start > self.start:
            self.start, self.listening, self.exit = event.start, (), None
        if event.start < self.start:
            return None
        if event.listening is not None:
            self.listening = event.listening
        if event.exit is None or event.is_expected:
            return None
        self.exit = event.exit
        return event.exit

    def exit_of(self, start: int) -> AppExit | None:
        """How that start ended, if it did."""
        return self.exit if self.start == start else None

    def is_decided(self, start: int, ports: tuple[int, ...]) -> bool:
        """Whether that start listens on one of these ports (any, if there are none), or is over."""
        if self.start > start or self.exit_of(start) is not None:
            return True
        open_ports = {each.port for each in self.listening}
        return self.start == start and (not ports or bool(open_ports.intersection(ports)))
