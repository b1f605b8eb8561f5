"""A reporter that keeps what it is told."""

import threading
from collections.abc import Callable
from typing import TypeVar

from draftpy.events import Event

E = TypeVar("E", bound=Event)


class ListReporter:
    """Every event in order; `wait_for` blocks a test until one of a kind has come."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._told = threading.Condition()

    def report(self, event: Event) -> None:
        with self._told:
            self.events.append(event)
            self._told.notify_all()

    def of(self, kind: type[E]) -> list[E]:
        """The events of one kind so far."""
        with self._told:
            return [event for event in self.events if isinstance(event, kind)]

    def wait_for(self, is_there: Callable[[list[Event]], bool], timeout_s: float = 5.0) -> None:
        """Block until `is_there(events)`; an AssertionError with the events if it never is."""
        with self._told:
            if not self._told.wait_for(lambda: is_there(self.events), timeout_s):
                raise AssertionError(f"not told within {timeout_s} s: {self.events}")
