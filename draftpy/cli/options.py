"""Arguments and options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from draftpy.invocation import Invocation, Telling, Where


class Output(StrEnum):
    """What a command writes to stdout."""

    TEXT = "text"
    JSON = "json"


SourcePath = Annotated[
    Path, typer.Argument(metavar="PATH", help="The project's folder.", show_default="this folder")
]
AppFolder = Annotated[
    str,
    typer.Option(
        "--dir",
        metavar="FOLDER",
        help="The app's folder, below PATH.",
        show_default="found",
    ),
]
Environment = Annotated[
    str,
    typer.Option(
        "--environment",
        "-e",
        envvar="DRAFTPY_ENV",
        help="Environment of draft.yaml.",
        show_default="the first",
    ),
]
Namespace = Annotated[
    str,
    typer.Option("--namespace", "-n", help="Kubernetes namespace.", show_default="draft.yaml's"),
]
KubeContext = Annotated[
    str, typer.Option("--context", help="Kube context.", show_default="the current one")
]
Ports = Annotated[
    list[str] | None,
    typer.Option(
        "--port",
        "-p",
        metavar="LOCAL:REMOTE",
        help="Forward this local port; repeatable.",
        show_default="each container port, same number",
    ),
]
OutputOption = Annotated[Output, typer.Option("--output", "-o", help="What to write.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only results, logs and failures.")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Also each outside call with its time.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

HERE = Path()


def invocation_of(context: typer.Context) -> Invocation:
    """The invocation that main() gave to the command line."""
    invocation = context.obj
    if not isinstance(invocation, Invocation):
        raise TypeError("the command line was started without a invocation")
    return invocation


def telling(output: Output = Output.TEXT, *, quiet: bool = False, verbose: bool = False) -> Telling:
    """How this command tells what it does."""
    return Telling(output=str(output), quiet=quiet, verbose=verbose)


def where(path: Path, environment: str = "", namespace: str = "", kube_context: str = "") -> Where:
    """Which project, environment and cluster this command is about."""
    return Where(path=path, environment=environment, namespace=namespace, kube_context=kube_context)
