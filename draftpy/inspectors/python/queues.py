"""The worker of a task queue, and its clock, that belong beside a Python web app."""

import ast
from collections.abc import Iterator

from draftpy.inspectors.facts import AppKind, Fact
from draftpy.inspectors.python.entry import find_queue
from draftpy.inspectors.python.layout import Entry, Project
from draftpy.inspectors.python.shapes import ModuleShape
from draftpy.inspectors.python.syntax import targets_of

_SCHEDULES = ("beat_schedule", "CELERY_BEAT_SCHEDULE", "CELERYBEAT_SCHEDULE")
# Where the clock keeps what it did last: the only folder that it may write to.
_CLOCK = ("beat", "--loglevel", "info", "--schedule", "/tmp/celerybeat-schedule")


def find_queue_facts(
    project: Project, entry: Entry | None, installed: frozenset[str]
) -> Iterator[Fact]:
    """Facts `python.worker` and `python.beat`: commands that run in further pods of the image."""
    queue = find_queue(project, installed)
    if queue is None or entry is None:
        return
    if entry.kind is AppKind.WEB:
        yield Fact(key="python.worker", value=queue.start, evidence=queue.evidence)
    if queue.framework == "celery" and _has_schedule(project.modules, installed):
        head = queue.start[: queue.start.index("worker")]
        yield Fact(key="python.beat", value=(*head, *_CLOCK), evidence=queue.evidence)


def _has_schedule(modules: tuple[ModuleShape, ...], installed: frozenset[str]) -> bool:
    nodes = (node for module in modules if module.syntax for node in module.syntax.nodes)
    return "django-celery-beat" in installed or any(_is_schedule(node) for node in nodes)


def _is_schedule(node: ast.AST) -> bool:
    """`app.conf.beat_schedule = …`, `CELERY_BEAT_SCHEDULE = …`, `beat_schedule=…`."""
    if isinstance(node, ast.keyword):
        return node.arg in _SCHEDULES
    if not isinstance(node, ast.Assign | ast.AnnAssign):
        return False
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    attributes = [target.attr for target in targets if isinstance(target, ast.Attribute)]
    return any(name in _SCHEDULES for name in (*attributes, *(t.id for t in targets_of(node))))
