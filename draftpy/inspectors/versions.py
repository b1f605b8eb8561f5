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
        "3.15": "2031-10-31",
    },
)
# https://github.com/nodejs/release#release-schedule
NODE = _runtime(
    "Node",
    "24",
    {
        "14": "2023-04-30",
        "16": "2023-09-11",
        "18": "2025-04-30",
        "20": "2026-04-30",
        "22": "2027-04-30",
        "24": "2028-04-30",
        "26": "2029-04-30",
    },
)
# https://go.dev/doc/devel/release: a line is supported until the second next one is out.
GO = _runtime(
    "Go",
    "1.26",
    {"1.24": "2026-02-28", "1.25": "2026-08-31", "1.26": "2027-02-28", "1.27": "2027-08-31"},
)
# https://www.ruby-lang.org/en/downloads/branches/
RUBY = _runtime(
    "Ruby",
    "3.4",
    {
        "2.7": "2023-03-31",
        "3.0": "2024-04-23",
        "3.1": "2025-03-26",
        "3.2": "2026-03-31",
        "3.3": "2027-03-31",
        "3.4": "2028-03-31",
        "4.0": "2029-03-31",
    },
)
# https://www.php.net/supported-versions.php
PHP = _runtime(
    "PHP",
    "8.4",
    {
        "7.4": "2022-11-28",
        "8.0": "2023-11-26",
        "8.1": "2025-12-31",
        "8.2": "2026-12-31",
        "8.3": "2027-12-31",
        "8.4": "2028-12-31",
        "8.5": "2029-12-31",
    },
)
# https://hexdocs.pm/elixir/compatibility-and-deprecations.html: the last five get security fixes.
ELIXIR = _runtime(
    "Elixir",
    "1.18",
    {
        "1.14": "2025-10-16",
        "1.15": "2026-11-30",
        "1.16": "2027-05-31",
        "1.17": "2027-11-30",
        "1.18": "2028-05-31",
        "1.19": "2028-11-30",
    },
)
# https://www.erlang.org/downloads: the last three get fixes.
ERLANG = _runtime(
    "Erlang",
    "27",
    {"25": "2025-05-21", "26": "2026-05-20", "27": "2027-05-20", "28": "2028-05-20"},
)
# https://dart.dev/get-dart/archive: only the newest is kept up, so a major stands for it.
DART = _runtime("Dart", "3", {"2": "2023-05-10", "3": "2028-12-31"})
# https://crystal-lang.org/releases/: only the newest is kept up.
CRYSTAL = _runtime(
    "Crystal",
    "1.16",
    {"1.14": "2025-01-09", "1.15": "2025-04-09", "1.16": "2027-06-30", "1.17": "2027-06-30"},
)
# https://github.com/gleam-lang/gleam/releases: only the newest is kept up.
GLEAM = _runtime(
    "Gleam",
    "1.13",
    {"1.10": "2025-06-02", "1.11": "2025-08-05", "1.12": "2025-10-19", "1.13": "2027-03-31"},
)
# https://www.cpan.org/src/README.html: the last two get fixes.
PERL = _runtime(
    "Perl",
    "5.40",
    {"5.36": "2025-05-28", "5.38": "2026-05-28", "5.40": "2027-06-30", "5.42": "2028-06-30"},
)
# https://github.com/rocker-org/rocker-versioned2/wiki/Versions: only the newest is kept up.
R = _runtime("R", "4.5", {"4.3": "2024-04-24", "4.4": "2025-04-11", "4.5": "2027-04-30"})
# https://julialang.org/downloads/: the long-term line and the newest.
JULIA = _runtime(
    "Julia", "1.11", {"1.10": "2027-06-30", "1.11": "2027-03-31", "1.12": "2027-10-31"}
)
# https://bun.com/blog and https://github.com/denoland/deno/releases: only the newest line gets
# fixes, so the dates say when to look again. Deno's images have no shorter tag than a version.
BUN = _runtime("Bun", "1.4", {"1.2": "2026-03-31", "1.3": "2026-12-31", "1.4": "2027-12-31"})
DENO = _runtime("Deno", "2.9.6", {"2.9.6": "2027-12-31"})
# https://adoptium.net/support: the lines with long support only.
JAVA = _runtime(
    "Java",
    "21",
    {
        "8": "2030-12-31",
        "11": "2027-10-31",
        "17": "2027-10-31",
        "21": "2029-12-31",
        "25": "2031-09-30",
    },
)
# https://blog.rust-lang.org/: a release every six weeks, so the image of major 1 is taken.
RUST = _runtime("Rust", "1", {"1": "2028-12-31"})
# https://dotnet.microsoft.com/platform/support/policy
DOTNET = _runtime(
    ".NET",
    "10.0",
    {
        "6.0": "2024-11-12",
        "7.0": "2024-05-14",
        "8.0": "2026-11-10",
        "9.0": "2026-11-10",
        "10.0": "2028-11-14",
    },
)
# https://www.swift.org/install: the newest line is kept up.
SWIFT = _runtime(
    "Swift",
    "6.2",
    {"5.10": "2025-03-31", "6.0": "2025-09-15", "6.1": "2026-03-31", "6.2": "2027-03-31"},
)
# https://gitlab.haskell.org/ghc/ghc/-/wikis/GHC-Status
HASKELL = _runtime(
    "Haskell",
    "9.10",
    {"9.4": "2025-06-30", "9.6": "2026-12-31", "9.8": "2026-06-30", "9.10": "2028-06-30"},
)
# https://ziglang.org/download: each version is a language of its own.
ZIG = _runtime(
    "Zig", "0.15.2", {"0.13.0": "2025-03-04", "0.14.1": "2025-08-19", "0.15.2": "2027-06-30"}
)
