"""A step of a Dockerfile that failed → the error that names it, its line and what to do."""

import re
from dataclasses import dataclass

from draftpy.dockerfile.instructions import split_instructions
from draftpy.errors import BuildFailed, DockerfileInvalid

EVIDENCE_LINES = 12
_DOCKERFILE_LINE = re.compile(r"\bline (\d+)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildStep:
    """One instruction of a Dockerfile: "4/6", in a named stage or in ""."""

    stage: str
    number: int
    total: int
    text: str

    def __str__(self) -> str:
        """As people read it."""
        stage = f" of stage {self.stage}" if self.stage else ""
        return f"step {self.number}/{self.total}{stage}: {self.text}"


def find_line(text: str, step: BuildStep) -> int:
    """The line of a Dockerfile where a step begins; 0 if it is not there just once."""
    lines = text.splitlines()
    try:
        instructions = split_instructions(text).instructions
    except DockerfileInvalid:
        return 0
    wanted = _without_layout(step.text)
    found = [
        instruction.line
        for instruction in instructions
        if _without_layout("".join(lines[instruction.line - 1 : instruction.end_line])) == wanted
    ]
    return found[0] if len(found) == 1 else 0


def step_failed(
    step: BuildStep, dockerfile: str, lines: tuple[str, ...], line: int = 0
) -> BuildFailed:
    """The error for a step that failed, with the last lines it wrote."""
    place = f"{dockerfile}:{line}" if line else dockerfile
    return BuildFailed(
        f"step {step.number}/{step.total} of {place} failed: {_shorten(step.text)}",
        evidence="\n".join([line for line in lines if line][-EVIDENCE_LINES:]),
        remedy=_step_remedy(step, dockerfile),
    )


def base_missing(image: str, evidence: str) -> BuildFailed:
    """The error for a base image that neither the engine nor a registry has."""
    return BuildFailed(
        f"the base image {image} cannot be had",
        evidence=evidence,
        remedy=f"check its name in the Dockerfile's FROM, try docker pull {image},"
        " and docker login if its registry wants it",
    )


def dockerfile_invalid(dockerfile: str, text: str) -> DockerfileInvalid:
    """The error for a Dockerfile that the builder does not take; `text` is what it says."""
    found = _DOCKERFILE_LINE.search(text)
    if not found:
        reason = text.rpartition("failed to create LLB definition: ")[2]
        return DockerfileInvalid(
            f"{dockerfile} is not valid", evidence=reason, remedy=f"mend {dockerfile} and save"
        )
    reason = text[found.end() :].lstrip(": ") or text
    return DockerfileInvalid(
        f"{dockerfile} line {found[1]}: {reason}",
        remedy=f"mend line {found[1]} of {dockerfile} and save",
    )


def _step_remedy(step: BuildStep, dockerfile: str) -> str:
    if step.text.upper().startswith(("COPY ", "ADD ")):
        return f"check the path in {dockerfile}, and that .dockerignore does not leave it out"
    return (
        f"mend what the step runs, or {dockerfile}, and save; draftpy logs --build shows all of it"
    )


def _without_layout(text: str) -> str:
    """Without blanks and continuations: builders fold them each in their own way."""
    return "".join(text.replace("\\", "").split())


def _shorten(text: str, limit: int = 120) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
