"""A Node project → the package of it that runs: the root, or a member of its workspace."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from draftpy.inspectors.facts import AppKind, Problem
from draftpy.inspectors.node.frameworks import find_rendering
from draftpy.inspectors.node.json5 import find_mapping
from draftpy.inspectors.node.manifest import PACKAGE_JSON, NodeManifest
from draftpy.inspectors.node.nx import find_nx_run
from draftpy.inspectors.node.package import Package, load_package
from draftpy.inspectors.node.run import Run, find_run
from draftpy.inspectors.node.serving import Serving
from draftpy.inspectors.node.workspaces import (
    Member,
    find_member,
    find_members,
    is_aside,
    likeliness,
)
from draftpy.source import SourceTree

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeApp:
    """What runs; `member` is None for the root itself."""

    run: Run
    member: Member | None = None
    members: tuple[Member, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def is_bun(self) -> bool:
        """Whether Bun runs it."""
        return self.run.serving.start[:1] == ("bun",)


def find_app(tree: SourceTree, manifest: NodeManifest, wanted: str = "") -> NodeApp | None:
    """The wanted member; else the root, if it starts by itself; else the likeliest member."""
    package = load_package(tree, manifest)
    members = find_members(tree, manifest)
    asked = find_member(members, wanted) if wanted else None
    if asked:
        return _of_members(tree, members, asked)
    if not members:
        is_nx = tree.has("nx.json") and not _has_own_pages(package)
        run = (find_nx_run(package) if is_nx else None) or find_run(package)
        return NodeApp(run=_by_bun(run)) if run else None
    named = _named(tree, package, members)
    if named is None:
        run = find_run(package)
        if run and _is_own(run):
            return NodeApp(run=_by_bun(run), members=members)
    return _of_members(tree, members, named)


def _is_own(run: Run) -> bool:
    """Whether the root serves by itself: its bundlers are there for its members."""
    if find_rendering(run.package.manifest):
        return _has_own_pages(run.package)
    if run.kind is AppKind.STATIC:
        return any(run.package.tree.has(page) for page in ("index.html", "public/index.html"))
    return bool(run.serving.start)


def _has_own_pages(package: Package) -> bool:
    """Whether a framework's pages, or the file that a page begins with, lie at the root."""
    folders = ("app/", "pages/", "routes/", "src/app/", "src/pages/", "src/routes/")
    return any(file.startswith(folders) for file in package.tree.files) or any(
        package.tree.has(page)
        for page in ("index.html", "public/index.html", "src/index.html", "app.vue")
    )


def _named(tree: SourceTree, package: Package, members: tuple[Member, ...]) -> Member | None:
    script = package.script
    wanted = script.member if script else ""
    wanted = wanted or str(find_mapping(tree.find_text("nx.json")).get("defaultProject") or "")
    return find_member(members, wanted) if wanted else None


def _of_members(
    tree: SourceTree, members: tuple[Member, ...], named: Member | None
) -> NodeApp | None:
    tried = (named,) if named else tuple(member for member in members if not is_aside(member))
    found = [(member, run) for member in tried if (run := _member_run(tree, member))]
    if not found:
        return None
    member, run = min(found, key=lambda item: (_rank(item[1]), likeliness(item[0])))
    return NodeApp(
        run=_by_bun(run),
        member=member,
        members=members,
        problems=tuple(_others(member, [other for other, _ in found if other is not member])),
    )


def _rank(run: Run) -> int:
    """Servers first, then sites; a package without a start script is likely a library."""
    if run.kind is AppKind.WEB:
        return 0
    return 1 if run.kind is AppKind.STATIC else 2


def _member_run(tree: SourceTree, member: Member) -> Run | None:
    package = load_package(tree.below(member.folder), member.manifest)
    run = find_run(package)
    if run is None or not (run.serving.start or run.serving.site):
        return None
    is_library = run.kind is AppKind.WORKER and package.command is None
    if is_library:
        return None
    if run.serving.artefacts[:1] == (".next/standalone ./",):
        # Where the server lies in such an output depends on settings of the workspace.
        serving = replace(run.serving, start=("next", "start"), artefacts=())
        return replace(run, serving=serving)
    return run


def _others(chosen: Member, others: list[Member]) -> Iterator[Problem]:
    if others:
        names = ", ".join(member.folder for member in others[:_SHOWN])
        what = f"is the app that is used; the workspace also has {names}"
        remedy = f"for another: draftpy create --dir {others[0].folder}"
        yield Problem(
            file=f"{chosen.folder}/{PACKAGE_JSON}", what=what, remedy=remedy, is_note=True
        )


def _by_bun(run: Run) -> Run:
    """What is written for Bun runs on Bun, whatever starts it."""
    start = run.serving.start
    if start[:1] == ("bun",) or not start or (run.framework is not None and run.framework.look):
        return run
    entry = start[-1]
    own = [shape for shape in run.shapes if entry and shape.path.startswith(entry.split(".")[0])]
    has_bun = run.package.manifest.knows("@types/bun", "bun-types", "elysia")
    is_for_bun = any("Bun" in s.uses or "bun" in s.imports for s in own) or (
        has_bun and any(shape.exports_fetch for shape in own)
    )
    # Whatever exports a handler and opens no port itself is for a runtime that serves it.
    is_handler = any(shape.exports_fetch for shape in own) and run.listening is None
    is_simple = start[0] == "node" and len(start) == 2
    if not (is_for_bun or is_handler) or not is_simple:
        return run
    source = own[0].path if own else entry
    serving = Serving(start=("bun", source), env=run.serving.env)
    return replace(run, serving=serving, kind=AppKind.WEB)
