"""A clock that tests move by hand."""


class ManualClock:
    """Stands still until `advance` or `sleep` moves it; remembers every sleep."""

    def __init__(self, start: float = 100.0) -> None:
        self._now = start
        self.slept: list[float] = []

    def now(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self._now += seconds
