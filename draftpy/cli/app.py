"""The root of the command line, and main(): the one place that ends the process."""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

import draftpy
from draftpy import wiring
from draftpy.cli import cluster, config, create, detect, doctor, logs, packs, up
from draftpy.cli.options import invocation_of
from draftpy.errors import DraftError, ExitCode
from draftpy.invocation import Invocation

app = typer.Typer(
    name="draftpy",
    help="From a folder of source code to a running app in Kubernetes.",
    epilog="Begin in a folder of source code:  draftpy create  and then  draftpy up",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for add_commands in (
    create.add_to,
    detect.add_to,
    up.add_to,
    logs.add_to,
    cluster.add_to,
    doctor.add_to,
    config.add_to,
    packs.add_to,
):
    add_commands(app)


@app.command()
def version(
    context: typer.Context,
    short: Annotated[bool, typer.Option("--short", "-s", help="Only the number.")] = False,
) -> None:
    """Print the version of draftpy and of what it stands on."""
    wiring.print_version(invocation_of(context), short=short)


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    show_version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True)
    ] = False,
) -> None:
    """From a folder of source code to a running app in Kubernetes."""
    if show_version:
        invocation_of(context).stdout.write(f"draftpy {draftpy.__version__}\n")
        raise typer.Exit


def run() -> int:
    """Main with this process's own arguments, environ and streams."""
    for stream in (sys.stdout, sys.stderr):
        # A C locale must not make an arrow end the program.
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    invocation = Invocation(
        argv=tuple(sys.argv[1:]),
        environ=dict(os.environ),
        stdout=sys.stdout,
        stderr=sys.stderr,
        cwd=Path.cwd(),
        stdin=sys.stdin,
    )
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupt)
    return main(invocation)


def main(invocation: Invocation, call: Callable[..., object] = app) -> int:
    """Run one command line and return its exit code; never raises."""
    try:
        call(args=list(invocation.argv), prog_name="draftpy", obj=invocation)
    except SystemExit as stop:
        return _close_streams(invocation, _code_of(stop))
    except DraftError as error:
        wiring.tell_failure(invocation, error)
        return int(error.exit_code)
    except KeyboardInterrupt:
        return int(ExitCode.INTERRUPTED)
    except Exception as error:  # noqa: BLE001 a bug still ends well: one line and a log file
        wiring.tell_bug(invocation, error)
        return int(ExitCode.BUG)
    return _close_streams(invocation, int(ExitCode.DONE))


def _code_of(stop: SystemExit) -> int:
    if stop.code is None:
        return int(ExitCode.DONE)
    return stop.code if isinstance(stop.code, int) else int(ExitCode.BUG)


def _close_streams(invocation: Invocation, code: int) -> int:
    try:
        invocation.stdout.flush()
    except (OSError, ValueError):
        # The reader of a pipe went away, as with `draftpy logs | head`: point stdout elsewhere
        # so that the interpreter does not complain at its own exit.
        _silence(invocation)
    return code


def _silence(invocation: Invocation) -> None:
    try:
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, invocation.stdout.fileno())
    except (OSError, ValueError):
        return


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
