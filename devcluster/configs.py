"""The configuration files of the components."""

import json

from devcluster.settings import (
    DNS_HEALTH_PORT,
    KUBELET_HEALTH_PORT,
    KUBELET_PORT,
    NODE_ADDRESS,
    POD_BRIDGE,
    POD_RANGE,
    REGISTRY_PORT,
    Folders,
)

PAUSE_IMAGE = f"localhost:{REGISTRY_PORT}/devcluster/pause:1"


def write_configs(folders: Folders) -> None:
    """Write them all anew; they hold no state."""
    cni = folders.config / "cni"
    cni.mkdir(parents=True, exist_ok=True)
    (folders.config / "registry.yml").write_text(_registry(folders))
    (folders.config / "containerd.toml").write_text(_containerd(folders))
    (folders.config / "kubelet.yml").write_text(_kubelet(folders))
    (folders.config / "Corefile").write_text(_corefile(folders))
    (cni / "10-devcluster.conflist").write_text(_network(folders))


def _registry(folders: Folders) -> str:
    storage = {
        "filesystem": {"rootdirectory": str(folders.data / "registry")},
        "delete": {"enabled": True},
    }
    config = {"version": 0.1, "storage": storage, "http": {"addr": f"127.0.0.1:{REGISTRY_PORT}"}}
    return json.dumps(config)


def _containerd(folders: Folders) -> str:
    return f"""\
version = 2
root = "{folders.data}/containerd"
state = "{folders.run}/containerd"
[grpc]
  address = "{folders.containerd_socket}"
[plugins."io.containerd.grpc.v1.cri"]
  # Without the right to lower it (CAP_SYS_RESOURCE) every sandbox would die at its start.
  restrict_oom_score_adj = true
  sandbox_image = "{PAUSE_IMAGE}"
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{folders.config}/cni"
"""


def _network(folders: Folders) -> str:
    bridge = {
        "type": "bridge",
        "bridge": POD_BRIDGE,
        "isGateway": True,
        "ipMasq": True,
        "hairpinMode": True,
        "ipam": {
            "type": "host-local",
            "dataDir": str(folders.cni_data),
            "ranges": [[{"subnet": POD_RANGE}]],
            "routes": [{"dst": "0.0.0.0/0"}],
        },
    }
    port_map = {"type": "portmap", "capabilities": {"portMappings": True}}
    network = {"cniVersion": "1.0.0", "name": "devcluster", "plugins": [bridge, port_map]}
    return json.dumps(network)


def _kubelet(folders: Folders) -> str:
    config = {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(folders.pki / "ca.crt")},
        },
        "authorization": {"mode": "Webhook"},
        "tlsCertFile": str(folders.pki / "kubelet.crt"),
        "tlsPrivateKeyFile": str(folders.pki / "kubelet.key"),
        "cgroupDriver": "cgroupfs",
        "failSwapOn": False,
        "clusterDNS": [NODE_ADDRESS],
        "clusterDomain": "cluster.local",
        "containerRuntimeEndpoint": f"unix://{folders.containerd_socket}",
        "port": KUBELET_PORT,
        "readOnlyPort": 0,
        "healthzPort": KUBELET_HEALTH_PORT,
        # A nearly full disk must not taint a developer's only node.
        "evictionHard": {
            "memory.available": "50Mi",
            "nodefs.available": "1%",
            "imagefs.available": "1%",
            "nodefs.inodesFree": "1%",
        },
        "imageGCHighThresholdPercent": 100,
    }
    return json.dumps(config, indent=2)


def _corefile(folders: Folders) -> str:
    return f""".:53 {{
  bind {NODE_ADDRESS}
  errors
  health 127.0.0.1:{DNS_HEALTH_PORT}
  kubernetes cluster.local in-addr.arpa ip6.arpa {{
    kubeconfig {folders.kubeconfig} devcluster
  }}
  forward . /etc/resolv.conf
  cache 5
}}
"""
