"""How one stand-in is made, and what the families of recipes share."""

import hashlib
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devcluster.images.engine import Engine

DEBIAN = "debian:trixie-slim"
PYTHON = "python:3.13-slim"
Match = re.Match[str]
# What every stand-in depends on, besides its own recipe's module.
_SHARED = ("base.py", "host.py", "recipe.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A pattern of image names, and the function that makes such an image."""

    pattern: str
    example: str
    make: Callable[[Engine, str, Match], None]
    needs: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Of the source that the stand-in is made by: another one makes it again."""
        digest = hashlib.sha256()
        own = Path(inspect.getfile(self.make))
        for file in (own, *(own.parent / name for name in _SHARED)):
            digest.update(file.read_bytes())
        return digest.hexdigest()[:12]


def build_lines(engine: Engine, name: str, *lines: str) -> None:
    """Build an image from the lines of a Dockerfile that copies nothing in."""
    with engine.context() as folder:
        engine.build(name, "\n".join(lines) + "\n", folder)
