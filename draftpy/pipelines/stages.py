"""Telling each stage of a pipeline: that it runs and why, that it ended, that it failed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from draftpy.clock import Clock
from draftpy.errors import ContextChanged, DraftError, Interrupted
from draftpy.events import Failed, Reporter, Stage, StageFinished, StageSkipped, StageStarted

Outcome = TypeVar("Outcome")


class ToldError(Exception):
    """A stage failed and that was told already; `error` is what failed."""

    def __init__(self, error: DraftError) -> None:
        super().__init__(error.what)
        self.error = error


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRunner:
    """Runs the work of stages, and tells it."""

    reporter: Reporter
    clock: Clock

    def run(
        self, stage: Stage, why: str, work: Callable[[], Outcome], tell: Callable[[Outcome], str]
    ) -> Outcome:
        """Do the work; `tell` makes the line of its outcome. Raises ToldError, Interrupted,
        ContextChanged.
        """
        self.reporter.report(StageStarted(stage=stage, why=why))
        started = self.clock.now()
        try:
            outcome = work()
        except (Interrupted, ContextChanged):
            # No failure of the stage: the pipeline begins anew.
            raise
        except DraftError as error:
            self.reporter.report(Failed.of(error, stage))
            raise ToldError(error) from error
        seconds = self.clock.now() - started
        self.reporter.report(StageFinished(stage=stage, text=tell(outcome), seconds=seconds))
        return outcome

    def skip(self, stage: Stage, why: str) -> None:
        """Tell that a stage is not needed."""
        self.reporter.report(StageSkipped(stage=stage, why=why))
