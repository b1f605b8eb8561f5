"""The packs that create can use, and what one of them says."""

from typing import Any

from draftpy.events import Reporter, Result
from draftpy.packs.catalog import Catalog
from draftpy.packs.model import Pack
from draftpy.tables import render_table


def list_packs(catalog: Catalog, reporter: Reporter) -> None:
    """Tell the packs at hand, in catalog order."""
    rows = [(pack.label, pack.origin, pack.about) for pack in catalog.packs]
    body = {"packs": [pack_to_json(pack) for pack in catalog.packs]}
    reporter.report(Result(text=render_table(("PACK", "FROM", "WHAT FOR"), rows), body=body))


def show_pack(pack: Pack, reporter: Reporter) -> None:
    """Tell what a pack recognises, asks and writes."""
    lines = [f"{pack.title} ({pack.label}, {pack.origin})", pack.about, f"in {pack.folder}"]
    if pack.looks_for:
        lines += ["", f"recognises: {pack.looks_for}"]
    lines += ["", "writes:", *(f"  {output.path}" for output in pack.outputs)]
    if pack.variables:
        rows = [(v.name, v.type, _shown(v.default), v.about) for v in pack.variables]
        lines += ["", render_table(("VARIABLE", "TYPE", "DEFAULT", "ABOUT"), rows)]
    reporter.report(Result(text="\n".join(lines), body=pack_to_json(pack)))


def pack_to_json(pack: Pack) -> dict[str, Any]:
    """A pack as JSON types."""
    return {
        "name": str(pack.name),
        "version": pack.version,
        "origin": pack.origin,
        "title": pack.title,
        "about": pack.about,
        "folder": str(pack.folder),
        "looksFor": pack.looks_for,
        "writes": [output.path for output in pack.outputs],
        "variables": [
            {"name": v.name, "type": v.type, "default": _plain(v.default), "about": v.about}
            for v in pack.variables
        ],
    }


def _plain(value: object) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _shown(value: object) -> str:
    return "required" if value is None else str(_plain(value))
