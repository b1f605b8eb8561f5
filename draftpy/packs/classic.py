"""A pack folder of Draft classic (Dockerfile, charts/) → Pack; its files are used as they are."""

import re
from collections.abc import Iterator
from pathlib import Path

from draftpy.names import PackName
from draftpy.packs.model import Output, Pack

CHART = "charts"
_IGNORE = ".dockerignore"
# Path in the pack → path in the project; "" is not written.
_PATHS = {"README.md": "", _IGNORE: "", "tasks.toml": ".draft-tasks.toml"}


def find_classic(folder: Path, origin: str) -> Pack | None:
    """The pack that a folder of classic's is; None if it is none."""
    if not (folder / CHART / "Chart.yaml").is_file() or not (folder / "Dockerfile").is_file():
        return None
    name = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-") or "classic"
    return Pack(
        name=PackName(name),
        version=1,
        title=folder.name,
        about=f"A pack of Draft classic for {folder.name}; used only if asked for.",
        folder=folder,
        origin=origin,
        outputs=tuple(_outputs(folder)),
        dockerignore=_ignored(folder),
        chart=CHART,
    )


def _outputs(folder: Path) -> Iterator[Output]:
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        path = file.relative_to(folder).as_posix()
        target = _PATHS.get(path, path)
        if target and not path.startswith(f"{CHART}/"):
            yield Output(path=target, template=path, is_plain=True)


def _ignored(folder: Path) -> tuple[str, ...]:
    try:
        lines = (folder / _IGNORE).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ()
    return tuple(line for line in lines if line.strip())
