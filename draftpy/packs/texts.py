"""The text files of a pack's folder."""

import os
from collections.abc import Iterator
from pathlib import Path

from draftpy.errors import PackInvalid
from draftpy.packs.inheritance import BASE
from draftpy.packs.model import Pack

MAX_FILES = 500
MAX_BYTES = 1_000_000


def read_pack_texts(pack: Pack) -> dict[str, str]:
    """Path → text; a file of the pack goes before one of its base, which is `base/PATH` too.

    Raises PackInvalid.
    """
    texts: dict[str, str] = {}
    for depth, folder in enumerate((pack.folder, *pack.bases)):
        for path, text in read_texts(folder).items():
            texts[BASE * depth + path] = text
            texts.setdefault(path, text)
    return texts


def read_texts(folder: Path) -> dict[str, str]:
    """Path → text of all files below a folder; raises PackInvalid.

    No link leads out of it: a pack from elsewhere must not put your own files into an image.
    """
    texts: dict[str, str] = {}
    for path in _files(folder):
        if len(texts) >= MAX_FILES:
            raise PackInvalid(f"{folder} holds more than {MAX_FILES} files: it is no pack")
        texts[path.relative_to(folder).as_posix()] = _read(path, folder)
    return texts


def _files(folder: Path) -> Iterator[Path]:
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in (".git", "examples"))
        yield from (Path(here, name) for name in sorted(names))


def _read(path: Path, folder: Path) -> str:
    if not path.resolve().is_relative_to(folder.resolve()):
        raise PackInvalid(
            f"{path} is a link that leads out of the pack",
            evidence=str(path.readlink()) if path.is_symlink() else "",
            remedy="put the file itself into the pack",
        )
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise PackInvalid(f"{path} is larger than {MAX_BYTES:,} bytes")
        return raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PackInvalid(f"{path} cannot be read", evidence=str(error)) from error
