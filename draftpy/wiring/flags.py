"""The options of the commands, as records."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateFlags:
    """Options of `create`; "" and 0 mean not said."""

    path: Path
    folder: str = ""
    pack: str = ""
    name: str = ""
    port: int = 0
    dry_run: bool = False
    force: bool = False
    explain: bool = False
    from_compose: bool = False
    update: bool = False
    variables: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UpFlags:
    """Options of `up`."""

    once: bool = False
    watch: bool = True
    dry_run: bool = False
    adopt: bool = False
    open_browser: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFlags:
    """Options of `logs`."""

    follow: bool = False
    since_s: int | None = None
    tail: int | None = None
    grep: str = ""
    container: str = ""
    previous: bool = False
    build: bool = False
