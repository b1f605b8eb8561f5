"""draftpy packs: the packs that create can use, and what a team does with its own."""

from pathlib import Path
from typing import Annotated

import typer

from draftpy import wiring
from draftpy.cli.options import Output, OutputOption, invocation_of, telling

PackPath = Annotated[Path, typer.Argument(metavar="PATH", help="The pack's folder.")]
Repository = Annotated[str, typer.Argument(metavar="NAME", help="An added repository.")]


def add_to(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Show, add, make and check packs.", no_args_is_help=True)
    group.command(name="list")(list_packs)
    for command in (show, search, add, update, remove, new, check):
        group.command()(command)
    group.command(name="test")(try_pack)
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


def search(
    context: typer.Context,
    word: Annotated[str, typer.Argument(metavar="WORD", help="A part of a name or description.")],
    output: OutputOption = Output.TEXT,
) -> None:
    """List the packs that are about something."""
    wiring.run_packs_search(invocation_of(context), word, telling(output))


def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="GIT_URL|PATH", help="A repository of packs.")],
    name: Annotated[
        str, typer.Option("--name", help="What it is called here.", show_default="its own name")
    ] = "",
    ref: Annotated[
        str,
        typer.Option("--ref", help="Branch, tag or commit.", show_default="its default branch"),
    ] = "",
    output: OutputOption = Output.TEXT,
) -> None:
    """Fetch a repository of packs and pin it to its commit."""
    wiring.run_packs_add(invocation_of(context), (url, name, ref), telling(output))


def update(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="An added repository.", show_default="all")
    ] = "",
    output: OutputOption = Output.TEXT,
) -> None:
    """Fetch added repositories anew and pin their new commits."""
    wiring.run_packs_update(invocation_of(context), name, telling(output))


def remove(context: typer.Context, name: Repository, output: OutputOption = Output.TEXT) -> None:
    """Forget an added repository."""
    wiring.run_packs_remove(invocation_of(context), name, telling(output))


def new(
    context: typer.Context,
    path: PackPath,
    extends: Annotated[
        str, typer.Option("--extends", metavar="NAME", help="A pack to change a little.")
    ] = "",
    output: OutputOption = Output.TEXT,
) -> None:
    """Write a pack to begin with."""
    wiring.run_packs_new(invocation_of(context), path, extends, telling(output))


def check(context: typer.Context, path: PackPath, output: OutputOption = Output.TEXT) -> None:
    """Tell what is wrong with a pack."""
    wiring.run_packs_check(invocation_of(context), path, telling(output))


def try_pack(
    context: typer.Context,
    path: PackPath,
    apps: Annotated[
        list[Path] | None,
        typer.Argument(metavar="APP", help="Folders of source.", show_default="PATH/examples/*"),
    ] = None,
    output: OutputOption = Output.TEXT,
) -> None:
    """Try a pack on apps: recognised, rendered, fit for a restricted cluster; write nothing."""
    wiring.run_packs_test(invocation_of(context), path, tuple(apps or ()), telling(output))
