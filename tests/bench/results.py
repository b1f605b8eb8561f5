# ruff: noqa: T201 - printing figures is what it is for
"""Figures as they are measured: printed, and kept for bench/RESULTS.md and bench/results.json."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured thing; times in milliseconds, `parts` are medians."""

    name: str
    count: int
    p50_ms: float
    p95_ms: float
    max_ms: float
    parts_ms: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Results:
    """All figures of one run."""

    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(
        self, name: str, taken_s: Sequence[float], parts_s: dict[str, list[float]] | None = None
    ) -> Figure:
        """Times of one thing, and of its parts."""
        ordered = sorted(taken_s)
        figure = Figure(
            name=name,
            count=len(ordered),
            p50_ms=round(statistics.median(ordered) * 1000, 1),
            p95_ms=round(ordered[int(0.95 * (len(ordered) - 1))] * 1000, 1),
            max_ms=round(ordered[-1] * 1000, 1),
            parts_ms={
                part: round(statistics.median(times) * 1000, 1)
                for part, times in (parts_s or {}).items()
                if times
            },
        )
        self.figures.append(figure)
        print(
            f"{name:<46} p50 {figure.p50_ms:7.0f} ms  p95 {figure.p95_ms:7.0f} ms"
            f"  max {figure.max_ms:7.0f} ms  of {figure.count}",
            flush=True,
        )
        if figure.parts_ms:
            parts = ", ".join(f"{part} {ms:g}" for part, ms in figure.parts_ms.items())
            print(f"  parts (median ms): {parts}", flush=True)
        return figure

    def note(self, text: str) -> None:
        """A figure that is no time."""
        self.notes.append(text)
        print(text, flush=True)

    def ratio(self, name: str, other: str) -> None:
        """How many times longer the other takes, by medians of this run."""
        median = {figure.name: figure.p50_ms for figure in self.figures}
        if name in median and other in median and median[name]:
            self.note(f"{other} takes {median[other] / median[name]:.1f} times as long as {name}")

    def write(self) -> None:
        """bench/RESULTS.md and bench/results.json."""
        FOLDER.mkdir(exist_ok=True)
        body = {"figures": [asdict(figure) for figure in self.figures], "notes": self.notes}
        (FOLDER / "results.json").write_text(json.dumps(body, indent=1) + "\n", encoding="utf-8")
        (FOLDER / "RESULTS.md").write_text(self.render(), encoding="utf-8")

    def render(self) -> str:
        """The figures as a page."""
        rows = [
            f"| {f.name} | {f.p50_ms:.0f} | {f.p95_ms:.0f} | {f.max_ms:.0f} | {f.count} | "
            + ", ".join(f"{part} {ms:g}" for part, ms in f.parts_ms.items())
            + " |"
            for f in self.figures
        ]
        return "\n".join(
            [
                "# Figures",
                "",
                "Written by `make bench` on a machine with two cores that runs engine, cluster and"
                " client; milliseconds.",
                "",
                "| what | p50 | p95 | max | of | parts (medians) |",
                "|---|---|---|---|---|---|",
                *rows,
                "",
                *(f"- {note}" for note in self.notes),
                "",
            ]
        )
