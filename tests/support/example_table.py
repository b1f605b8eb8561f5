"""The examples that were built and answered, as a table at the end of a test run."""

from collections.abc import Iterable
from dataclasses import dataclass

from draftpy.tables import render_table
from tests.support.examples import load_examples


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltExample:
    """One example as it was built: times as `up` told them; `answered_s` is from its release on."""

    name: str
    size_mb: float
    cold: str
    warm: str
    answered_s: float


def render_examples(built: Iterable[BuiltExample]) -> str:
    """The table, and by name what is not built here."""
    rows = [
        (each.name, f"{each.size_mb:.0f} MB", each.cold, each.warm, f"{each.answered_s:.1f} s")
        for each in sorted(built, key=lambda each: each.name)
    ]
    head = ("EXAMPLE", "IMAGE", "COLD BUILD", "WARM BUILD", "ANSWERED")
    missing = [f"{each.name}: {each.not_built}" for each in load_examples() if each.not_built]
    return "\n".join([render_table(head, rows), "", "not built, checked as text only:", *missing])
