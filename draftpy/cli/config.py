"""draftpy config explain and config schema."""

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
    invocation_of,
    telling,
    where,
)


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Show what draftpy is configured to do.", no_args_is_help=True)
    group.command()(explain)
    group.command()(schema)
    app.add_typer(group, name="config")


def explain(
    context: typer.Context,
    path: SourcePath = HERE,
    environment: Environment = "",
    namespace: Namespace = "",
    kube_context: KubeContext = "",
    output: OutputOption = Output.TEXT,
) -> None:
    """Print each value of an environment and where it came from."""
    place = where(path, environment, namespace, kube_context)
    wiring.run_config_explain(invocation_of(context), place, telling(output))


def schema(context: typer.Context) -> None:
    """Print the JSON schema of draft.yaml, for editors."""
    wiring.run_config_schema(invocation_of(context))
