"""Commands that need neither engine nor cluster."""

from pathlib import Path

import draftpy
from draftpy.invocation import Invocation, Telling, Where
from draftpy.wiring.flags import CreateFlags
from draftpy.wiring.reporting import reporting


def run_create(
    invocation: Invocation, flags: CreateFlags, telling: Telling, *, stream: bool = False
) -> Path:
    """draftpy create, the project's folder; `stream`: JSON is one event per line, as for `up`."""
    from draftpy.adapters.files import DiskFiles
    from draftpy.pipelines.create import create
    from draftpy.scaffold.outcome import CreateRequest
    from draftpy.wiring.projects import root_of

    request = CreateRequest(
        root=root_of(invocation, flags.path),
        user_packs=invocation.config_folder / "packs",
        folder=flags.folder,
        pack=flags.pack,
        name=flags.name,
        port=flags.port,
        dry_run=flags.dry_run,
        force=flags.force,
        explain=flags.explain,
        from_compose=flags.from_compose,
        update=flags.update,
        variables=flags.variables,
    )
    with reporting(invocation, telling, stream=stream) as reporter:
        return create(request, DiskFiles(), reporter).root


def run_detect(invocation: Invocation, path: Path, folder: str, telling: Telling) -> None:
    """draftpy detect."""
    from draftpy.pipelines.detect import DetectRequest, detect_app
    from draftpy.wiring.projects import root_of

    request = DetectRequest(
        root=root_of(invocation, path),
        user_packs=invocation.config_folder / "packs",
        folder=folder,
    )
    with reporting(invocation, telling) as reporter:
        detect_app(request, reporter)


def run_config_explain(invocation: Invocation, where: Where, telling: Telling) -> None:
    """draftpy config explain."""
    from draftpy.pipelines.config import explain_config
    from draftpy.wiring.projects import open_project

    with reporting(invocation, telling) as reporter:
        _, environment = open_project(invocation, where)
        explain_config(environment, reporter)


def run_config_schema(invocation: Invocation) -> None:
    """draftpy config schema."""
    import json

    from draftpy.config_keys import draft_yaml_schema

    invocation.stdout.write(json.dumps(draft_yaml_schema(), indent=2) + "\n")


def print_version(invocation: Invocation, *, short: bool) -> None:
    """draftpy version."""
    import platform
    from importlib.metadata import version

    if short:
        invocation.stdout.write(f"{draftpy.__version__}\n")
        return
    stands_on = ", ".join(
        f"{package} {version(package)}" for package in ("docker", "kubernetes", "helm-python-sdk")
    )
    invocation.stdout.write(
        f"draftpy {draftpy.__version__}\nPython {platform.python_version()}, {stands_on}\n"
    )
