"""The packs at hand: built-in, the user's, the repository's; all compete on equal terms."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from draftpy.assets import packs_folder
from draftpy.checked_yaml import nearest_hint
from draftpy.errors import PackInvalid, UnknownPack
from draftpy.packs.format import PACK_YAML, parse_pack
from draftpy.packs.model import Pack

REPOSITORY_PACKS = ".draftpy/packs"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFolder:
    """A folder of packs and who it belongs to: built-in, user, repository."""

    origin: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Packs in the order of their folders; the same name may stand in several."""

    packs: tuple[Pack, ...]

    def get(self, name: str) -> Pack:
        """The pack of a name (`python`, `user/python`, `python@1`), the nearest one if several."""
        origin, _, plain = name.rpartition("/")
        plain = plain.partition("@")[0]
        found = [p for p in self.packs if p.name == plain and origin in ("", p.origin)]
        if found:
            return found[-1]
        names = sorted({str(pack.name) for pack in self.packs})
        raise UnknownPack(
            f"there is no pack {name!r}",
            evidence=f"there are: {', '.join(names)}",
            remedy=nearest_hint(plain, names) or "draftpy packs list",
        )


def catalog_folders(user_folder: Path, root: Path) -> tuple[PackFolder, ...]:
    """Where packs are looked for; later folders are nearer to the project."""
    return (
        PackFolder(origin="built-in", path=packs_folder()),
        PackFolder(origin="user", path=user_folder),
        PackFolder(origin="repository", path=root / REPOSITORY_PACKS),
    )


def load_catalog(folders: Iterable[PackFolder]) -> Catalog:
    """Read every pack; an absent folder holds none; raises PackInvalid."""
    packs = []
    for folder in folders:
        found = sorted(folder.path.glob(f"*/{PACK_YAML}")) if folder.path.is_dir() else []
        packs += [load_pack(path.parent, folder.origin) for path in found]
    return Catalog(packs=tuple(packs))


def load_pack(folder: Path, origin: str = "path") -> Pack:
    """Read one pack; raises PackInvalid, and UnknownPack if the folder holds none."""
    path = folder / PACK_YAML
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise UnknownPack(
            f"{folder} is not a pack: it has no {PACK_YAML}", remedy="draftpy packs list"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise PackInvalid(f"{path} cannot be read", evidence=str(error)) from error
    return parse_pack(text, folder, origin)


def get_pack(catalog: Catalog, wanted: str) -> Pack:
    """The pack that a user names: a path (`./packs/mine`) or a name; raises UnknownPack."""
    looks_like_path = wanted.startswith((".", "/", "~")) or Path(wanted).is_dir()
    is_name = any(pack.name == wanted for pack in catalog.packs)
    if looks_like_path and not is_name:
        return load_pack(Path(wanted).expanduser())
    return catalog.get(wanted)
