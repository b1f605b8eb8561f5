"""Commands about packs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from draftpy.invocation import Invocation, Telling
from draftpy.wiring.reporting import reporting

if TYPE_CHECKING:
    from draftpy.events import Reporter
    from draftpy.packs.catalog import Catalog, PackFolder
    from draftpy.pipelines.packs import PackStore


def run_packs_list(invocation: Invocation, telling: Telling) -> None:
    """draftpy packs list."""
    from draftpy.pipelines.packs import list_packs

    with reporting(invocation, telling) as reporter:
        list_packs(_catalog(invocation), reporter)


def run_packs_show(invocation: Invocation, name: str, telling: Telling) -> None:
    """draftpy packs show."""
    from draftpy.packs.catalog import get_pack
    from draftpy.pipelines.packs import show_pack

    with reporting(invocation, telling) as reporter:
        show_pack(get_pack(_catalog(invocation), name), reporter)


def run_packs_search(invocation: Invocation, word: str, telling: Telling) -> None:
    """draftpy packs search."""
    from draftpy.pipelines.packs import search_packs

    with reporting(invocation, telling) as reporter:
        search_packs(_catalog(invocation), word, reporter)


def run_packs_add(invocation: Invocation, wanted: tuple[str, str, str], telling: Telling) -> None:
    """draftpy packs add; `wanted` is address, name, reference."""
    from draftpy.packs.repositories import PackRepository
    from draftpy.pipelines.packs import add_repository

    url, name, ref = wanted
    with _storing(invocation, telling) as (store, reporter):
        if (invocation.cwd / Path(url).expanduser()).is_dir():
            url = str((invocation.cwd / Path(url).expanduser()).resolve())
        repository = PackRepository(name=name, url=url, ref=ref, commit="")
        add_repository(store, repository, _built_in(), reporter)


def run_packs_update(invocation: Invocation, name: str, telling: Telling) -> None:
    """draftpy packs update."""
    from draftpy.pipelines.packs import update_repositories

    with _storing(invocation, telling) as (store, reporter):
        update_repositories(store, name, _built_in(), reporter)


def run_packs_remove(invocation: Invocation, name: str, telling: Telling) -> None:
    """draftpy packs remove."""
    from draftpy.pipelines.packs import remove_repository

    with _storing(invocation, telling) as (store, reporter):
        remove_repository(store, name, reporter)


def run_packs_new(invocation: Invocation, path: Path, extends: str, telling: Telling) -> None:
    """draftpy packs new."""
    from draftpy.adapters.files import DiskFiles
    from draftpy.pipelines.pack_tools import new_pack

    with reporting(invocation, telling) as reporter:
        if extends:
            _catalog(invocation).get(extends)
        folder = (invocation.cwd / path.expanduser()).resolve()
        new_pack(folder, extends, DiskFiles(), reporter)


def run_packs_check(invocation: Invocation, path: Path, telling: Telling) -> None:
    """draftpy packs check."""
    from draftpy.packs.catalog import load_pack
    from draftpy.pipelines.pack_tools import check

    with reporting(invocation, telling) as reporter:
        folder = (invocation.cwd / path.expanduser()).resolve()
        check(load_pack(folder, find_base=_catalog(invocation).get), reporter)


def run_packs_test(
    invocation: Invocation, path: Path, apps: tuple[Path, ...], telling: Telling
) -> None:
    """draftpy packs test."""
    from draftpy.packs.catalog import load_pack
    from draftpy.pipelines.pack_tools import try_pack

    with reporting(invocation, telling) as reporter:
        catalog = _catalog(invocation)
        folder = (invocation.cwd / path.expanduser()).resolve()
        examples = sorted(each for each in folder.glob("examples/*") if each.is_dir())
        given = [(invocation.cwd / app.expanduser()).resolve() for app in apps]
        pack = load_pack(folder, find_base=catalog.get)
        try_pack(pack, tuple(given or examples), catalog, reporter)


def _catalog(invocation: Invocation) -> "Catalog":
    from draftpy.packs.catalog import catalog_folders, load_catalog

    return load_catalog(catalog_folders(invocation.config_folder / "packs", invocation.cwd))


def _built_in() -> "PackFolder":
    from draftpy.assets import packs_folder
    from draftpy.packs.catalog import PackFolder
    from draftpy.packs.model import BUILT_IN

    return PackFolder(origin=BUILT_IN, path=packs_folder())


@contextmanager
def _storing(invocation: Invocation, telling: Telling) -> Iterator[tuple["PackStore", "Reporter"]]:
    from draftpy.adapters.pack_store import DiskPackStore
    from draftpy.adapters.process import Processes

    with reporting(invocation, telling) as reporter:
        processes = Processes(invocation.environ, reporter)
        yield DiskPackStore(invocation.config_folder, processes), reporter
