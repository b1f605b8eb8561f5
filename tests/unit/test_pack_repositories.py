"""Pack repositories: added by Git or from a folder, pinned, updated, removed; hostile ones."""

import subprocess
from pathlib import Path

import pytest

from draftpy.adapters.pack_store import DiskPackStore
from draftpy.adapters.process import Processes
from draftpy.assets import packs_folder
from draftpy.errors import ConfigInvalid, Conflict, DraftError, PackInvalid, UnknownPack, UsageError
from draftpy.packs.catalog import Catalog, PackFolder, catalog_folders, load_catalog
from draftpy.packs.repositories import PackRepository, load_lock, name_of
from draftpy.pipelines.packs import (
    add_repository,
    remove_repository,
    search_packs,
    update_repositories,
)
from tests.support.reporter import ListReporter
from tests.support.source import write_files

BUILT_IN = PackFolder(origin="built-in", path=packs_folder())
PACK = (
    "format: 1\nname: shop\nversion: 3\ntitle: Shop\ndescription: Shops of ours\n"
    "files: {Dockerfile: Dockerfile.j2}\n"
)
FILES = {"packs/shop/pack.yaml": PACK, "packs/shop/Dockerfile.j2": "FROM a\n"}
GIT = ("git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main")


def git(folder: Path, *words: str) -> str:
    done = subprocess.run(
        (*GIT, "-C", str(folder), *words), capture_output=True, check=True, text=True
    )
    return done.stdout.strip()


def commit(folder: Path, files: dict[str, str]) -> str:
    write_files(folder, files)
    if not (folder / ".git").exists():
        git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "x")
    return git(folder, "rev-parse", "HEAD")


class Store:
    """A config folder and a pack repository to add."""

    def __init__(self, root: Path) -> None:
        self.config = root / "config"
        self.source = root / "acme-packs"
        reporter = ListReporter()
        environ = {"PATH": "/usr/bin:/bin", "HOME": str(root)}
        self.disk = DiskPackStore(self.config, Processes(environ, reporter))

    def add(self, url: str = "", name: str = "", ref: str = "") -> None:
        wanted = PackRepository(name=name, url=url or str(self.source), ref=ref, commit="")
        add_repository(self.disk, wanted, BUILT_IN, ListReporter())

    def update(self, name: str = "") -> None:
        update_repositories(self.disk, name, BUILT_IN, ListReporter())

    @property
    def catalog(self) -> Catalog:
        return load_catalog(catalog_folders(self.config / "packs", self.config))

    @property
    def lock(self) -> dict[str, PackRepository]:
        return {each.name: each for each in load_lock(self.config)}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_repository_is_pinned_to_its_commit(store: Store) -> None:
    first = commit(store.source, FILES)
    store.add()
    assert store.lock["acme-packs"].commit == first
    assert store.catalog.get("acme-packs/shop").label == "acme-packs/shop@3"
    assert store.catalog.get("shop@3").origin == "acme-packs"


def test_what_is_new_there_comes_with_an_update_only(store: Store) -> None:
    commit(store.source, FILES)
    store.add(name="acme")
    second = commit(
        store.source, {"packs/shop/pack.yaml": PACK.replace("version: 3", "version: 4")}
    )
    assert store.catalog.get("shop").version == 3
    store.update()
    assert store.catalog.get("shop").version == 4
    assert store.lock["acme"].commit == second


@pytest.mark.parametrize("kind", ["tag", "branch", "commit"])
def test_reference_that_is_asked_for(store: Store, kind: str) -> None:
    first = commit(store.source, FILES)
    git(store.source, "tag", "v3")
    git(store.source, "branch", "old")
    commit(store.source, {"packs/shop/pack.yaml": PACK.replace("version: 3", "version: 4")})
    store.add(ref={"tag": "v3", "branch": "old", "commit": first}[kind])
    assert store.catalog.get("shop").version == 3
    assert store.lock["acme-packs"].commit == first


def test_folder_without_git_is_copied_and_pinned_by_its_content(store: Store) -> None:
    write_files(store.source, FILES)
    store.add()
    assert store.lock["acme-packs"].commit.startswith("sha256:")
    write_files(store.source, {"packs/shop/pack.yaml": "broken: ["})
    assert store.catalog.get("shop").version == 3


def test_removed_repository_is_gone(store: Store) -> None:
    commit(store.source, FILES)
    store.add(name="acme")
    remove_repository(store.disk, "acme", ListReporter())
    assert store.lock == {}
    with pytest.raises(UnknownPack):
        store.catalog.get("shop")
    with pytest.raises(UnknownPack, match="no pack repository 'acme'"):
        remove_repository(store.disk, "acme", ListReporter())


def test_name_that_several_repositories_have_is_ambiguous(store: Store) -> None:
    commit(store.source, FILES)
    store.add(name="one")
    store.add(name="two")
    with pytest.raises(UnknownPack, match="several packs are named shop") as caught:
        store.catalog.get("shop")
    assert caught.value.evidence == "one/shop\ntwo/shop"
    assert store.catalog.get("two/shop").origin == "two"


def test_second_add_of_a_name_is_refused(store: Store) -> None:
    commit(store.source, FILES)
    store.add(name="acme")
    with pytest.raises(Conflict, match="acme already"):
        store.add(name="acme")


def test_search_looks_into_names_and_descriptions(store: Store) -> None:
    commit(store.source, FILES)
    store.add()
    reporter = ListReporter()
    search_packs(store.catalog, "SHOPS of", reporter)
    (told,) = reporter.events
    assert "acme-packs/shop@3" in str(told)
    with pytest.raises(UnknownPack, match="no pack is about"):
        search_packs(store.catalog, "cobweb", reporter)


@pytest.mark.parametrize(
    ("url", "ref"),
    [
        ("ext::sh -c touch% {root}/pwned", ""),
        ("--upload-pack=touch {root}/pwned", ""),
        ("{root}/nowhere", ""),
        ("{root}/acme-packs", "--output={root}/pwned"),
        ("{root}/acme-packs", "gone"),
    ],
)
def test_address_that_is_no_repository_runs_nothing(
    store: Store, tmp_path: Path, url: str, ref: str
) -> None:
    commit(store.source, FILES)
    with pytest.raises(UsageError):
        store.add(url.format(root=tmp_path), "acme", ref.format(root=tmp_path))
    assert not (tmp_path / "pwned").exists()
    assert store.lock == {}


def test_hooks_of_a_repository_do_not_run(store: Store, tmp_path: Path) -> None:
    commit(store.source, FILES)
    hook = store.source / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/pwned\n")
    hook.chmod(0o755)
    store.add()
    assert not (tmp_path / "pwned").exists()


def test_link_in_a_repository_leads_nowhere(store: Store, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2")
    write_files(store.source, FILES)
    (store.source / "packs/shop/Dockerfile.j2").unlink()
    (store.source / "packs/shop/Dockerfile.j2").symlink_to(tmp_path / "secret")
    commit(store.source, {})
    store.add()
    kept = [path for path in store.config.rglob("*") if path.is_file()]
    assert not any("hunter2" in path.read_text() for path in kept)


def test_link_in_a_folder_is_refused(store: Store, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2")
    write_files(store.source, FILES)
    (store.source / "packs/shop/more").symlink_to(tmp_path / "secret")
    with pytest.raises(PackInvalid, match="leads out of the pack"):
        store.add()
    assert store.lock == {}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"README.md": "x"}, "holds no pack"),
        ({**FILES, "packs/shop/pack.yaml": "format: 1\n"}, "name is missing"),
        ({**FILES, "packs/shop/big": "x" * 1_000_001}, "larger than"),
    ],
)
def test_repository_that_is_none_is_not_kept(
    store: Store, files: dict[str, str], message: str
) -> None:
    commit(store.source, files)
    with pytest.raises(DraftError, match=message):
        store.add()
    assert store.lock == {}
    assert list(store.config.glob(".fetching*")) == []


@pytest.mark.parametrize("name", ["built-in", "user", "../x", "A", "", "a/b"])
def test_name_that_no_repository_can_have(name: str) -> None:
    with pytest.raises(UsageError):
        name_of(name or "///", name)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.com/acme/Draft_Packs.git", "draft-packs"),
        ("git@example.com:packs.git", "packs"),
        ("/srv/packs/", "packs"),
    ],
)
def test_name_is_made_of_the_address(url: str, name: str) -> None:
    assert name_of(url) == name


@pytest.mark.parametrize("text", ["a: [", "[]", "repositories: {../x: {url: a, commit: b}}"])
def test_broken_lock_is_named(store: Store, text: str) -> None:
    write_files(store.config, {"packs.lock.yaml": text})
    with pytest.raises(ConfigInvalid, match=r"packs\.lock\.yaml cannot be used"):
        load_lock(store.config)
