"""Folders of source and their build contexts."""

from pathlib import Path

from draftpy.build import BuildRequest, image_tag
from draftpy.context import BuildContext, HashCache, snapshot
from draftpy.dockerignore import load_build_ignore
from draftpy.refs import ImageRef


def write_tree(root: Path, files: dict[str, str]) -> Path:
    """Write files with their text below `root`; a Dockerfile too, if none is given."""
    for path, text in {"Dockerfile": "FROM scratch\nCOPY . /\n", **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def take(root: Path, cache: HashCache | None = None) -> BuildContext:
    """The build context of a folder, by its own .dockerignore."""
    return snapshot(root, load_build_ignore(root, "Dockerfile"), "Dockerfile", cache)


def paths_of(context: BuildContext) -> list[str]:
    """The paths of a build context, in order."""
    return [file.path for file in context.files]


def request_of(root: Path, name: str, target: str = "") -> BuildRequest:
    """A request to build a folder, tagged by content."""
    context = take(root)
    tag = image_tag(context.digest, dockerfile="Dockerfile", target=target)
    ref = ImageRef(repository=name, tag=tag)
    return BuildRequest(context=context, dockerfile="Dockerfile", ref=ref, target=target)
