"""A Dockerfile for an engine without BuildKit: cache mounts dropped, they only save time."""

import re

from draftpy.dockerfile.instructions import Instruction, invalid, split_instructions

_MOUNT = re.compile(r"--mount=(\S+)[ \t]*")


def without_mounts(text: str) -> str:
    """The text without `RUN --mount=type=cache…`; raises DockerfileInvalid for other mounts."""
    lines = text.splitlines(keepends=True)
    for instruction in split_instructions(text).instructions:
        if instruction.keyword == "RUN" and instruction.find_flag("mount") is not None:
            _check_all_cache(instruction)
            _strip(lines, instruction)
    return "".join(lines)


def _check_all_cache(instruction: Instruction) -> None:
    for name, value in instruction.flags:
        if name != "mount":
            continue
        kind = dict(part.partition("=")[::2] for part in value.split(",")).get("type", "bind")
        if kind != "cache":
            raise invalid(
                instruction.line,
                f"a {kind} mount needs BuildKit, and this engine's classic builder has none",
                f"--mount={value}",
                "install docker buildx, or copy the files instead of mounting them",
            )


def _strip(lines: list[str], instruction: Instruction) -> None:
    """Take the flags out where they stand; before the command, maybe on lines of their own."""
    left = sum(1 for name, _ in instruction.flags if name == "mount")
    for index in range(instruction.line - 1, instruction.end_line):
        lines[index], count = _MOUNT.subn("", lines[index], count=left)
        left -= count
        if left == 0:
            return
