"""draftpy create."""

from typing import Annotated

import typer

from draftpy import wiring
from draftpy.cli.options import (
    HERE,
    AppFolder,
    Output,
    OutputOption,
    Quiet,
    SourcePath,
    Verbose,
    invocation_of,
    telling,
)
from draftpy.errors import UsageError

Update = Annotated[
    bool, typer.Option("--update", help="Merge what app and pack now make with your edits.")
]
Variables = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A variable of the pack; repeatable."),
]
FromCompose = Annotated[
    bool, typer.Option("--from-compose", help="Take processes, port and settings of compose.yaml.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(create)


def create(
    context: typer.Context,
    path: SourcePath = HERE,
    folder: AppFolder = "",
    pack: Annotated[
        str, typer.Option("--pack", metavar="NAME|PATH", help="Use this pack.", show_default="best")
    ] = "",
    name: Annotated[
        str, typer.Option("--name", help="The app's name.", show_default="the folder's")
    ] = "",
    port: Annotated[
        int | None,
        typer.Option("--port", min=1, max=65535, help="Container port.", show_default="detected"),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Write nothing; print a diff of what would be.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace files in the way; each keeps a backup.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Also every fact, and why other packs lost.")
    ] = False,
    update: Update = False,
    given: Variables = None,
    from_compose: FromCompose = False,
    output: OutputOption = Output.TEXT,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Look at the source; write Dockerfile, .dockerignore, Helm chart and draft.yaml."""
    flags = wiring.CreateFlags(
        path=path,
        folder=folder,
        pack=pack,
        name=name,
        port=port or 0,
        dry_run=dry_run,
        force=force,
        explain=explain,
        from_compose=from_compose,
        update=update,
        variables=tuple(parse_variable(text) for text in given or ()),
    )
    wiring.run_create(invocation_of(context), flags, telling(output, quiet=quiet, verbose=verbose))


def parse_variable(text: str) -> tuple[str, str]:
    """NAME=VALUE; raises UsageError."""
    name, mark, value = text.partition("=")
    if not mark or not name:
        raise UsageError(f"--set {text} is not NAME=VALUE", remedy="draftpy packs show PACK")
    return name, value
