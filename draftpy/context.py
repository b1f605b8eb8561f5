"""Source tree → BuildContext: ordered files with their digest, and the tar made of them."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextFile:
    """One file of a build context: its path with `/`, its mode bits, its size in bytes, its content's sha256."""

    path: str
    mode: int
    size: int
    sha256: str
    link_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildContext:
    """The files sent to a builder, ordered by path; `digest` covers paths, modes and bytes, never mtimes."""

    root: Path
    files: tuple[ContextFile, ...]
    digest: str
