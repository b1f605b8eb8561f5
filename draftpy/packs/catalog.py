"""The packs at hand: built-in, added, the user's, the project's; all compete on equal terms."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from draftpy.assets import packs_folder
from draftpy.checked_yaml import nearest_hint
from draftpy.errors import PackInvalid, UnknownPack
from draftpy.packs.classic import find_classic
from draftpy.packs.format import PACK_YAML, FindBase, no_base, parse_pack
from draftpy.packs.model import BUILT_IN, PROJECT, USER, Pack
from draftpy.packs.repositories import load_lock, packs_below, repository_folder

REPOSITORY_PACKS = ".draftpy/packs"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFolder:
    """A folder of packs; `origin` is built-in, user, repository or the name of an added one."""

    origin: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Packs in the order of their folders; the same name may stand in several."""

    packs: tuple[Pack, ...]

    def get(self, name: str) -> Pack:
        """The pack of a name: `python`, `user/python`, `acme/python@1`.

        The project's own goes before the user's, and that before all others; raises UnknownPack
        if there is none, and if several others have the name.
        """
        origin, _, plain = name.rpartition("/")
        plain = plain.partition("@")[0]
        found = [p for p in self.packs if p.name == plain and origin in ("", p.origin)]
        own = [pack for pack in found if pack.origin in (USER, PROJECT)]
        if own or len(found) == 1:
            return (own or found)[-1]
        if found:
            raise UnknownPack(
                f"several packs are named {plain}",
                evidence="\n".join(f"{pack.origin}/{pack.name}" for pack in found),
                remedy=f"draftpy create --pack {found[0].origin}/{plain}",
            )
        names = sorted({str(pack.name) for pack in self.packs})
        raise UnknownPack(
            f"there is no pack {name!r}",
            evidence=f"there are: {', '.join(names)}",
            remedy=nearest_hint(plain, names) or "draftpy packs list",
        )


def catalog_folders(user_folder: Path, root: Path) -> tuple[PackFolder, ...]:
    """Where packs are looked for; later folders are nearer to the project; raises ConfigInvalid."""
    config = user_folder.parent
    added = tuple(
        PackFolder(origin=each.name, path=packs_below(repository_folder(config, each.name)))
        for each in load_lock(config)
    )
    return (
        PackFolder(origin=BUILT_IN, path=packs_folder()),
        *added,
        PackFolder(origin=USER, path=user_folder),
        PackFolder(origin=PROJECT, path=root / REPOSITORY_PACKS),
    )


def load_catalog(folders: Iterable[PackFolder]) -> Catalog:
    """Read every pack; an absent folder holds none; raises PackInvalid."""
    loading = _Loading(tuple(folders))
    return Catalog(packs=tuple(loading.load(path, origin) for path, origin in loading.places))


def load_pack(folder: Path, origin: str = "path", find_base: FindBase = no_base) -> Pack:
    """Read one pack; raises PackInvalid, and UnknownPack if the folder holds none."""
    path = folder / PACK_YAML
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError) as error:
        classic = find_classic(folder, origin)
        if classic:
            return classic
        raise UnknownPack(
            f"{folder} is not a pack: it has no {PACK_YAML}", remedy="draftpy packs list"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise PackInvalid(f"{path} cannot be read", evidence=str(error)) from error
    if origin == BUILT_IN and "\nextends:" not in text:
        return _parse_built_in(text, folder)
    return parse_pack(text, folder, origin, find_base)


@lru_cache(maxsize=128)
def _parse_built_in(text: str, folder: Path) -> Pack:
    """Our own packs do not change while the program runs, and are read again for each app."""
    return parse_pack(text, folder, BUILT_IN)


def get_pack(catalog: Catalog, wanted: str) -> Pack:
    """The pack that a user names: a path (`./packs/mine`) or a name; raises UnknownPack."""
    looks_like_path = wanted.startswith((".", "/", "~")) or Path(wanted).is_dir()
    is_name = any(wanted in (pack.name, f"{pack.origin}/{pack.name}") for pack in catalog.packs)
    if looks_like_path and not is_name:
        return load_pack(Path(wanted).expanduser(), find_base=catalog.get)
    return catalog.get(wanted)


class _Loading:
    """The places of packs, and those being read: a pack must not extend itself."""

    def __init__(self, folders: tuple[PackFolder, ...]) -> None:
        self.places = tuple(
            (path, folder.origin) for folder in folders for path in _pack_folders(folder.path)
        )
        self._open: list[Path] = []

    def load(self, folder: Path, origin: str) -> Pack:
        """One pack, with what it extends."""
        self._open.append(folder)
        try:
            return load_pack(folder, origin, self._find_base)
        finally:
            self._open.pop()

    def _find_base(self, name: str) -> Pack:
        """The nearest pack of that name that is not being read already."""
        origin, _, plain = name.rpartition("/")
        fit = [
            (path, owner)
            for path, owner in self.places
            if path.name == plain and origin in ("", owner) and path not in self._open
        ]
        if not fit:
            names = sorted({path.name for path, _ in self.places})
            raise UnknownPack(f"there is no other pack {name!r}", remedy=nearest_hint(plain, names))
        return self.load(*fit[-1])


def _pack_folders(folder: Path) -> list[Path]:
    """The packs in a folder of packs; the folder itself if it is one."""
    if (folder / PACK_YAML).is_file():
        return [folder]
    inside = sorted(path for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    return [path for path in inside if (path / PACK_YAML).is_file() or find_classic(path, "path")]
