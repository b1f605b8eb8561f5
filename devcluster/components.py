"""The components: how each is started, and how it is seen to be well."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devcluster import settings as s
from devcluster.health import Probe, http_ok, https_ok, is_port_free, socket_ok
from devcluster.packages import find_program
from devcluster.process import Record, end, find_record, start, wait_until
from devcluster.settings import DevclusterError, Folders
from devcluster.steps import step

_LOG_LINES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One process of the cluster.

    `port` is the loopback port that must be free for it; `pidfile` one that it writes for itself
    and that would stop it from starting again if it could not take it away at its end.
    """

    name: str
    command: tuple[str, ...]
    is_well: Probe
    timeout_s: float = 30.0
    port: int = 0
    environ: tuple[tuple[str, str], ...] = ()
    pidfile: Path | None = None


def components_of(folders: Folders) -> tuple[Component, ...]:
    """All of them, in the order in which they need each other."""
    makers: tuple[Callable[[Folders], Component], ...] = (
        _registry,
        _dockerd,
        _containerd,
        _etcd,
        _apiserver,
        _controllers,
        _scheduler,
        _kubelet,
        _proxy,
        _dns,
    )
    return tuple(maker(folders) for maker in makers)


def ensure_running(component: Component, folders: Folders) -> bool:
    """Start it unless it runs and is well; True if it was started; raises DevclusterError."""
    record = find_record(_record_path(component, folders))
    if record and wait_until(component.is_well, 2.0):
        return False
    if record:
        end(record)
    if component.port and not is_port_free(component.port):
        raise DevclusterError(
            f"{component.name} needs port {component.port}, and another program listens on it",
            remedy=f"find it with: ss -ltnp 'sport = :{component.port}'; end it and try again",
        )
    if component.pidfile:
        component.pidfile.unlink(missing_ok=True)
    with step(component.name):
        record = start(
            component.command,
            _log_path(component, folders),
            _record_path(component, folders),
            dict(component.environ),
        )
        if not wait_until(lambda: component.is_well() or not record.is_alive, component.timeout_s):
            raise _not_well(component, folders, f"is not well after {component.timeout_s:.0f} s")
    if not record.is_alive:
        raise _not_well(component, folders, "ended at once")
    return True


def stop(component: Component, folders: Folders) -> None:
    """End it, if it runs."""
    path = _record_path(component, folders)
    record = find_record(path)
    if record:
        end(record)
    path.unlink(missing_ok=True)


def find_running(component: Component, folders: Folders) -> Record | None:
    """The record of the component if it runs."""
    return find_record(_record_path(component, folders))


def log_path(component: Component, folders: Folders) -> Path:
    """Where it logs."""
    return _log_path(component, folders)


def _not_well(component: Component, folders: Folders, how: str) -> DevclusterError:
    log = _log_path(component, folders)
    lines = log.read_text(errors="replace").splitlines()[-_LOG_LINES:] if log.exists() else []
    return DevclusterError(
        f"{component.name} {how}",
        why="\n".join(lines),
        remedy=f"its whole log: {log}; then try again: python -m devcluster up",
    )


def _record_path(component: Component, folders: Folders) -> Path:
    return folders.run / f"{component.name}.json"


def _log_path(component: Component, folders: Folders) -> Path:
    return folders.logs / f"{component.name}.log"


def _program(name: str) -> str:
    return find_program(name) or name


def _registry(folders: Folders) -> Component:
    return Component(
        name="registry",
        command=(_program("docker-registry"), "serve", str(folders.config / "registry.yml")),
        is_well=http_ok(s.REGISTRY_PORT, "/v2/"),
        port=s.REGISTRY_PORT,
    )


def _dockerd(folders: Folders) -> Component:
    # Its rules are ours (network.py): its own would change the policy of the whole machine.
    return Component(
        name="dockerd",
        command=(
            _program("dockerd"),
            f"--host=unix://{folders.docker_socket}",
            f"--data-root={folders.data}/docker",
            f"--exec-root={folders.docker_run}",
            f"--pidfile={folders.run}/dockerd.pid",
            f"--bridge={s.DOCKER_BRIDGE}",
            "--iptables=false",
            "--ip-masq=false",
            "--ip6tables=false",
            "--containerd-namespace=devcluster",
            "--shutdown-timeout=5",
        ),
        is_well=socket_ok(folders.docker_socket, "/_ping"),
        pidfile=folders.run / "dockerd.pid",
    )


def _containerd(folders: Folders) -> Component:
    return Component(
        name="containerd",
        command=(_program("containerd"), "--config", str(folders.config / "containerd.toml")),
        is_well=socket_ok(folders.containerd_socket),
    )


def _etcd(folders: Folders) -> Component:
    client, peer = (f"http://127.0.0.1:{port}" for port in (s.ETCD_PORT, s.ETCD_PEER_PORT))
    return Component(
        name="etcd",
        command=(
            str(folders.bin / "etcd"),
            f"--data-dir={folders.data}/etcd",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peer}",
            f"--initial-advertise-peer-urls={peer}",
            f"--initial-cluster=default={peer}",
            "--unsafe-no-fsync",
        ),
        is_well=http_ok(s.ETCD_PORT, "/health"),
        port=s.ETCD_PORT,
    )


def _apiserver(folders: Folders) -> Component:
    pki = folders.pki
    return Component(
        name="apiserver",
        command=(
            str(folders.bin / "kube-apiserver"),
            f"--etcd-servers=http://127.0.0.1:{s.ETCD_PORT}",
            "--bind-address=0.0.0.0",
            f"--secure-port={s.API_PORT}",
            f"--advertise-address={s.NODE_ADDRESS}",
            f"--service-cluster-ip-range={s.SERVICE_RANGE}",
            "--kubelet-preferred-address-types=InternalIP",
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            "--allow-privileged",
            f"--client-ca-file={pki}/ca.crt",
            f"--tls-cert-file={pki}/apiserver.crt",
            f"--tls-private-key-file={pki}/apiserver.key",
            f"--service-account-key-file={pki}/sa.pub",
            f"--service-account-signing-key-file={pki}/sa.key",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--kubelet-client-certificate={pki}/admin.crt",
            f"--kubelet-client-key={pki}/admin.key",
            f"--kubelet-certificate-authority={pki}/ca.crt",
        ),
        is_well=https_ok(s.API_PORT, "/readyz", (pki / "admin.crt", pki / "admin.key")),
        timeout_s=60.0,
        port=s.API_PORT,
    )


def _controllers(folders: Folders) -> Component:
    return Component(
        name="controllers",
        command=(
            str(folders.bin / "kube-controller-manager"),
            f"--kubeconfig={folders.config}/controllers.kubeconfig",
            f"--service-account-private-key-file={folders.pki}/sa.key",
            f"--root-ca-file={folders.pki}/ca.crt",
            "--use-service-account-credentials",
            "--leader-elect=false",
            f"--cluster-cidr={s.POD_RANGE}",
            "--allocate-node-cidrs=false",
            "--bind-address=127.0.0.1",
            f"--secure-port={s.CONTROLLER_PORT}",
        ),
        is_well=https_ok(s.CONTROLLER_PORT, "/healthz"),
        port=s.CONTROLLER_PORT,
    )


def _scheduler(folders: Folders) -> Component:
    return Component(
        name="scheduler",
        command=(
            str(folders.bin / "kube-scheduler"),
            f"--kubeconfig={folders.config}/scheduler.kubeconfig",
            "--bind-address=127.0.0.1",
            "--leader-elect=false",
            f"--secure-port={s.SCHEDULER_PORT}",
        ),
        is_well=https_ok(s.SCHEDULER_PORT, "/healthz"),
        port=s.SCHEDULER_PORT,
    )


def _kubelet(folders: Folders) -> Component:
    return Component(
        name="kubelet",
        command=(
            str(folders.bin / "kubelet"),
            f"--kubeconfig={folders.config}/kubelet.kubeconfig",
            f"--config={folders.config}/kubelet.yml",
            f"--root-dir={folders.data}/kubelet",
            f"--cert-dir={folders.data}/kubelet/pki",
            f"--node-ip={s.NODE_ADDRESS}",
            f"--hostname-override={s.NODE}",
        ),
        is_well=http_ok(s.KUBELET_HEALTH_PORT, "/healthz"),
        port=s.KUBELET_HEALTH_PORT,
    )


def _proxy(folders: Folders) -> Component:
    return Component(
        name="proxy",
        command=(
            str(folders.bin / "kube-proxy"),
            f"--kubeconfig={folders.config}/proxy.kubeconfig",
            "--proxy-mode=iptables",
            f"--cluster-cidr={s.POD_RANGE}",
            f"--hostname-override={s.NODE}",
            f"--metrics-bind-address=127.0.0.1:{s.PROXY_METRICS_PORT}",
            f"--healthz-bind-address=127.0.0.1:{s.PROXY_HEALTH_PORT}",
        ),
        is_well=http_ok(s.PROXY_HEALTH_PORT, "/healthz"),
        port=s.PROXY_HEALTH_PORT,
    )


def _dns(folders: Folders) -> Component:
    return Component(
        name="dns",
        command=(str(folders.bin / "coredns"), "-conf", str(folders.config / "Corefile")),
        is_well=http_ok(s.DNS_HEALTH_PORT, "/health"),
        port=s.DNS_HEALTH_PORT,
    )
