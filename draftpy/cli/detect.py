"""draftpy detect."""

import typer

from draftpy import wiring
from draftpy.cli.options import (
    HERE,
    AppFolder,
    Output,
    OutputOption,
    SourcePath,
    invocation_of,
    telling,
)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(detect)


def detect(
    context: typer.Context,
    path: SourcePath = HERE,
    folder: AppFolder = "",
    output: OutputOption = Output.TEXT,
) -> None:
    """Show what is known about the source, from where, and which packs fit; write nothing."""
    wiring.run_detect(invocation_of(context), path, folder, telling(output))
