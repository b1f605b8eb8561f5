"""Which versions of a language there are, until when they are supported, which is the default.

The one table of versions: packs hold none. Look it over at least once a year (a test asks for it).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

REVIEWED = date(2026, 11, 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """One release line (`3.13`, `24`) and the day its support ends."""

    version: str
    ends: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """A language's release lines, oldest first, and the one that new apps get."""

    name: str
    default: str
    cycles: tuple[Cycle, ...]

    def find_cycle(self, version: str) -> Cycle | None:
        """The release line of that exact name."""
        return next((cycle for cycle in self.cycles if cycle.version == version), None)

    def choose(self, is_allowed: Callable[[str], bool], today: date = REVIEWED) -> str | None:
        """The default if it is allowed, else the newest supported line, else the newest line."""
        if is_allowed(self.default):
            return self.default
        allowed = [cycle for cycle in reversed(self.cycles) if is_allowed(cycle.version)]
        supported = [cycle for cycle in allowed if cycle.ends >= today]
        best = next(iter([*supported, *allowed]), None)
        return best.version if best else None


def _runtime(name: str, default: str, ends: dict[str, str]) -> Runtime:
    cycles = tuple(Cycle(version=v, ends=date.fromisoformat(day)) for v, day in ends.items())
    return Runtime(name=name, default=default, cycles=cycles)


# https://devguide.python.org/versions/
PYTHON = _runtime(
    "Python",
    "3.13",
    {
        "3.8": "2024-10-07",
        "3.9": "2025-10-31",
        "3.10": "2026-10-31",
        "3.11": "2027-10-31",
        "3.12": "2028-10-31",
        "3.13": "2029-10-31",
        "3.14": "2030-10-31",
    },
)
# https://github.com/nodejs/release#release-schedule
NODE = _runtime(
    "Node",
    "24",
    {"18": "2025-04-30", "20": "2026-04-30", "22": "2027-04-30", "24": "2028-04-30"},
)
# https://go.dev/doc/devel/release: a line is supported until the second next one is out.
GO = _runtime(
    "Go",
    "1.26",
    {"1.24": "2026-02-28", "1.25": "2026-08-31", "1.26": "2027-02-28", "1.27": "2027-08-31"},
)
