"""The engine's images: what is there, pulling, building."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devcluster.cluster import exports
from devcluster.process import call
from devcluster.settings import Folders

LABEL = "io.draftpy.standin"
# A registry that can be reached answers at once, whatever it then takes to send layers.
_PULL_S = 900
_PROBE_S = 10


class Engine:
    """The cluster's Docker engine."""

    def __init__(self, folders: Folders) -> None:
        self.folders = folders
        self._environ = exports(folders)
        self._unreachable: set[str] = set()

    def has(self, name: str) -> bool:
        """Whether the engine has an image of this name."""
        return bool(call(["docker", "images", "-q", name], environ=self._environ).strip())

    def describe(self, name: str) -> str:
        """`upstream`, `stand-in` or `-`."""
        if not self.has(name):
            return "-"
        form = f'{{{{index .Config.Labels "{LABEL}"}}}}'
        command = ["docker", "image", "inspect", "-f", form, name]
        return "stand-in" if call(command, environ=self._environ).strip() == "true" else "upstream"

    def pull(self, name: str) -> bool:
        """Pull it if its registry answers; one that did not is not asked again."""
        registry = registry_of(name)
        if registry in self._unreachable:
            return False
        if not self._answers(registry):
            self._unreachable.add(registry)
            return False
        try:
            call(["timeout", str(_PULL_S), "docker", "pull", "-q", name], environ=self._environ)
        except Exception:  # noqa: BLE001 whatever it was, a stand-in is tried instead
            self._unreachable.add(registry)
            return False
        return True

    def build(self, name: str, dockerfile: str, context: Path) -> None:
        """Build an image under a name, labelled as a stand-in."""
        command = ["docker", "build", "-q", "--label", f"{LABEL}=true", "-t", name, "-f", "-"]
        call([*command, str(context)], environ=self._environ, stdin=dockerfile)

    def import_tar(self, name: str, tar: Path) -> None:
        """Make an image of a file system's tar."""
        call(["docker", "import", str(tar), name], environ=self._environ)

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

    def _answers(self, registry: str) -> bool:
        """Whether anything listens there: a pull without a network would try for a minute."""
        probe = f"import socket; socket.create_connection(({registry!r}, 443), {_PROBE_S})"
        python = shutil.which("python3") or "python3"
        done = subprocess.run([python, "-c", probe], capture_output=True, check=False)
        return done.returncode == 0


def registry_of(name: str) -> str:
    """The host that an image name leads to."""
    head, slash, _ = name.partition("/")
    if slash and ("." in head or ":" in head):
        return head.partition(":")[0]
    return "registry-1." + "docker.io"
