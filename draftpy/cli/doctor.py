"""draftpy doctor."""

import typer

from draftpy import wiring
from draftpy.cli.options import (
    HERE,
    Environment,
    KubeContext,
    Namespace,
    Output,
    OutputOption,
    SourcePath,
    Verbose,
    invocation_of,
    telling,
    where,
)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(
    context: typer.Context,
    path: SourcePath = HERE,
    environment: Environment = "",
    namespace: Namespace = "",
    kube_context: KubeContext = "",
    output: OutputOption = Output.TEXT,
    verbose: Verbose = False,
) -> None:
    """Check each tool and permission that draftpy needs, and say what to do about the missing."""
    place = where(path, environment, namespace, kube_context)
    tell = telling(output, verbose=verbose)
    raise typer.Exit(wiring.run_doctor(invocation_of(context), place, tell))
