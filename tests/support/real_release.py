"""A namespace of the real cluster with the adapters on it, and releases of a one-line program."""

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from draftpy.adapters.helm_sdk import HelmReleases
from draftpy.adapters.kube.client import KubeClient
from draftpy.adapters.kube.facts import read_facts
from draftpy.adapters.kube.namespaces import KubeNamespaces
from draftpy.adapters.kube.watching import KubeCluster
from draftpy.assets import templates_folder
from draftpy.clock import Deadline, SystemClock
from draftpy.labels import LABEL_MANAGED_BY, MANAGED_BY
from draftpy.release import Release, ReleaseRequest
from draftpy.rollout import Rollout, RolloutWait, wait_rollout
from tests.support.reporter import ListReporter

BASE_IMAGE = "python:3.13-slim"
# What the chart is given so that nobody waits longer than a test needs.
QUICK: Mapping[str, Any] = {"preStopSleepSeconds": 0, "terminationGracePeriodSeconds": 1}
SERVER = """\
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"x" * int(self.path.strip("/") or 5)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
print("listening", flush=True)
http.server.ThreadingHTTPServer(("", 8080), Handler).serve_forever()
"""


@dataclass(frozen=True, kw_only=True)
class RealSpace:
    """The adapters of one namespace that is removed afterwards."""

    namespace: str
    client: KubeClient
    releases: HelmReleases
    cluster: KubeCluster
    namespaces: KubeNamespaces
    reporter: ListReporter
    folder: Path

    def chart(self, **templates: str) -> Path:
        """A copy of the shared chart, with more templates."""
        chart = self.folder / f"chart-{uuid.uuid4().hex[:6]}"
        shutil.copytree(templates_folder() / "chart", chart)
        for name, text in templates.items():
            (chart / "templates" / f"{name}.yaml").write_text(text)
        return chart

    def request(
        self, code: str = SERVER, *, name: str = "probe", chart: Path | None = None, **values: Any
    ) -> ReleaseRequest:
        """A release that runs a Python program; `values` win over what it needs for that."""
        repository, _, tag = program_image(self.client).rpartition(":")
        image = {"repository": repository, "tag": tag, "digest": ""}
        program = {"image": image, "command": ["python", "-u", "-c", code]}
        return ReleaseRequest(
            name=name,
            namespace=self.namespace,
            chart=chart or templates_folder() / "chart",
            values={**QUICK, **program, **values},
            labels={LABEL_MANAGED_BY: MANAGED_BY},
            description="try",
        )

    def install(self, code: str = SERVER, **values: Any) -> Release:
        """Make the release `probe`."""
        return self.releases.install(self.request(code, **values))

    def wait(self, timeout_s: float = 60, name: str = "probe") -> Rollout:
        """Wait for its rollout; raises what the rollout raises."""
        deadline = Deadline.after(SystemClock(), timeout_s)
        wait = RolloutWait(release=name, build_id="", deadline=deadline)
        return wait_rollout(self.cluster, wait, self.reporter, lambda: False)

    def pod(self) -> str:
        """The name of the one pod that stays."""
        state = self.cluster.read_release("probe")
        (pod,) = [pod for pod in state.pods if not pod.deleting and not pod.is_old]
        return pod.name


@contextmanager
def real_space(folder: Path, **labels: str) -> Iterator[RealSpace]:
    """A fresh namespace in the cluster that KUBECONFIG names."""
    kubeconfig, name = os.environ["KUBECONFIG"], f"k{uuid.uuid4().hex[:8]}"
    reporter = ListReporter()
    client = KubeClient(kubeconfig, "", reporter)
    client.post("/api/v1/namespaces", {"metadata": {"name": name, "labels": labels}})
    try:
        yield RealSpace(
            namespace=name,
            client=client,
            releases=HelmReleases(kubeconfig, "", name, reporter),
            cluster=KubeCluster(client, name),
            namespaces=KubeNamespaces(client, SystemClock()),
            reporter=reporter,
            folder=folder,
        )
    finally:
        client.delete(f"/api/v1/namespaces/{name}")


@cache
def program_image(client: KubeClient) -> str:
    """An image with Python that the nodes can get: from their registry if they have one."""
    registry = read_facts(client).local_registry
    if registry is None:
        return BASE_IMAGE
    for_us = f"{registry.host}/draftpy-tests/python:1"
    for words in (("tag", BASE_IMAGE, for_us), ("push", "--quiet", for_us)):
        subprocess.run(("docker", *words), check=True, capture_output=True, timeout=120)
    return f"{registry.host_from_cluster}/draftpy-tests/python:1"
