"""What create was asked for, and what came of it."""

import shlex
from dataclasses import dataclass
from pathlib import Path

from draftpy.detect import PackChoice
from draftpy.inspectors.facts import Facts
from draftpy.scaffold.answers import Answers
from draftpy.scaffold.apply import ScaffoldReport
from draftpy.scaffold.plan import ScaffoldPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRequest:
    """What create is asked for; "" and 0 mean that the source decides.

    `user_packs` is the folder of the user's own packs; `folder`, below `root`, holds the app.
    """

    root: Path
    user_packs: Path
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

    @property
    def is_specific(self) -> bool:
        """Whether the user asks for something that an existing file may contradict."""
        asked = (self.pack, self.name, self.port, self.from_compose, self.variables)
        return any(asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Another app that was found in a sub-folder of the one asked for."""

    folder: str
    pack: str

    @property
    def command(self) -> str:
        """What makes that app ready for `up`."""
        return f"draftpy create --dir {shlex.quote(self.folder)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppFolder:
    """Where the app is: `folder` is "" at the root asked for; `others` are further apps."""

    root: Path
    folder: str = ""
    others: tuple[Sighting, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOutcome:
    """Everything that create decided and did."""

    request: CreateRequest
    place: AppFolder
    choice: PackChoice
    facts: Facts
    answers: Answers
    plan: ScaffoldPlan
    report: ScaffoldReport
    notices: tuple[str, ...] = ()

    @property
    def root(self) -> Path:
        """The project's folder."""
        return self.place.root

    @property
    def is_unchanged(self) -> bool:
        """Whether there was nothing to write."""
        return not self.plan.writes
