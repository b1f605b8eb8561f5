"""What all builders tell while they build."""

from collections.abc import Iterable

from draftpy.build import BuildRequest
from draftpy.build_failures import BuildStep
from draftpy.events import BuildLine, Reporter, Stage, StageProgress, Warned


def tell_output(reporter: Reporter, steps: Iterable[BuildStep], lines: Iterable[str]) -> None:
    """Tell the steps that began and the lines that were written."""
    for step in steps:
        reporter.report(StageProgress(stage=Stage.BUILD, text=str(step)))
        reporter.report(BuildLine(text=str(step)))
    for line in lines:
        reporter.report(BuildLine(text=line))


def warn_skipped(reporter: Reporter, request: BuildRequest) -> None:
    """Tell which entries of the folder have no content to send."""
    for path in request.context.skipped:
        reporter.report(
            Warned(
                text=f"{path} is a socket, pipe or device and is not sent to the builder",
                remedy=f"list it in .dockerignore: {path}",
            )
        )
