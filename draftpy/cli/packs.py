"""draftpy packs list and packs show."""

from typing import Annotated

import typer

from draftpy import wiring
from draftpy.cli.options import Output, OutputOption, invocation_of, telling


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Show the packs that create can use.", no_args_is_help=True)
    group.command(name="list")(list_packs)
    group.command()(show)
    app.add_typer(group, name="packs")


def list_packs(context: typer.Context, output: OutputOption = Output.TEXT) -> None:
    """List the packs, best known first."""
    wiring.run_packs_list(invocation_of(context), telling(output))


def show(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME|PATH", help="A pack.")],
    output: OutputOption = Output.TEXT,
) -> None:
    """Print what a pack recognises and what it writes."""
    wiring.run_packs_show(invocation_of(context), name, telling(output))
