"""The inspectors there are, and all their facts about a tree."""

from collections.abc import Callable

from draftpy.inspectors import go, node, own_dockerfile, procfile, python, static
from draftpy.inspectors.facts import Facts, Findings, merge_findings
from draftpy.source import SourceTree

Inspector = Callable[[SourceTree], Findings]
INSPECTORS: tuple[Inspector, ...] = (
    procfile.inspect,
    own_dockerfile.inspect,
    python.inspect,
    node.inspect,
    go.inspect,
    static.inspect,
)


def inspect_source(tree: SourceTree) -> Facts:
    """Everything that the inspectors know about a tree."""
    return merge_findings(inspect(tree) for inspect in INSPECTORS)
