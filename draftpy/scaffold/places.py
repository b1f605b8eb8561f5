"""Where the app is: in the folder itself, else in one of the folders below it."""

from dataclasses import dataclass, replace
from functools import partial
from posixpath import basename, normpath

from draftpy.config import DRAFT_YAML
from draftpy.detect import Detection, Detections, detect, is_server
from draftpy.errors import SourceMissing
from draftpy.inspectors.delegation import find_delegate
from draftpy.inspectors.facts import Facts
from draftpy.inspectors.node import inspector as node
from draftpy.inspectors.registry import inspect_source
from draftpy.packs.model import Pack, Tier
from draftpy.scaffold.outcome import AppFolder, Sighting
from draftpy.source import ASIDE_FOLDERS, SourceTree

_MAX_DEPTH = 3
_MAX_FOLDERS = 60
_ASIDE = ASIDE_FOLDERS | {"charts", "deploy", "k8s", "infra", "terraform", "scripts", "tools"}
_LIKELY_NAMES = ("app", "web", "server", "api", "backend", "service")
# What stands at the root for the people who work there, while the app is below.
_WEAK_TIERS = (Tier.SOURCE, Tier.STATIC, Tier.SCRIPT)
_STRONG_TIERS = (Tier.FRAMEWORK, Tier.SERVER, Tier.CLIENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundApp:
    """An app: where it is, its tree, what is known about it and which packs fit."""

    place: AppFolder
    tree: SourceTree
    facts: Facts
    detections: Detections


def find_app(
    tree: SourceTree, packs: tuple[Pack, ...], *, folder: str = "", look_below: bool = True
) -> FoundApp:
    """The app in that folder of the tree, else at its root, else the likeliest one below it.

    Raises SourceMissing if there is no such folder.
    """
    if folder:
        return _look_in(tree, packs, folder)
    here = _look(tree, packs, "")
    if not look_below:
        return here
    delegate = find_delegate(tree)
    if delegate:
        there = _look(tree.below(delegate.folder), packs, delegate.folder)
        if there.detections.ranked:
            return there
    if here.detections.ranked and here.detections.ranked[0].tier not in _WEAK_TIERS:
        return here
    return _best_of(here, _look_below(tree, packs))


def _look_in(tree: SourceTree, packs: tuple[Pack, ...], folder: str) -> FoundApp:
    wanted = normpath(folder)
    below = tree.below(wanted) if wanted != "." else tree
    if wanted.startswith(("..", "/")) or not (tree.root / wanted).is_dir():
        raise SourceMissing(
            f"there is no folder {folder} in {tree.root}", remedy="name a folder below PATH"
        )
    if node.is_member(tree, wanted):
        return _look_at_member(tree, packs, wanted)
    return _look(below, packs, "" if wanted == "." else wanted)


def _look_at_member(tree: SourceTree, packs: tuple[Pack, ...], folder: str) -> FoundApp:
    """A member of a workspace: it needs the lock file and the packages of the root."""
    facts = inspect_source(tree, (partial(node.inspect, wanted=folder),))
    return FoundApp(
        place=AppFolder(root=tree.root),
        tree=tree,
        facts=facts,
        detections=detect(tree, facts, packs),
    )


def _best_of(here: FoundApp, found: list[FoundApp]) -> FoundApp:
    """The likeliest app below, unless what stands at the root is as good."""
    ranked = here.detections.ranked
    if ranked:
        found = [app for app in found if app.detections.ranked[0].tier in _STRONG_TIERS]
        ranked = tuple(d for d in ranked if not any(_lies_in(d, app) for app in found))
    if not found:
        return here
    best = min(found, key=_order)
    if ranked and ranked[0].tier is not Tier.SCRIPT:
        # A page or a server at the root is an app, with others beside it.
        best = replace(here, detections=replace(here.detections, ranked=ranked))
    others = tuple(_sighting(app) for app in found if app.place.folder != best.place.folder)
    return replace(best, place=replace(best.place, others=others))


def _lies_in(detection: Detection, app: FoundApp) -> bool:
    """Whether all that speaks for a pack lies in the folder of an app."""
    inside = f"{app.place.folder}/"
    places = detection.evidence
    return bool(places) and all(place.file.startswith(inside) for place in places)


def _look(tree: SourceTree, packs: tuple[Pack, ...], folder: str) -> FoundApp:
    facts = inspect_source(tree)
    return FoundApp(
        place=AppFolder(root=tree.root, folder=folder),
        tree=tree,
        facts=facts,
        detections=detect(tree, facts, packs),
    )


def _look_below(tree: SourceTree, packs: tuple[Pack, ...]) -> list[FoundApp]:
    found: list[FoundApp] = []
    for folder in _folders(tree)[:_MAX_FOLDERS]:
        if any(folder.startswith(f"{app.place.folder}/") for app in found):
            continue  # What lies inside an app belongs to it.
        app = _look(tree.below(folder), packs, folder)
        # A lone script in some folder is no app.
        if app.detections.ranked and app.detections.ranked[0].tier is not Tier.SCRIPT:
            found.append(app)
    return found


def _folders(tree: SourceTree) -> list[str]:
    folders = {
        "/".join(steps[:depth])
        for file in tree.files
        if (steps := file.split("/")[:-1])
        for depth in range(1, min(len(steps), _MAX_DEPTH) + 1)
    }
    shown = (f for f in folders if not any(_is_aside(step) for step in f.split("/")))
    return sorted(shown, key=lambda folder: (folder.count("/"), folder))


def _is_aside(step: str) -> bool:
    return step in _ASIDE or step.startswith(".")


def _order(app: FoundApp) -> tuple[bool, bool, bool, bool, int, str]:
    """What create was used on first, servers, telling names, an own Dockerfile, what is nearest."""
    best = app.detections.ranked[0]
    folder = app.place.folder
    return (
        not app.tree.has(DRAFT_YAML),
        not is_server(best, app.facts),
        basename(folder) not in _LIKELY_NAMES,
        not app.tree.has("Dockerfile"),
        folder.count("/"),
        folder,
    )


def _sighting(app: FoundApp) -> Sighting:
    return Sighting(folder=app.place.folder, pack=str(app.detections.ranked[0].pack.name))
