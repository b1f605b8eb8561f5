"""A Dockerfile → stages, COPY graph, exposed ports, user; pure."""

from draftpy.dockerfile.instructions import Instruction
from draftpy.dockerfile.model import Command, Copy, Dockerfile, Mount, Run, Stage
from draftpy.dockerfile.mounts import without_mounts
from draftpy.dockerfile.pruning import without_unneeded
from draftpy.dockerfile.stages import parse_dockerfile

__all__ = [
    "Command",
    "Copy",
    "Dockerfile",
    "Instruction",
    "Mount",
    "Run",
    "Stage",
    "parse_dockerfile",
    "without_mounts",
    "without_unneeded",
]
