"""Time as a parameter: now, sleep, deadline."""

import time
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """Monotonic seconds; tests pass a clock that they move by hand."""

    def now(self) -> float:
        """Seconds of a monotonic clock."""
        ...

    def sleep(self, seconds: float) -> None:
        """Block for so many seconds."""
        ...


class SystemClock:
    """The machine's own monotonic clock."""

    def now(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block for so many seconds."""
        time.sleep(seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A moment on one clock until which something may take."""

    clock: Clock
    at: float

    @classmethod
    def after(cls, clock: Clock, timeout_s: float) -> "Deadline":
        """The deadline so many seconds from now."""
        return cls(clock=clock, at=clock.now() + timeout_s)

    def left_s(self) -> float:
        """Seconds left, never negative."""
        return max(0.0, self.at - self.clock.now())

    def has_passed(self) -> bool:
        """Whether the moment is over."""
        return self.clock.now() >= self.at
