"""What devcluster is made of: versions, addresses, folders."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

KUBERNETES = "v1.34.4"
COREDNS = "v1.12.4"
BUILDX = "v0.38.2"
FRONTEND = "v0.34.2"

NODE = "devcluster"
NODE_BRIDGE = "devnode0"
NODE_ADDRESS = "10.200.0.1"
POD_BRIDGE = "devpods0"
POD_RANGE = "10.244.0.0/16"
SERVICE_RANGE = "10.96.0.0/16"
FIRST_SERVICE = "10.96.0.1"
DOCKER_BRIDGE = "devdocker0"
DOCKER_ADDRESS = "172.30.250.1/24"
DOCKER_RANGE = "172.30.250.0/24"

REGISTRY_PORT = 5000
API_PORT = 16443
ETCD_PORT = 12379
ETCD_PEER_PORT = 12380
CONTROLLER_PORT = 20257
SCHEDULER_PORT = 20259
KUBELET_PORT = 20250
KUBELET_HEALTH_PORT = 20248
PROXY_HEALTH_PORT = 20256
PROXY_METRICS_PORT = 20249
DNS_HEALTH_PORT = 20254


class DevclusterError(Exception):
    """Something cannot be set up: what, why, and what to do about it."""

    def __init__(self, what: str, *, why: str = "", remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.remedy = remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """Where everything is; nothing outside of these two folders is the cluster's."""

    home: Path
    cache: Path

    @property
    def pki(self) -> Path:
        """Keys and certificates."""
        return self.home / "pki"

    @property
    def logs(self) -> Path:
        """One log file per component."""
        return self.home / "logs"

    @property
    def run(self) -> Path:
        """One record per running component."""
        return self.home / "run"

    @property
    def config(self) -> Path:
        """Configuration files of the components."""
        return self.home / "config"

    @property
    def data(self) -> Path:
        """What the components keep."""
        return self.home / "data"

    @property
    def bin(self) -> Path:
        """Programs by their usual names, kubectl among them."""
        return self.home / "bin"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig, with a context called devcluster."""
        return self.home / "kubeconfig"

    @property
    def docker_socket(self) -> Path:
        """Where the Docker engine listens."""
        return self.home / "docker.sock"

    @property
    def docker_run(self) -> Path:
        """What the Docker engine keeps while it runs; its helpers name it on their command line."""
        return self.run / "docker"

    @property
    def cni_data(self) -> Path:
        """Which address each pod has."""
        return self.run / "cni"

    @property
    def docker_config(self) -> Path:
        """DOCKER_CONFIG: buildx is among its plugins."""
        return self.home / "docker-config"

    @property
    def containerd_socket(self) -> Path:
        """Where the container runtime of the pods listens."""
        return self.home / "containerd.sock"


def folders_of(environ: Mapping[str, str] = os.environ) -> Folders:
    """DEVCLUSTER_HOME, else /var/lib/draftpy-devcluster; the cache follows XDG_CACHE_HOME."""
    home = Path(environ.get("DEVCLUSTER_HOME") or "/var/lib/draftpy-devcluster")
    cache = Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Folders(home=home, cache=cache / "draftpy-devcluster")
