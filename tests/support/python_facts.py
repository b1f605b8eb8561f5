"""What the Python inspector finds, in the words that its tests use."""

from pathlib import Path

from draftpy.inspectors.facts import Facts, FactValue, Findings, merge_findings
from draftpy.inspectors.python.inspector import inspect
from tests.support.source import make_source


def python_facts(root: Path, files: dict[str, str]) -> Facts:
    """The facts of these files."""
    findings: Findings = inspect(make_source(root, files))
    return merge_findings([findings])


def value_of(root: Path, files: dict[str, str], name: str) -> FactValue | None:
    """One fact of these files."""
    return python_facts(root, files).find_value(f"python.{name}")


def start_of(root: Path, files: dict[str, str]) -> str:
    """The start command as one text."""
    value = value_of(root, files, "start")
    return " ".join(value) if isinstance(value, tuple) else ""


def problems_of(root: Path, files: dict[str, str]) -> list[str]:
    """What is broken or worth knowing, with its place."""
    return [f"{problem.place} {problem.what}" for problem in python_facts(root, files).problems]
