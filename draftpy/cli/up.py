"""draftpy up and draftpy connect."""

from dataclasses import replace
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
    Ports,
    Quiet,
    SourcePath,
    Verbose,
    invocation_of,
    telling,
    where,
)


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(up)
    app.command()(connect)


def up(
    context: typer.Context,
    path: SourcePath = HERE,
    environment: Environment = "",
    namespace: Namespace = "",
    kube_context: KubeContext = "",
    ports: Ports = None,
    once: Annotated[
        bool, typer.Option("--once", help="Deploy, wait until it is ready, and end.")
    ] = False,
    no_watch: Annotated[
        bool, typer.Option("--no-watch", help="Deploy, forward and follow logs; ignore saves.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be done, and do nothing.")
    ] = False,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Take over a release that draftpy did not make.")
    ] = False,
    open_browser: Annotated[
        bool, typer.Option("--open", help="Open the app in the browser when it is ready.")
    ] = False,
    timeout: Annotated[
        float | None,
        typer.Option("--timeout", min=1, help="Seconds a rollout may take.", show_default="300"),
    ] = None,
    output: OutputOption = Output.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Build, deploy, forward the port, follow the logs, and keep the cluster equal to the folder.

    In a folder without draft.yaml it runs create first. With --output json every event is one line.
    """
    flags = wiring.UpFlags(
        once=once, watch=not no_watch, dry_run=dry_run, adopt=adopt, open_browser=open_browser
    )
    place = replace(
        where(path, environment, namespace, kube_context),
        ports=tuple(ports or ()),
        timeout_s=timeout,
    )
    tell = telling(output, quiet=quiet, verbose=verbose)
    raise typer.Exit(wiring.run_up(invocation_of(context), place, flags, tell))


def connect(
    context: typer.Context,
    path: SourcePath = HERE,
    environment: Environment = "",
    namespace: Namespace = "",
    kube_context: KubeContext = "",
    ports: Ports = None,
    no_logs: Annotated[bool, typer.Option("--no-logs", help="Only forward the ports.")] = False,
    output: OutputOption = Output.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Forward the ports of the running app and follow its logs; build and deploy nothing."""
    place = replace(where(path, environment, namespace, kube_context), ports=tuple(ports or ()))
    tell = telling(output, quiet=quiet, verbose=verbose)
    wiring.run_connect(invocation_of(context), place, tell, with_logs=not no_logs)
