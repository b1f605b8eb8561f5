"""Pack repositories that were added, each pinned to a commit in a lock file."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from draftpy.errors import ConfigInvalid, UsageError

LOCK = "packs.lock.yaml"
FOLDER = "pack-repositories"
RESERVED = ("built-in", "user", "repository", "path")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")
_HEAD = "# Written by draftpy packs add and update: which commit of each pack repository is used.\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRepository:
    """A repository of packs: `commit` is what was fetched, of `ref` ("" for its default branch)."""

    name: str
    url: str
    commit: str
    ref: str = ""


def load_lock(config_folder: Path) -> tuple[PackRepository, ...]:
    """The repositories in the lock, by name; an absent file has none; raises ConfigInvalid."""
    path = config_folder / LOCK
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _broken(path, str(error)) from error
    try:
        return tuple(_parse(name, body) for name, body in sorted(given["repositories"].items()))
    except (TypeError, KeyError, AttributeError, UsageError) as error:
        raise _broken(path, str(error)) from error


def render_lock(repositories: tuple[PackRepository, ...]) -> str:
    """The text of the lock file."""
    body = {
        each.name: {"url": each.url, "ref": each.ref, "commit": each.commit}
        for each in sorted(repositories, key=lambda each: each.name)
    }
    return _HEAD + yaml.safe_dump({"repositories": body}, sort_keys=False)


def repository_folder(config_folder: Path, name: str) -> Path:
    """Where a repository's files are."""
    return config_folder / FOLDER / name


def packs_below(folder: Path) -> Path:
    """The folder of a repository that holds its packs: `packs/`, if there is one."""
    return folder / "packs" if (folder / "packs").is_dir() else folder


def name_of(url: str, wanted: str = "") -> str:
    """The name under which a repository is added; raises UsageError."""
    name = wanted or re.sub(r"\.git$", "", url.rstrip("/")).rpartition("/")[2].rpartition(":")[2]
    if not wanted:
        name = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if not _NAME.fullmatch(name) or name in RESERVED:
        raise UsageError(
            f"{name!r} cannot be the name of a pack repository",
            evidence=f"lower-case letters, digits and -; none of {', '.join(RESERVED)}",
            remedy="draftpy packs add URL --name NAME",
        )
    return name


def _parse(name: str, body: dict[str, Any]) -> PackRepository:
    return PackRepository(
        name=name_of("", name),
        url=str(body["url"]),
        ref=str(body.get("ref") or ""),
        commit=str(body["commit"]),
    )


def _broken(path: Path, why: str) -> ConfigInvalid:
    return ConfigInvalid(
        f"{path} cannot be used", evidence=why, remedy="mend it, or remove it and add them again"
    )
