"""One file of the build context, followed through the stages of a Dockerfile."""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from draftpy.dockerfile.model import Copy, Dockerfile, Mount, Run, Stage
from draftpy.dockerfile.places import COMMON_FOLDERS, Laying
from draftpy.dockerfile.touches import Effect, Touch, find_touches

_SHOWN = 40
_MKDIR = re.compile(r"\bmkdir\s+([^&|;\n]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """How a file was put at its place: by whom it is owned, what became of its mode."""

    owner: str = ""
    mode_changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Where a file lies in a stage; `reason` says what of the stage is made from it, if any."""

    places: Mapping[str, Laid] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Running:
    """A RUN, what it does, and the mounts that show it files for its own time."""

    run: Run
    touches: tuple[Touch, ...]
    mounts: tuple[Laying, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracer:
    """A Dockerfile, ready to follow files; `reproduced` are lines of RUNs that are done again.

    `name` is how reasons call the Dockerfile.
    """

    dockerfile: Dockerfile
    has_file: Callable[[str], bool]
    name: str = "Dockerfile"
    reproduced: frozenset[int] = frozenset()
    _steps: Mapping[int, tuple[Laying | _Running, ...]] = field(init=False)
    _trace: Callable[[int, str], Trace] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_steps", _read_steps(self.dockerfile, self.has_file))
        # Stages are reached several ways; a path is followed through each of them once.
        object.__setattr__(self, "_trace", lru_cache(maxsize=512)(self._trace_stage))

    def layings(self, stage: Stage) -> Iterator[Laying]:
        """The COPYs of a stage and of those it stands on, in order."""
        if stage.base_stage is not None:
            yield from self.layings(self.dockerfile.stages[stage.base_stage])
        yield from (step for step in self._steps[stage.index] if isinstance(step, Laying))

    def trace(self, stage: Stage, path: str) -> Trace:
        """Follow a file of the context to the end of a stage."""
        return self._trace(stage.index, path)

    def _trace_stage(self, index: int, path: str) -> Trace:
        base = self.dockerfile.stages[index].base_stage
        found = Trace() if base is None else self._trace(base, path)
        for step in self._steps[index]:
            if isinstance(step, Laying):
                found = self._lay(step, path, found)
            else:
                found = self._run(step, path, found)
        return found

    def _lay(self, laying: Laying, path: str, found: Trace) -> Trace:
        arrivals, reason = self._arrivals(laying, path)
        reason = found.reason or reason
        kept = {}
        for place, laid in found.places.items():
            if place in arrivals or self._is_replaced(laying, path, place):
                continue
            kept[place] = laid
            if not reason and _may_be_replaced(laying, place):
                reason = f"a later COPY may lay another file over it ({self._at(laying.copy.line)})"
        return Trace(places={**kept, **arrivals}, reason=reason)

    def _arrivals(self, laying: Laying, path: str) -> tuple[dict[str, Laid], str]:
        """Where the COPY puts the file, and on what else of it the result depends."""
        copy = laying.copy
        if copy.from_image:
            return {}, ""
        source = Trace(places={f"/{path}": Laid()})
        if copy.from_stage is not None:
            source = self._trace(copy.from_stage, path)
        arrivals = self._targets(laying, source)
        return arrivals, source.reason or (self._doubt(laying, path) if arrivals else "")

    def _targets(self, laying: Laying, source: Trace) -> dict[str, Laid]:
        copy = laying.copy
        arrivals = {}
        for place, laid in source.places.items():
            target = laying.find_place(place.lstrip("/"))
            if target is not None and not self._is_outdone(laying, place.lstrip("/"), target):
                changes = (*laid.mode_changes, *([copy.chmod] if copy.chmod else []))
                arrivals[target] = Laid(owner=copy.chown, mode_changes=changes)
        return arrivals

    def _is_outdone(self, laying: Laying, path: str, target: str) -> bool:
        """Whether a later source of the same COPY brings another file to the same place."""
        if not laying.copy.is_from_context:
            return False
        others = (other for other in laying.origins_of(target) if self.has_file(other))
        return any(laying.comes_after(other, path) for other in others)

    def _doubt(self, laying: Laying, path: str) -> str:
        """Why it cannot be told where the COPY puts the file, or that it is there as it is."""
        line = self._at(laying.copy.line)
        if laying.unpacks(path):
            return f"an ADD unpacks it ({line})"
        if not laying.is_known:
            return f"no WORKDIR says where the COPY puts it ({line})"
        if laying.copy.is_from_context and laying.is_ambiguous(path):
            return f"the pattern of a COPY may bring another file in its place ({line})"
        return ""

    def _is_replaced(self, laying: Laying, path: str, place: str) -> bool:
        """Whether the COPY puts another file at the place for certain."""
        if not laying.copy.is_from_context or not laying.copy.sources:
            return place == laying.destination
        return any(o != path and self.has_file(o) for o in laying.origins_of(place))

    def _run(self, step: _Running, path: str, found: Trace) -> Trace:
        places = dict(found.places)
        reason = found.reason
        shown, shown_reason = self._mounted(step, path)
        reason = reason or shown_reason
        for touch in step.touches:
            if touch.effect is Effect.READS and step.run.line in self.reproduced:
                continue
            hit = [place for place in (*places, *shown) if touch.hits(place)]
            if hit and touch.effect in (Effect.READS, Effect.INSTALLS):
                reason = reason or self._because(step.run, touch)
            for place in hit:
                _change(places, place, touch)
        return Trace(places=places, reason=reason)

    def _mounted(self, step: _Running, path: str) -> tuple[tuple[str, ...], str]:
        """The places where the file is mounted for the RUN."""
        shown: list[str] = []
        reason = ""
        for mount in step.mounts:
            arrivals, why = self._arrivals(mount, path)
            shown += arrivals
            reason = reason or why
        return tuple(shown), reason

    def _because(self, run: Run, touch: Touch) -> str:
        command = touch.command or " ".join(run.words) or " ".join(run.scripts)
        return f"RUN {_shorten(command)} {touch.effect.value} it ({self._at(run.line)})"

    def _at(self, line: int) -> str:
        return f"{self.name}:{line}"


def _change(places: dict[str, Laid], place: str, touch: Touch) -> None:
    if place not in places:
        return
    if touch.effect is Effect.REMOVES:
        del places[place]
    elif touch.effect is Effect.SETS_MODE:
        laid = places[place]
        places[place] = replace(laid, mode_changes=(*laid.mode_changes, touch.mode))


def _may_be_replaced(laying: Laying, place: str) -> bool:
    """Whether a stage's or an image's folder, whose content is not known, is laid around it."""
    if laying.copy.is_from_context or not place.startswith(laying.destination.rstrip("/") + "/"):
        return False
    names = [posixpath.basename(source.rstrip("/")) for source in laying.copy.sources]
    # A name with an ending is a file's, and lands under that name.
    return any("." not in name.lstrip(".") or posixpath.basename(place) == name for name in names)


def _read_steps(
    dockerfile: Dockerfile, has_file: Callable[[str], bool]
) -> Mapping[int, tuple[Laying | _Running, ...]]:
    known: dict[int, set[str]] = {}
    steps: dict[int, tuple[Laying | _Running, ...]] = {}
    for stage in dockerfile.stages:
        folders = set(COMMON_FOLDERS if stage.base_stage is None else known[stage.base_stage])
        read: list[Laying | _Running] = []
        parts: list[Copy | Run] = [*stage.copies, *stage.runs]
        for part in sorted(parts, key=lambda part: part.line):
            _note(part.workdir, folders)
            if isinstance(part, Run):
                read.append(_read_run(part, folders))
            else:
                read.append(_read_copy(part, folders, has_file))
        known[stage.index] = folders
        steps[stage.index] = tuple(read)
    return steps


def _read_run(run: Run, folders: set[str]) -> _Running:
    for match in _MKDIR.finditer("\n".join(run.scripts)):
        for word in match[1].split():
            if not word.startswith("-"):
                _note(posixpath.join(run.workdir, word.strip("\"'")), folders)
    return _Running(
        run=run,
        touches=find_touches(run),
        mounts=tuple(_mounting(mount, run) for mount in run.mounts),
    )


def _mounting(mount: Mount, run: Run) -> Laying:
    copy = Copy(
        sources=(mount.source,),
        destination=mount.target,
        workdir=run.workdir,
        line=run.line,
        from_stage=mount.from_stage,
        from_image=mount.from_image,
    )
    return Laying(copy=copy, is_folder=False)


def _read_copy(copy: Copy, folders: set[str], has_file: Callable[[str], bool]) -> Laying:
    is_named = re.search(r"(^|/)\.{0,2}$", copy.destination) is not None
    laying = Laying(copy=copy, is_folder=is_named)
    if laying.destination in folders:
        laying = Laying(copy=copy, is_folder=True)
    holds_file = copy.is_from_context and any(has_file(source) for source in copy.sources)
    is_file = holds_file and not laying.is_folder
    _note(posixpath.dirname(laying.destination) if is_file else laying.destination, folders)
    return laying


def _note(folder: str, folders: set[str]) -> None:
    """Remember a folder with those above it."""
    folder = posixpath.normpath(folder)
    while folder not in folders and folder.startswith("/"):
        folders.add(folder)
        folder = posixpath.dirname(folder)


def _shorten(command: str) -> str:
    text = " ".join(command.split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
