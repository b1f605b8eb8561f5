"""Instructions → stages, each with what it inherits from the stage it stands on."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from draftpy.dockerfile.instructions import (
    Instruction,
    invalid,
    split_instructions,
    without_heredocs,
)
from draftpy.dockerfile.model import Command, Copy, Dockerfile, Mount, Run, Stage, find_index
from draftpy.dockerfile.words import expand, split_pairs
from draftpy.errors import DockerfileInvalid

_FROM = re.compile(r"(\S+)(?:\s+[Aa][Ss]\s+(\S+))?")


def parse_dockerfile(text: str, build_args: Mapping[str, str] | None = None) -> Dockerfile:
    """Parse a Dockerfile; raises DockerfileInvalid with the line that is wrong."""
    source = split_instructions(text)
    reading = _Reading(dict(build_args or {}), source.escape)
    for instruction in source.instructions:
        reading.take(instruction)
    stages = reading.finished()
    if not stages:
        raise DockerfileInvalid(
            "the Dockerfile has no FROM",
            evidence=text.strip().partition("\n")[0],
            remedy="begin it with FROM IMAGE",
        )
    return Dockerfile(stages=stages)


@dataclass(slots=True)
class _Draft:
    """A stage while it is being read."""

    line: int
    base: str
    base_stage: int | None
    name: str
    platform: str
    user: str = ""
    user_line: int = 0
    workdir: str = "/"
    has_workdir: bool = False
    exposed: tuple[tuple[int, int], ...] = ()
    entrypoint: Command | None = None
    cmd: Command | None = None
    has_own_cmd: bool = False
    env: dict[str, str] = field(default_factory=dict)
    args: dict[str, str] = field(default_factory=dict)
    copies: list[Copy] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    instructions: list[Instruction] = field(default_factory=list)

    def freeze(self, index: int) -> Stage:
        return Stage(
            index=index,
            name=self.name,
            base=self.base,
            line=self.line,
            base_stage=self.base_stage,
            platform=self.platform,
            user=self.user,
            user_line=self.user_line,
            workdir=self.workdir,
            has_workdir=self.has_workdir,
            exposed=self.exposed,
            entrypoint=self.entrypoint,
            cmd=self.cmd,
            env=self.env,
            copies=tuple(self.copies),
            runs=tuple(self.runs),
            instructions=tuple(self.instructions),
        )


class _Reading:
    """The stages read so far and the one being read."""

    def __init__(self, build_args: dict[str, str], escape: str) -> None:
        self.build_args = build_args
        self.escape = escape
        self.global_args: dict[str, str] = {}
        self.stages: list[Stage] = []
        self.draft: _Draft | None = None

    def finished(self) -> tuple[Stage, ...]:
        """All stages, the one being read included."""
        if self.draft is not None:
            self.stages.append(self.draft.freeze(len(self.stages)))
            self.draft = None
        return tuple(self.stages)

    def take(self, instruction: Instruction) -> None:
        """Read one more instruction."""
        if instruction.keyword == "FROM":
            self._from(instruction)
            return
        if self.draft is None:
            if instruction.keyword != "ARG":
                raise invalid(
                    instruction.line, "only ARG may stand before FROM", instruction.keyword
                )
            self._arg(instruction, self.global_args, {})
            return
        self.draft.instructions.append(instruction)
        self._take_in_stage(instruction, self.draft)

    def _take_in_stage(self, instruction: Instruction, draft: _Draft) -> None:
        match instruction.keyword:
            case "ARG":
                self._arg(instruction, draft.args, self.global_args)
            case "ENV":
                known = {**draft.args, **draft.env}
                for name, value in split_pairs(instruction.rest):
                    draft.env[name] = expand(value, known, self.escape)
            case "WORKDIR":
                step = self._expand(instruction.rest)
                draft.has_workdir = draft.has_workdir or step.startswith("/")
                draft.workdir = _joined(draft.workdir, step)
            case "USER":
                draft.user = self._expand(instruction.rest)
                draft.user_line = instruction.line
            case "EXPOSE":
                draft.exposed += tuple(self._ports(instruction))
            case "ENTRYPOINT":
                draft.entrypoint = _command(instruction)
                # A new ENTRYPOINT makes the base's CMD void, not the stage's own.
                draft.cmd = draft.cmd if draft.has_own_cmd else None
            case "CMD":
                draft.cmd, draft.has_own_cmd = _command(instruction), True
            case "COPY" | "ADD" | "RUN":
                self._take_files(instruction, draft)

    def _take_files(self, instruction: Instruction, draft: _Draft) -> None:
        if instruction.keyword == "RUN":
            draft.runs.append(self._run(instruction, draft))
        else:
            draft.copies.append(self._copy(instruction, draft))

    def _from(self, instruction: Instruction) -> None:
        done = self.finished()
        match = _FROM.fullmatch(instruction.rest)
        if not match:
            raise invalid(instruction.line, "FROM takes IMAGE or IMAGE AS NAME", instruction.rest)
        base = expand(match[1], self.global_args, self.escape)
        if not base:
            raise invalid(instruction.line, "the name of the base image is empty", match[1])
        index = find_index(done, base, by_number=False)
        draft = _Draft(
            line=instruction.line,
            base=base,
            base_stage=index,
            has_workdir=base == "scratch",
            name=(match[2] or "").lower(),
            platform=instruction.find_flag("platform") or "",
        )
        if index is not None:
            _inherit(draft, done[index])
        self.draft = draft

    def _arg(
        self, instruction: Instruction, into: dict[str, str], defaults: Mapping[str, str]
    ) -> None:
        for word in instruction.rest.split():
            name, has_default, default = word.partition("=")
            if name in self.build_args:
                into[name] = self.build_args[name]
            elif has_default:
                into[name] = expand(default, {**into}, self.escape)
            elif name in defaults:
                into[name] = defaults[name]

    def _expand(self, text: str) -> str:
        known = {**self.draft.args, **self.draft.env} if self.draft else self.global_args
        return expand(text, known, self.escape)

    def _ports(self, instruction: Instruction) -> Iterable[tuple[int, int]]:
        for word in self._expand(instruction.rest).split():
            port, _, protocol = word.partition("/")
            first = port.partition("-")[0]
            if not first.isdigit() or not 0 < int(first) < 65536:
                raise invalid(instruction.line, f"{word!r} is no port", instruction.rest)
            if protocol.lower() in ("", "tcp"):
                yield int(first), instruction.line

    def _copy(self, instruction: Instruction, draft: _Draft) -> Copy:
        words = instruction.find_list() or tuple(instruction.rest.split())
        if len(words) < 2:
            raise invalid(
                instruction.line,
                f"{instruction.keyword} needs a source and a destination",
                instruction.rest,
            )
        origin = self._expand(instruction.find_flag("from") or "")
        stage = find_index(self.stages, origin) if origin else None
        return Copy(
            sources=tuple(self._expand(word) for word in words[:-1] if not word.startswith("<<")),
            destination=self._expand(words[-1]),
            workdir=draft.workdir if draft.has_workdir else "",
            line=instruction.line,
            from_stage=stage,
            from_image=origin if stage is None else "",
            chown=self._expand(instruction.find_flag("chown") or ""),
            chmod=self._expand(instruction.find_flag("chmod") or ""),
            excludes=tuple(value for name, value in instruction.flags if name == "exclude"),
            keeps_folders=instruction.find_flag("parents") not in (None, "false"),
            is_add=instruction.keyword == "ADD",
        )

    def _run(self, instruction: Instruction, draft: _Draft) -> Run:
        words = instruction.find_list()
        # A heredoc alone is a script; with a command before it, it is that command's input.
        command = without_heredocs(instruction.rest)
        texts = [command] if command else [body for _, body in instruction.heredocs]
        flags = (value for name, value in instruction.flags if name == "mount")
        mounts = (self._mount(value, draft) for value in flags)
        return Run(
            workdir=draft.workdir if draft.has_workdir else "",
            line=instruction.line,
            scripts=() if words else tuple(texts),
            words=words or (),
            mounts=tuple(mount for mount in mounts if mount is not None),
            variables={**draft.args, **draft.env},
        )

    def _mount(self, flag: str, draft: _Draft) -> Mount | None:
        options = dict(part.partition("=")[::2] for part in flag.split(","))
        if options.get("type", "bind") != "bind":
            return None
        origin = self._expand(options.get("from", ""))
        stage = find_index(self.stages, origin) if origin else None
        given = next(
            (options[key] for key in ("target", "dst", "destination") if key in options), ""
        )
        return Mount(
            source=self._expand(options.get("source") or options.get("src") or "."),
            target=_joined(draft.workdir, self._expand(given)),
            from_stage=stage,
            from_image=origin if stage is None else "",
        )


def _inherit(draft: _Draft, base: Stage) -> None:
    draft.user, draft.user_line = base.user, base.user_line
    draft.workdir, draft.has_workdir = base.workdir, base.has_workdir
    draft.exposed = base.exposed
    draft.entrypoint, draft.cmd = base.entrypoint, base.cmd
    draft.env = dict(base.env)


def _command(instruction: Instruction) -> Command:
    words = instruction.find_list()
    if words is None:
        return Command(words=(instruction.rest,), is_shell=True, line=instruction.line)
    return Command(words=words, is_shell=False, line=instruction.line)


def _joined(folder: str, step: str) -> str:
    return step if step.startswith("/") else f"{folder.rstrip('/')}/{step}"
