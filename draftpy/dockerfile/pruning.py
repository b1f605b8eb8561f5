"""A Dockerfile for an engine that builds every stage: those that the target needs."""

from collections.abc import Mapping

from draftpy.dockerfile.stages import parse_dockerfile
from draftpy.errors import DockerfileInvalid


def without_unneeded(text: str, target: str, build_args: Mapping[str, str]) -> str:
    """The text with the lines of unneeded stages left empty.

    A Dockerfile that counts its stages (`--from=0`) stays whole: their numbers would shift. So
    does one that is wrong: its engine says it best.
    """
    try:
        dockerfile = parse_dockerfile(text, build_args)
        needed = {stage.index for stage in dockerfile.reached_from(target)}
    except DockerfileInvalid:
        return text
    instructions = [each for stage in dockerfile.stages for each in stage.instructions]
    counted = [target, *(value for each in instructions for name, value in each.flags)]
    if any(value.isdigit() or "from=" in value for value in counted):
        return text
    lines = text.splitlines(keepends=True)
    starts = [stage.line - 1 for stage in dockerfile.stages]
    for stage, end in zip(dockerfile.stages, [*starts[1:], len(lines)], strict=True):
        if stage.index not in needed:
            for number in range(stage.line - 1, end):
                lines[number] = "\n"
    return "".join(lines)
