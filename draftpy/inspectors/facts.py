"""What inspectors say about a source tree: facts, each with its source, and what is broken."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

FactValue = str | int | bool | tuple[str, ...]


class AppKind(StrEnum):
    """How an app behaves in a cluster."""

    WEB = "web"
    STATIC = "static"
    WORKER = "worker"
    JOB = "job"


class Confidence(StrEnum):
    """How sure a fact or detection is, surest first."""

    CERTAIN = "certain"
    LIKELY = "likely"
    GUESS = "guess"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A place in the source (`line` from 1, 0 for the whole file), its text, and what it means."""

    file: str
    line: int = 0
    text: str = ""
    means: str = ""

    @property
    def place(self) -> str:
        """`file:line`."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing known about the source; `key` is `ecosystem.name`."""

    key: str
    value: FactValue
    evidence: Evidence | None = None
    confidence: Confidence = Confidence.CERTAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something in the source that is broken, or only worth knowing (`is_note`)."""

    file: str
    what: str
    line: int = 0
    remedy: str = ""
    is_note: bool = False

    @property
    def place(self) -> str:
        """`file:line`."""
        return f"{self.file}:{self.line}" if self.line else self.file


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What one inspector found."""

    facts: tuple[Fact, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything known about a source tree; keys are unique."""

    facts: tuple[Fact, ...] = ()
    problems: tuple[Problem, ...] = ()

    def find(self, key: str) -> Fact | None:
        """The fact of that key."""
        return next((fact for fact in self.facts if fact.key == key), None)

    def find_value(self, key: str) -> FactValue | None:
        """The value of the fact of that key."""
        fact = self.find(key)
        return None if fact is None else fact.value

    def of(self, ecosystem: str) -> tuple[Fact, ...]:
        """The facts of one ecosystem, in the order found."""
        return tuple(fact for fact in self.facts if fact.key.startswith(f"{ecosystem}."))


def merge_findings(all_findings: Iterable[Findings]) -> Facts:
    """The facts of all inspectors together."""
    found = tuple(all_findings)
    return Facts(
        facts=tuple(fact for findings in found for fact in findings.facts),
        problems=tuple(problem for findings in found for problem in findings.problems),
    )
