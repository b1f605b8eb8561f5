"""What a Dockerfile is: stages with what they inherit, and the COPY graph between them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from draftpy.dockerfile.instructions import Instruction
from draftpy.errors import DockerfileInvalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """ENTRYPOINT or CMD: its words, or in shell form the one line that a shell gets."""

    words: tuple[str, ...]
    is_shell: bool
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One COPY or ADD: `from_stage` is a stage's index, `from_image` an image; else the context.

    `keeps_folders` is the flag --parents: sources keep their folders below the destination.
    `workdir` is "" where only the base image knows it.
    """

    sources: tuple[str, ...]
    destination: str
    workdir: str
    line: int
    from_stage: int | None = None
    from_image: str = ""
    chown: str = ""
    chmod: str = ""
    excludes: tuple[str, ...] = ()
    keeps_folders: bool = False
    is_add: bool = False

    @property
    def is_from_context(self) -> bool:
        """Whether it takes files of the build context."""
        return self.from_stage is None and not self.from_image


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    """A bind mount of a RUN: files of a stage, an image or the context, for that RUN only."""

    source: str
    target: str
    from_stage: int | None = None
    from_image: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One RUN: the scripts that a shell gets, or the words of exec form; variables as known.

    `workdir` is "" where only the base image knows it.
    """

    workdir: str
    line: int
    scripts: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    mounts: tuple[Mount, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One FROM and what follows; user, workdir, ports, commands include the base stage's.

    Without `has_workdir` the base image may have another one than `workdir`.
    """

    index: int
    name: str
    base: str
    line: int
    base_stage: int | None = None
    platform: str = ""
    user: str = ""
    user_line: int = 0
    workdir: str = "/"
    has_workdir: bool = False
    exposed: tuple[tuple[int, int], ...] = ()
    entrypoint: Command | None = None
    cmd: Command | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    copies: tuple[Copy, ...] = ()
    runs: tuple[Run, ...] = ()
    instructions: tuple[Instruction, ...] = ()

    @property
    def ports(self) -> tuple[int, ...]:
        """The exposed TCP ports, in order."""
        return tuple(port for port, _ in self.exposed)

    @property
    def needs(self) -> tuple[int, ...]:
        """The stages that it stands on, copies from or mounts."""
        copied = [copy.from_stage for copy in self.copies]
        mounted = [mount.from_stage for run in self.runs for mount in run.mounts]
        found = (self.base_stage, *copied, *mounted)
        return tuple(index for index in found if index is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dockerfile:
    """A whole Dockerfile."""

    stages: tuple[Stage, ...]

    def get_stage(self, target: str = "") -> Stage:
        """The stage of that name or number, the last one for ""; raises DockerfileInvalid."""
        if not target:
            return self.stages[-1]
        index = find_index(self.stages, target)
        if index is None:
            names = ", ".join(stage.name or str(stage.index) for stage in self.stages)
            raise DockerfileInvalid(
                f"the Dockerfile has no stage {target!r}",
                evidence=f"it has: {names}",
                remedy="mend `target` in draft.yaml",
            )
        return self.stages[index]

    def reached_from(self, target: str = "") -> tuple[Stage, ...]:
        """The stages that building the target needs, in order."""
        needed: set[int] = set()
        pending = [self.get_stage(target).index]
        while pending:
            index = pending.pop()
            if index not in needed:
                needed.add(index)
                stage = self.stages[index]
                pending += stage.needs
        return tuple(self.stages[index] for index in sorted(needed))


def find_index(stages: Iterable[Stage], name: str, *, by_number: bool = True) -> int | None:
    """The index of the last stage of that name (or number)."""
    found = None
    for stage in stages:
        if stage.name == name.lower() or (by_number and str(stage.index) == name):
            found = stage.index
    return found
