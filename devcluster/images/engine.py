"""The engine's images: what is there, pulling, building."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devcluster.cluster import exports
from devcluster.health import socket_ok
from devcluster.process import call
from devcluster.settings import DevclusterError, Folders

LABEL = "io.draftpy.standin"
# What it was made by: a stand-in of another recipe than today's is made again.
RECIPE_LABEL = f"{LABEL}.recipe"
# A registry that can be reached answers soon, whatever it then takes to send layers.
_PROBE_S = 15
_PULL_S = 900


class Engine:
    """The cluster's Docker engine."""

    def __init__(self, folders: Folders) -> None:
        self.folders = folders
        self._environ = exports(folders)
        # Of the recipe that is being followed.
        self.recipe_digest = ""
        self._unreachable: set[str] = set()
        if not socket_ok(folders.docker_socket, "/_ping")():
            raise DevclusterError(
                "the Docker engine does not answer",
                why=f"nothing listens on {folders.docker_socket}",
                remedy="python -m devcluster up",
            )

    def has(self, name: str) -> bool:
        """Whether the engine has an image of this name."""
        return bool(call(["docker", "images", "-q", name], environ=self._environ).strip())

    def describe(self, name: str) -> str:
        """`upstream`, `stand-in` or `-`."""
        if not self.has(name):
            return "-"
        return "stand-in" if self._label(name, LABEL) == "true" else "upstream"

    def is_current(self, name: str, recipe_digest: str) -> bool:
        """Whether there is nothing to do: it is upstream's, or made by today's recipe."""
        if not self.has(name):
            return False
        return self._label(name, LABEL) != "true" or (
            self._label(name, RECIPE_LABEL) == recipe_digest
        )

    def pull(self, name: str) -> bool:
        """Pull it if its registry answers; one that did not is not asked again."""
        registry = registry_of(name)
        if registry in self._unreachable:
            return False
        # The manifest first: a pull without a network may try for minutes.
        probe = ["timeout", str(_PROBE_S), "docker", "manifest", "inspect", name]
        pull = ["timeout", str(_PULL_S), "docker", "pull", "-q", name]
        try:
            for command in (probe, pull):
                call(command, environ=self._environ)
        except DevclusterError:
            self._unreachable.add(registry)
            return False
        return True

    def build(self, name: str, dockerfile: str, context: Path) -> None:
        """Build an image under a name, labelled as a stand-in."""
        made_by = f"{RECIPE_LABEL}={self.recipe_digest}"
        labels = ["--label", f"{LABEL}=true", "--label", made_by]
        command = ["docker", "build", "-q", *labels, "-t", name, "-f", "-", str(context)]
        call(command, environ=self._environ, stdin=dockerfile)

    def import_tar(self, name: str, tar: Path) -> None:
        """Make an image of a file system's tar."""
        call(["docker", "import", str(tar), name], environ=self._environ)

    def _label(self, name: str, label: str) -> str:
        form = f'{{{{index .Config.Labels "{label}"}}}}'
        command = ["docker", "image", "inspect", "-f", form, name]
        return call(command, environ=self._environ).strip()

    @contextmanager
    def context(self) -> Iterator[Path]:
        """An empty folder for a build context."""
        parent = self.folders.cache / "images"
        parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=parent))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def registry_of(name: str) -> str:
    """The registry that an image name leads to; empty for the engine's default one."""
    head, slash, _ = name.partition("/")
    return head if slash and ("." in head or ":" in head) else ""
