"""The packs that create can use: list, show, search; and repositories of more of them."""

from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from draftpy.errors import Conflict, UnknownPack
from draftpy.events import Reporter, Result
from draftpy.packs.catalog import Catalog, PackFolder, load_catalog
from draftpy.packs.model import Pack
from draftpy.packs.repositories import PackRepository, name_of, packs_below
from draftpy.tables import render_table


class PackStore(Protocol):
    """Where added pack repositories are kept."""

    def all(self) -> tuple[PackRepository, ...]:
        """The repositories, by name; raises ConfigInvalid."""
        ...

    def fetching(self, url: str, ref: str) -> AbstractContextManager[tuple[Path, str]]:
        """A folder with the files of `ref`, and their commit; gone when the context is left.

        Raises UsageError if it cannot be had, PackInvalid for files that no pack may have.
        """
        ...

    def keep(self, repository: PackRepository, folder: Path) -> None:
        """Put the fetched files in place and the commit into the lock; raises WriteFailed."""
        ...

    def remove(self, name: str) -> None:
        """Take a repository away; raises UnknownPack."""
        ...


def list_packs(catalog: Catalog, reporter: Reporter) -> None:
    """Tell the packs at hand, in catalog order."""
    _tell(catalog.packs, reporter)


def search_packs(catalog: Catalog, word: str, reporter: Reporter) -> None:
    """Tell the packs whose name, title or description has the word; raises UnknownPack."""
    wanted = word.lower()
    found = tuple(
        pack
        for pack in catalog.packs
        if wanted in f"{pack.name} {pack.title} {pack.about} {pack.looks_for}".lower()
    )
    if not found:
        raise UnknownPack(f"no pack is about {word!r}", remedy="draftpy packs list")
    _tell(found, reporter)


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


def add_repository(
    store: PackStore, wanted: PackRepository, built_in: PackFolder, reporter: Reporter
) -> None:
    """Fetch a repository and pin it; `wanted` has no commit yet, and maybe no name.

    Raises UsageError, Conflict if the name is taken, UnknownPack if it holds no pack, PackInvalid.
    """
    name = name_of(wanted.url, wanted.name)
    if any(each.name == name for each in store.all()):
        raise Conflict(
            f"there is a pack repository {name} already",
            remedy=f"draftpy packs update {name}; or add it under another name: --name NAME",
        )
    text, body = _fetch(store, replace(wanted, name=name), built_in)
    reporter.report(Result(text=text, body=body))


def update_repositories(
    store: PackStore, name: str, built_in: PackFolder, reporter: Reporter
) -> None:
    """Fetch one repository, or all, anew; raises as add_repository, UnknownPack for the name."""
    wanted = [each for each in store.all() if name in ("", each.name)]
    if not wanted and name:
        store.remove(name)  # There is none, and it says so.
    told = [_fetch(store, each, built_in) for each in wanted]
    text = "\n".join(text for text, _ in told) or "no pack repository was added yet"
    reporter.report(Result(text=text, body={"repositories": [body for _, body in told]}))


def remove_repository(store: PackStore, name: str, reporter: Reporter) -> None:
    """Forget a repository; raises UnknownPack."""
    store.remove(name)
    reporter.report(Result(text=f"{name} is removed", body={"removed": name}))


def _fetch(
    store: PackStore, wanted: PackRepository, built_in: PackFolder
) -> tuple[str, dict[str, Any]]:
    """Fetch, look at every pack, and only then keep; the text and the JSON of it."""
    with store.fetching(wanted.url, wanted.ref) as (folder, commit):
        mine = PackFolder(origin=wanted.name, path=packs_below(folder))
        catalog = load_catalog([built_in, mine])
        names = [str(pack.name) for pack in catalog.packs if pack.origin == wanted.name]
        if not names:
            raise UnknownPack(
                f"{wanted.url} holds no pack",
                evidence="looked for packs/NAME/pack.yaml, NAME/pack.yaml and pack.yaml",
                remedy="draftpy packs new NAME makes one",
            )
        store.keep(replace(wanted, commit=commit), folder)
    is_same = commit == wanted.commit
    text = f"{wanted.name}  {commit[:12]}  {'as it was' if is_same else ', '.join(names)}"
    body = {"name": wanted.name, "url": wanted.url, "commit": commit, "packs": names}
    return text, body


def _tell(packs: tuple[Pack, ...], reporter: Reporter) -> None:
    rows = [(pack.label, pack.origin, pack.about) for pack in packs]
    body = {"packs": [pack_to_json(pack) for pack in packs]}
    reporter.report(Result(text=render_table(("PACK", "FROM", "WHAT FOR"), rows), body=body))


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
