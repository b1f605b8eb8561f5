"""What a process was given: environ, streams, folders; and what every command was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """The world as one run of the program sees it; `stdin` is None where nobody types."""

    argv: tuple[str, ...]
    environ: Mapping[str, str]
    stdout: TextIO
    stderr: TextIO
    cwd: Path
    stdin: TextIO | None = None

    @property
    def home(self) -> Path:
        """The user's home folder, as environ says."""
        return Path(self.environ.get("HOME") or self.environ.get("USERPROFILE") or self.cwd)

    @property
    def config_folder(self) -> Path:
        """Where the user's own config stands."""
        base = self.environ.get("XDG_CONFIG_HOME")
        return (Path(base) if base else self.home / ".config") / "draftpy"

    @property
    def state_folder(self) -> Path:
        """Where logs of bugs are kept."""
        base = self.environ.get("XDG_STATE_HOME")
        return (Path(base) if base else self.home / ".local" / "state") / "draftpy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How a command tells what it does: `output` is text or json."""

    output: str = "text"
    quiet: bool = False
    verbose: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Which project, environment and cluster a command is about; "" means not said."""

    path: Path
    environment: str = ""
    namespace: str = ""
    kube_context: str = ""
    ports: tuple[str, ...] = ()
    timeout_s: float | None = None
