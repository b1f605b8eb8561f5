"""Static sites → facts."""

from draftpy.inspectors.facts import AppKind, Evidence, Fact, Findings
from draftpy.source import SourceTree

_FOLDERS = ("", "public/")


def inspect(tree: SourceTree) -> Findings:
    """Facts `static.*`; empty without an index.html at the root or in a telling folder."""
    index = next((f"{f}index.html" for f in _FOLDERS if tree.has(f"{f}index.html")), None)
    if index is None:
        return Findings()
    folder = index.removesuffix("index.html").rstrip("/") or "."
    where = Evidence(file=index, means=f"is served from {folder}")
    return Findings(
        facts=(
            Fact(key="static.folder", value=folder, evidence=where),
            Fact(key="static.kind", value=str(AppKind.STATIC)),
            Fact(key="static.port", value=8080),
            # The web server's own answer, in the config that the pack writes.
            Fact(key="static.health_path", value="/healthz"),
        )
    )
