"""draftpy logs."""

import re
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
    invocation_of,
    telling,
    where,
)
from draftpy.errors import UsageError

_DURATION = re.compile(r"(\d+)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(logs)


def logs(
    context: typer.Context,
    path: SourcePath = HERE,
    environment: Environment = "",
    namespace: Namespace = "",
    kube_context: KubeContext = "",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    since: Annotated[
        str,
        typer.Option("--since", metavar="DURATION", help="Only newer than, such as 5m or 1h30m."),
    ] = "",
    tail: Annotated[
        int | None, typer.Option("--tail", min=0, help="Last lines of each container.")
    ] = None,
    grep: Annotated[
        str, typer.Option("--grep", metavar="REGEX", help="Only lines that match.")
    ] = "",
    container: Annotated[str, typer.Option("--container", "-c", help="Only this container.")] = "",
    previous: Annotated[
        bool, typer.Option("--previous", "-p", help="Of the containers that ran before.")
    ] = False,
    build: Annotated[
        bool, typer.Option("--build", help="The output of the last image build instead.")
    ] = False,
    output: OutputOption = Output.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Print what the app says: all pods of the release, from the cluster."""
    flags = wiring.LogFlags(
        follow=follow,
        since_s=parse_duration(since) if since else None,
        tail=tail,
        grep=_checked_regex(grep),
        container=container,
        previous=previous,
        build=build,
    )
    place = where(path, environment, namespace, kube_context)
    wiring.run_logs(
        invocation_of(context), place, flags, telling(output, quiet=quiet, verbose=verbose)
    )


def parse_duration(text: str) -> int:
    """Seconds of `90s`, `5m`, `1h30m`, `2d`; raises UsageError."""
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise UsageError(
            f"--since {text!r} is not a duration", remedy="use for instance --since 5m"
        )
    return sum(int(number) * _SECONDS[unit] for number, unit in parts)


def _checked_regex(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise UsageError(f"--grep {text!r} is not a regular expression: {error}") from error
    return text
