"""A running `up` whose saves are synced into the pod of a plain Python server."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from draftpy.adapters.kube.exec_streams import open_exec
from tests.support.draft_cli import PATIENCE_S, DraftCli, Running
from tests.support.real_cluster import RealApp, wait_answer, wait_until

SERVER = (Path(__file__).parents[2] / "examples/python-plain/server.py").read_text()
SYNCED = r"synced \d+ files?, restarted +served in (\d+) ms"
_HASH = "import hashlib; print(hashlib.sha256(open('/app/server.py','rb').read()).hexdigest())"


def server(version: int) -> str:
    """The source of a version."""
    return SERVER.replace('VERSION = "1"', f'VERSION = "{version}"')


@dataclass(kw_only=True)
class Loop:
    """A running `up` and the page it serves."""

    app: RealApp
    up: Running
    url: str
    version: int = 1

    @property
    def wanted(self) -> str:
        return f"Hello from plain Python, version {self.version}"

    @property
    def source(self) -> Path:
        return self.app.folder / "server.py"

    def next_text(self) -> str:
        """The source of another version, which is then what must be served."""
        self.version += 1
        return server(self.version)

    def check_served(self, timeout_s: float = PATIENCE_S) -> None:
        wait_answer(self.url, lambda body: body == self.wanted, timeout_s)

    def check_synced(self) -> None:
        self.up.wait_for(SYNCED)
        self.check_served()
        assert len(self.app.helm_secrets()) == 1, "a sync makes no revision"

    def check_equal(self) -> None:
        """What the pod holds is what the folder holds."""
        wanted = hashlib.sha256(self.source.read_bytes()).hexdigest()
        wait_until(
            lambda: in_pod(self.app, "python", "-c", _HASH).strip() == wanted, "equal content"
        )


@contextmanager
def starting(app: RealApp, cli: DraftCli | None = None) -> Iterator[Loop]:
    """`up`, watching, until the context is left."""
    with (cli or app.cli).start("up", "--port", ":8080") as up:
        url = up.wait_for(r"→ (http://\S+)")[1]
        up.wait_for("watching")
        yield Loop(app=app, up=up, url=url)


def in_pod(app: RealApp, *command: str) -> str:
    """What a command in the app's container prints."""
    pod = app.only_pod()
    container = pod["spec"]["containers"][0]["name"]
    name = pod["metadata"]["name"]
    stream = open_exec(app.cluster.client, app.namespace, name, container, command)
    said = b""
    while chunk := stream.recv(65536):
        said += chunk
    stream.close()
    return said.decode()
