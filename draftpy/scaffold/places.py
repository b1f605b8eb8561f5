"""Where the app is: in the folder itself, else in one of the folders below it."""

from dataclasses import dataclass
from posixpath import basename

from draftpy.detect import Detections, detect, is_server
from draftpy.inspectors.facts import Facts
from draftpy.inspectors.registry import inspect_source
from draftpy.packs.model import Pack, Tier
from draftpy.scaffold.outcome import AppFolder, Sighting
from draftpy.source import SourceTree

_MAX_DEPTH = 3
_MAX_FOLDERS = 60
_ASIDE = ("examples", "example", "docs", "doc", "test", "tests", "e2e", "fixtures", "charts")
_LIKELY_NAMES = ("app", "web", "server", "api", "backend", "service")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundApp:
    """An app: where it is, its tree, what is known about it and which packs fit."""

    place: AppFolder
    tree: SourceTree
    facts: Facts
    detections: Detections


def find_app(tree: SourceTree, packs: tuple[Pack, ...], *, look_below: bool) -> FoundApp:
    """The app at the root of the tree; if there is none, the likeliest one up to 3 levels below."""
    here = _look(tree, packs, "")
    if here.detections.ranked or not look_below:
        return here
    found = _look_below(tree, packs)
    if not found:
        return here
    best = min(found, key=_order)
    others = tuple(_sighting(app) for app in found if app is not best)
    return FoundApp(
        place=AppFolder(root=best.tree.root, folder=best.place.folder, others=others),
        tree=best.tree,
        facts=best.facts,
        detections=best.detections,
    )


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


def _order(app: FoundApp) -> tuple[bool, bool, bool, int, str]:
    """Servers first, then telling names, then its own Dockerfile, then what is nearest."""
    best = app.detections.ranked[0]
    folder = app.place.folder
    return (
        not is_server(best, app.facts),
        basename(folder) not in _LIKELY_NAMES,
        not app.tree.has("Dockerfile"),
        folder.count("/"),
        folder,
    )


def _sighting(app: FoundApp) -> Sighting:
    return Sighting(folder=app.place.folder, pack=str(app.detections.ranked[0].pack.name))
