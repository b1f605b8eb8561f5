"""detect: scan → inspect → detect, without writing anything."""

from dataclasses import dataclass
from pathlib import Path

from draftpy.detect import choose
from draftpy.events import Reporter, Result
from draftpy.inspectors.languages import count_languages
from draftpy.packs.catalog import catalog_folders, load_catalog
from draftpy.scaffold.places import find_app
from draftpy.scaffold.report import DetectReport, detect_to_json, render_detect
from draftpy.source import load_source


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectRequest:
    """What detect is asked for; `folder` below `root` holds the app, "": the source decides."""

    root: Path
    user_packs: Path
    folder: str = ""


def detect_app(request: DetectRequest, reporter: Reporter) -> DetectReport:
    """Report what is known about a source folder as a Result.

    Raises SourceMissing, PackInvalid; NothingDetected after the report.
    """
    root = request.root.resolve()
    tree = load_source(root)
    catalog = load_catalog(catalog_folders(request.user_packs, root))
    found = find_app(tree, catalog.packs, folder=request.folder)
    report = DetectReport(found=found, languages=count_languages(found.tree))
    reporter.report(Result(text=render_detect(report), body=detect_to_json(report)))
    choose(found.detections, None, found.tree, found.facts)
    return report
