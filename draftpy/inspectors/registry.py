"""The inspectors there are, and all their facts about a tree."""

from collections.abc import Callable

from draftpy.inspectors import procfile, python
from draftpy.inspectors.facts import Facts, Findings, merge_findings
from draftpy.source import SourceTree

Inspector = Callable[[SourceTree], Findings]
INSPECTORS: tuple[Inspector, ...] = (
    procfile.inspect,
    python.inspect,
)


def inspect_source(tree: SourceTree) -> Facts:
    """Everything that the inspectors know about a tree."""
    return merge_findings(inspect(tree) for inspect in INSPECTORS)
