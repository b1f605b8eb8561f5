"""draftpy status, history, rollback, delete and list: releases as the cluster has them."""

from typing import Annotated

import typer

from draftpy import wiring
from draftpy.cli.options import (
    HERE,
    Environment,
    KubeContext,
    Namespace,
    Output,
    OutputOption,
    Quiet,
    SourcePath,
    Verbose,
    Yes,
    invocation_of,
    telling,
    where,
)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(status)
    app.command()(history)
    app.command()(rollback)
    app.command()(delete)
    app.command(name="list")(list_releases)


def status(
    context: typer.Context,
    path: SourcePath = HERE,
    environment: Environment = "",
    namespace: Namespace = "",
    kube_context: KubeContext = "",
    output: OutputOption = Output.TEXT,
    verbose: Verbose = False,
) -> None:
    """Show release, revision, image, pods, restarts and the last error on one screen."""
    place = where(path, environment, namespace, kube_context)
    wiring.run_status(invocation_of(context), place, telling(output, verbose=verbose))


def history(
    context: typer.Context,
    path: SourcePath = HERE,
    environment: Environment = "",
    namespace: Namespace = "",
    kube_context: KubeContext = "",
    output: OutputOption = Output.TEXT,
    verbose: Verbose = False,
) -> None:
    """List the revisions of the release, oldest first."""
    place = where(path, environment, namespace, kube_context)
    wiring.run_history(invocation_of(context), place, telling(output, verbose=verbose))


def rollback(
    context: typer.Context,
    revision: Annotated[
        int, typer.Argument(min=0, help="Revision to go back to.", show_default="the one before")
    ] = 0,
    path: SourcePath = HERE,
    environment: Environment = "",
    namespace: Namespace = "",
    kube_context: KubeContext = "",
    output: OutputOption = Output.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Make a new revision equal to an old one, and wait until it is ready."""
    place = where(path, environment, namespace, kube_context)
    tell = telling(output, quiet=quiet, verbose=verbose)
    code = wiring.run_rollback(invocation_of(context), place, tell, revision=revision)
    raise typer.Exit(code)


def delete(
    context: typer.Context,
    path: SourcePath = HERE,
    environment: Environment = "",
    namespace: Namespace = "",
    kube_context: KubeContext = "",
    yes: Yes = False,
    output: OutputOption = Output.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Remove the release, and its namespace if draftpy made it and it is empty."""
    place = where(path, environment, namespace, kube_context)
    tell = telling(output, quiet=quiet, verbose=verbose)
    invocation = invocation_of(context)
    plan = wiring.plan_delete(invocation, place, tell)
    if not yes and not typer.confirm(plan.question, err=True):
        raise typer.Exit(1)
    wiring.run_delete(plan)


def list_releases(
    context: typer.Context,
    namespace: Annotated[
        str,
        typer.Option("--namespace", "-n", help="Only of this one.", show_default="every namespace"),
    ] = "",
    kube_context: KubeContext = "",
    output: OutputOption = Output.TEXT,
    verbose: Verbose = False,
) -> None:
    """List the releases that draftpy made."""
    place = where(HERE, "", namespace, kube_context)
    tell = telling(output, verbose=verbose)
    wiring.run_list(invocation_of(context), place, tell)
