"""Commands that need neither engine nor cluster."""

import draftpy
from draftpy.session import Session, Telling, Where
from draftpy.wiring.flags import CreateFlags
from draftpy.wiring.reporting import reporting


def run_create(
    session: Session, flags: CreateFlags, telling: Telling, *, stream: bool = False
) -> None:
    """draftpy create; `stream`: JSON is one event per line, as for `up`."""
    from draftpy.adapters.files import DiskFiles
    from draftpy.pipelines.create import create
    from draftpy.scaffold.outcome import CreateRequest
    from draftpy.wiring.projects import root_of

    request = CreateRequest(
        root=root_of(session, flags.path),
        user_packs=session.config_folder / "packs",
        pack=flags.pack,
        name=flags.name,
        port=flags.port,
        dry_run=flags.dry_run,
        force=flags.force,
        explain=flags.explain,
    )
    with reporting(session, telling, stream=stream) as reporter:
        create(request, DiskFiles(), reporter)


def run_config_explain(session: Session, where: Where, telling: Telling) -> None:
    """draftpy config explain."""
    from draftpy.pipelines.config import explain_config
    from draftpy.wiring.projects import open_project

    with reporting(session, telling) as reporter:
        _, environment = open_project(session, where)
        explain_config(environment, reporter)


def run_config_schema(session: Session) -> None:
    """draftpy config schema."""
    import json

    from draftpy.config_keys import draft_yaml_schema

    session.stdout.write(json.dumps(draft_yaml_schema(), indent=2) + "\n")


def run_packs_list(session: Session, telling: Telling) -> None:
    """draftpy packs list."""
    from draftpy.packs.catalog import catalog_folders, load_catalog
    from draftpy.pipelines.packs import list_packs

    with reporting(session, telling) as reporter:
        folders = catalog_folders(session.config_folder / "packs", session.cwd)
        list_packs(load_catalog(folders), reporter)


def run_packs_show(session: Session, name: str, telling: Telling) -> None:
    """draftpy packs show."""
    from draftpy.packs.catalog import catalog_folders, get_pack, load_catalog
    from draftpy.pipelines.packs import show_pack

    with reporting(session, telling) as reporter:
        folders = catalog_folders(session.config_folder / "packs", session.cwd)
        show_pack(get_pack(load_catalog(folders), name), reporter)


def print_version(session: Session, *, short: bool) -> None:
    """draftpy version."""
    import platform
    from importlib.metadata import version

    if short:
        session.stdout.write(f"{draftpy.__version__}\n")
        return
    stands_on = ", ".join(
        f"{package} {version(package)}" for package in ("docker", "kubernetes", "helm-python-sdk")
    )
    session.stdout.write(
        f"draftpy {draftpy.__version__}\nPython {platform.python_version()}, {stands_on}\n"
    )
