"""The real cluster, for tests that are marked `cluster`: namespaces of their own, and requests."""

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

from draftpy.adapters.kube.client import KubeClient
from draftpy.dockerfile import parse_dockerfile
from tests.support.draft_cli import PATIENCE_S, DraftCli
from tests.support.examples import EXAMPLES, EXPECT
from tests.support.reporter import ListReporter
from tests.support.with_cluster import KIND_VARIABLE, OWN

LOOK_S = 0.05


class RealCluster:
    """The cluster that KUBECONFIG names."""

    def __init__(self) -> None:
        self.kubeconfig = Path(os.environ["KUBECONFIG"])
        self.client = KubeClient(str(self.kubeconfig), "", ListReporter())

    def items(self, namespace: str, kind: str, selector: str = "") -> list[dict[str, Any]]:
        """Objects of a kind, such as `pods` or `apps/deployments`."""
        group, _, plural = kind.rpartition("/")
        base = f"/apis/{group}/v1" if group else "/api/v1"
        query = {"labelSelector": selector} if selector else {}
        found = self.client.get(f"{base}/namespaces/{namespace}/{plural}", **query)
        return list(found["items"])

    def find_namespace(self, name: str) -> dict[str, Any] | None:
        return self.client.find(f"/api/v1/namespaces/{name}")

    def make_namespace(self, name: str, **labels: str) -> None:
        metadata = {"name": name, "labels": labels}
        self.client.post("/api/v1/namespaces", {"metadata": metadata})

    def remove_namespace(self, name: str) -> None:
        """Begin to remove it; nobody waits for the pods."""
        self.client.delete(f"/api/v1/namespaces/{name}")


@dataclass(frozen=True, kw_only=True)
class RealApp:
    """A folder of source code, deployed as `name` into `namespace`, by `cli`."""

    name: str
    namespace: str
    folder: Path
    cli: DraftCli
    cluster: RealCluster

    def pods(self) -> list[dict[str, Any]]:
        """The pods that are not about to go."""
        found = self.cluster.items(
            self.namespace, "pods", f"app.kubernetes.io/instance={self.name}"
        )
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def only_pod(self) -> dict[str, Any]:
        """The one pod; the one it replaced may still have to be told to go."""
        wait_until(lambda: len(self.pods()) == 1, lambda: f"a single pod; there are {self.pods()}")
        return self.pods()[0]

    def helm_secrets(self) -> list[dict[str, Any]]:
        """What Helm keeps of each revision, oldest first."""
        found = self.cluster.items(self.namespace, "secrets", f"owner=helm,name={self.name}")
        return sorted(found, key=lambda secret: int(secret["metadata"]["labels"]["version"]))

    def use_images(self) -> None:
        """Let each change make an image, as where no agent can be."""
        draft_yaml = self.folder / "draft.yaml"
        text = draft_yaml.read_text()
        lines = text.splitlines()
        namespace = next(line for line in lines if line.strip().startswith("namespace:"))
        draft_yaml.write_text(text.replace(namespace, f"{namespace}\n    dev: {{sync: false}}"))

    def edit(self, file: str, old: str, new: str) -> None:
        """Save a change as an editor does."""
        path = self.folder / file
        text = path.read_text()
        assert old in text, f"{old!r} is not in {file}:\n{text}"
        path.write_text(text.replace(old, new))

    def write(self, file: str, text: str) -> Path:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path


@contextmanager
def real_app(
    folder: Path, example: str = "python-plain", *, cluster: RealCluster | None = None
) -> Iterator[RealApp]:
    """The source of an example in a folder of its own; what it leaves is removed afterwards."""
    cluster = cluster or RealCluster()
    name = f"t{uuid.uuid4().hex[:8]}"
    root = folder / name
    skip = shutil.ignore_patterns(EXPECT, "__pycache__", "node_modules")
    shutil.copytree(EXAMPLES / example, root, ignore=skip)
    # No test may meet the user's own config, and bugs are logged where pytest cleans up.
    own = {"XDG_CONFIG_HOME": str(folder / "config"), "XDG_STATE_HOME": str(folder / "state")}
    app = RealApp(
        name=name,
        namespace=name,
        folder=root,
        cli=DraftCli(folder=root, changes=own),
        cluster=cluster,
    )
    try:
        yield app
    finally:
        try:
            cluster.remove_namespace(name)
        finally:
            remove_images(name)


def docker(*words: str, check: bool = True) -> str:
    """What the docker command prints."""
    done = subprocess.run(
        ("docker", *words), check=check, capture_output=True, text=True, timeout=PATIENCE_S
    )
    return done.stdout.strip()


def find_images(name: str) -> list[str]:
    """`repository:tag` of every image of an app, with its names for registries."""
    found = docker("images", "--format", "{{.Repository}}:{{.Tag}}").splitlines()
    return [image for image in found if image.rpartition(":")[0].rpartition("/")[2] == name]


def remove_images(name: str) -> None:
    images = find_images(name)
    if images:
        docker("rmi", "--force", *images, check=False)


def ensure_bases(dockerfile: Path) -> None:
    """On a devcluster, see to the images that a Dockerfile names: nothing can be pulled there."""
    if os.environ.get(KIND_VARIABLE) == OWN:
        return
    stages = parse_dockerfile(dockerfile.read_text(encoding="utf-8")).stages
    bases = {stage.base for stage in stages if stage.base_stage is None}
    bases |= {copy.from_image for stage in stages for copy in stage.copies}
    bases -= {"", "scratch"}
    missing = [base for base in sorted(bases) if not docker("images", "--quiet", base)]
    if missing:
        subprocess.run([sys.executable, "-m", "devcluster", "images", *missing], check=True)


def request(url: str, timeout_s: float = PATIENCE_S) -> str:
    """The body of a page; raises what urllib raises."""
    with urllib.request.urlopen(url, timeout=timeout_s) as answer:
        return str(answer.read(), "utf-8").strip()


def wait_answer(url: str, is_wanted: Callable[[str], bool], timeout_s: float = PATIENCE_S) -> str:
    """Ask until the wanted body comes; what came last is told if it does not."""
    last = ""

    def look() -> bool:
        nonlocal last
        try:
            last = request(url, timeout_s)
        except (urllib.error.URLError, HTTPException, OSError) as error:
            last = repr(error)
            return False
        return is_wanted(last)

    wait_until(look, lambda: f"the wanted answer of {url}; last: {last}", timeout_s)
    return last


def wait_until(
    is_so: Callable[[], bool], what: str | Callable[[], str], timeout_s: float = PATIENCE_S
) -> None:
    """Look again and again until it is so; `what` names what did not come."""
    deadline = time.monotonic() + timeout_s
    while not is_so():
        if time.monotonic() > deadline:
            name = what if isinstance(what, str) else what()
            raise AssertionError(f"not within {timeout_s:.0f} s: {name}")
        time.sleep(LOOK_S)
