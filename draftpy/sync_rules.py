"""A Dockerfile → where each file of the build context lies in the container, or why not there."""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from draftpy.dev_settings import DevSettings
from draftpy.dockerfile import Copy, Dockerfile, Stage
from draftpy.dockerfile.modes import apply_mode
from draftpy.dockerfile.places import Laying
from draftpy.dockerfile.tracing import Tracer
from draftpy.dockerignore import DOCKERIGNORE, compile_pattern
from draftpy.errors import DockerfileInvalid

_GLOB = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a file lies in the container: an absolute path.

    `owner` is what --chown says, `mode_changes` what --chmod or a later chmod did to its mode.
    """

    target: str
    owner: str = ""
    mode_changes: tuple[str, ...] = ()

    def mode_of(self, own: int) -> int:
        """The permission bits in the container of a file that has these in the folder."""
        for change in self.mode_changes:
            own = apply_mode(change, own)
        return own


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuild:
    """A change of the file needs a new image; the reason calls the file "it"."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unused:
    """The image does not depend on the file; the reason calls the file "it"."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncRules:
    """The answer for every path of a build context; `roots` are the folders synced into.

    `refusal` says why nothing can be synced, if so.
    """

    roots: tuple[str, ...] = ()
    refusal: str = ""
    makers: tuple[str, ...] = ()
    rebuild: tuple[re.Pattern[str], ...] = ()
    overrides: tuple[Laying, ...] = ()
    stage: Stage | None = None
    tracer: Tracer | None = None

    def find_place(self, path: str) -> Place | Rebuild | Unused:
        """Where the file of this path (relative to the context) lies, or why it is not synced."""
        if path in self.makers:
            return Rebuild(reason="the image is made by it")
        if any(pattern.fullmatch(path) for pattern in self.rebuild):
            return Rebuild(reason="dev.rebuild in draft.yaml names it")
        if self.refusal or self.tracer is None or self.stage is None:
            return Rebuild(reason=self.refusal)
        for laying in reversed(self.overrides):
            target = laying.find_place(path)
            if target is not None and not laying.is_known:
                return Rebuild(reason="dev.sync puts it below a WORKDIR that is not known")
            if target is not None:
                return Place(target=target)
        return _find_traced(self.tracer, self.stage, path)


def derive_rules(
    dockerfile: Dockerfile,
    dev: DevSettings,
    *,
    has_file: Callable[[str], bool],
    target: str = "",
    name: str = "Dockerfile",
) -> SyncRules:
    """Read the rules out of the stage `dev.target`, else `target`, else the last one.

    `has_file` knows the files of the build context, `name` is the Dockerfile's path in it. What
    is odd about the Dockerfile makes rules that rebuild always, and never an error.
    """
    makers = (name, DOCKERIGNORE, f"{name}{DOCKERIGNORE}")
    try:
        stage = dockerfile.get_stage(dev.target or target)
        tracer = Tracer(
            dockerfile=dockerfile,
            has_file=has_file,
            name=posixpath.basename(name),
            reproduced=_reproduced(dockerfile, stage) if dev.build else frozenset(),
        )
        tracer.trace(stage, "any")  # a broken pattern of a COPY shows when it is asked
        overrides = tuple(_override(entry, stage) for entry in dev.sync)
        rebuild = tuple(_compile_anywhere(pattern) for pattern in dev.rebuild)
    except DockerfileInvalid as error:
        return SyncRules(makers=makers, refusal=error.what)
    except (ValueError, re.error) as error:
        return SyncRules(makers=makers, refusal=f"a pattern of a COPY is broken: {error}")
    if dev.sync_off:
        return SyncRules(makers=makers, refusal="dev.sync in draft.yaml is false")
    return SyncRules(
        # One inside another counts, too: the outer one may be "/", which no user can write to.
        roots=tuple(sorted({*_find_roots(tracer, stage), *(o.destination for o in overrides)})),
        makers=makers,
        rebuild=rebuild,
        overrides=overrides,
        stage=stage,
        tracer=tracer,
    )


def _find_traced(tracer: Tracer, stage: Stage, path: str) -> Place | Rebuild | Unused:
    trace = tracer.trace(stage, path)
    if trace.reason:
        return Rebuild(reason=trace.reason)
    places = sorted(trace.places.items())
    if not places:
        return Unused(reason=f"no COPY of {tracer.name} brings it into the image")
    if len(places) > 1:
        return Rebuild(reason=f"the image has it in two places, {places[0][0]} and {places[1][0]}")
    target, laid = places[0]
    return Place(target=target, owner=laid.owner, mode_changes=laid.mode_changes)


def _reproduced(dockerfile: Dockerfile, stage: Stage) -> frozenset[int]:
    """The lines of the RUNs after the last COPY of the context: `dev.build` does their work."""
    stages = [stage]
    while (base := stages[-1].base_stage) is not None:
        stages.append(dockerfile.stages[base])
    copies = [copy.line for s in stages for copy in s.copies if copy.is_from_context]
    last = max(copies, default=0)
    return frozenset(run.line for s in stages for run in s.runs if run.line > last)


def _override(entry: str, stage: Stage) -> Laying:
    source, _, destination = entry.partition(":")
    workdir = stage.workdir if stage.has_workdir else ""
    copy = Copy(sources=(source,), destination=destination, workdir=workdir, line=0)
    laying = Laying(copy=copy, is_folder=destination.endswith("/") or bool(_GLOB.search(source)))
    laying.find_place("any")
    return laying


def _compile_anywhere(pattern: str) -> re.Pattern[str]:
    """Like a line of .gitignore: without a slash inside, it counts in every folder."""
    is_anchored = "/" in pattern.rstrip("/")
    return compile_pattern(pattern.strip("/") if is_anchored else f"**/{pattern.rstrip('/')}")


def _find_roots(tracer: Tracer, stage: Stage) -> Iterator[str]:
    """The folders of a stage that files of the context are copied into."""
    for laying in tracer.layings(stage):
        if laying.copy.from_stage is not None:
            source = tracer.dockerfile.stages[laying.copy.from_stage]
            yield from _copied_on(laying, _find_roots(tracer, source))
        elif laying.copy.is_from_context and laying.is_known:
            is_file = not laying.is_folder and any(map(tracer.has_file, laying.copy.sources))
            yield posixpath.dirname(laying.destination) if is_file else laying.destination


def _copied_on(laying: Laying, roots: Iterable[str]) -> Iterator[str]:
    """Where folders of another stage are after a COPY from there."""
    for root in roots:
        target = laying.find_place(root.lstrip("/"))
        is_inside = any(_is_below(source, root) for source in laying.copy.sources)
        if target is not None or is_inside:
            yield laying.destination if target is None else target


def _is_below(path: str, folder: str) -> bool:
    path = posixpath.normpath("/" + path.lstrip("/"))
    return path == folder or path.startswith(folder.rstrip("/") + "/")
