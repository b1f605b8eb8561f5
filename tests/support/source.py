"""Builders of source folders for tests."""

from pathlib import Path

from draftpy.inspectors.facts import Facts
from draftpy.inspectors.registry import inspect_source
from draftpy.source import SourceTree, load_source


def write_files(root: Path, files: dict[str, str]) -> Path:
    """Write path → text below a folder; returns the folder."""
    for path, text in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return root


def make_source(root: Path, files: dict[str, str]) -> SourceTree:
    """A source tree of these files."""
    return load_source(write_files(root, files))


def facts_of(root: Path, files: dict[str, str]) -> Facts:
    """What all inspectors know about these files."""
    return inspect_source(make_source(root, files))
