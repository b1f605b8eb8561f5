"""up, down and status: the order of it all."""

import json
import os
import shutil
import sys
import time
from dataclasses import dataclass

from devcluster import network
from devcluster.binaries import PAUSE, build, install_programs
from devcluster.certs import make_certificates
from devcluster.components import (
    components_of,
    ensure_running,
    find_running,
    log_path,
    stop,
)
from devcluster.configs import PAUSE_IMAGE, write_configs
from devcluster.lock import locked
from devcluster.packages import install_missing
from devcluster.process import call, wait_until
from devcluster.remains import clear_engine, end_containers, end_engine, forget_pods, unmount_below
from devcluster.settings import NODE, REGISTRY_PORT, DevclusterError, Folders
from devcluster.steps import step, tell

_READY_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentStatus:
    """How a component is: `pid` 0 means that it does not run, `since` is in Unix seconds."""

    name: str
    pid: int
    since: int
    well: bool
    log: str


def up(folders: Folders) -> None:
    """Bring everything up that is not; raises DevclusterError."""
    _check_machine()
    started = time.monotonic()
    with locked(folders.home / "lock"):
        install_missing()
        install_programs(folders)
        make_certificates(folders)
        write_configs(folders)
        network.set_up(folders)
        was_started = False
        for component in components_of(folders):
            if component.name == "dockerd":
                clear_engine(folders)
            was_started |= ensure_running(component, folders)
            if component.name == "dockerd":
                _publish_pause(folders)
        if was_started:
            with step("node ready"):
                _wait_ready(folders)
    what = "is up" if was_started else "was up already"
    tell(f"✓ devcluster {what}  {time.monotonic() - started:.1f} s")


def down(folders: Folders, *, purge: bool) -> None:
    """End and take away everything; `purge` also what it keeps (never the cache)."""
    _check_machine()
    with locked(folders.home / "lock"):
        running = components_of(folders)
        for component in reversed(running):
            if component.name not in ("containerd", "dockerd"):
                stop(component, folders)
        end_containers(folders)
        for component in running:
            stop(component, folders)
        end_engine(folders)
        unmount_below(folders.home)
        network.tear_down(folders)
        forget_pods(folders)
        for name in ("containerd", "docker"):
            shutil.rmtree(folders.run / name, ignore_errors=True)
    if purge:
        shutil.rmtree(folders.home, ignore_errors=True)
    tell("✓ devcluster is down")


def status(folders: Folders) -> tuple[ComponentStatus, ...]:
    """How each component is."""
    found = []
    for component in components_of(folders):
        record = find_running(component, folders)
        found.append(
            ComponentStatus(
                name=component.name,
                pid=record.pid if record else 0,
                since=int(record.since) if record else 0,
                well=record is not None and component.is_well(),
                log=str(log_path(component, folders)),
            )
        )
    return tuple(found)


def exports(folders: Folders) -> dict[str, str]:
    """The environ by which docker, kubectl and draftpy find the cluster."""
    return {
        "KUBECONFIG": str(folders.kubeconfig),
        "DOCKER_HOST": f"unix://{folders.docker_socket}",
        "DOCKER_CONFIG": str(folders.docker_config),
    }


def _check_machine() -> None:
    if sys.platform != "linux":
        raise DevclusterError(
            "devcluster runs on Linux only",
            why="it starts Kubernetes' own programs on this machine",
            remedy="start Docker and a local cluster of your own (kind, k3d, minikube)",
        )
    if os.geteuid() != 0:
        raise DevclusterError(
            "devcluster needs root",
            why="it makes bridges, mounts and firewall rules",
            remedy="run it as root, or start Docker and a local cluster of your own",
        )


def _publish_pause(folders: Folders) -> None:
    """The image that holds each pod's namespaces: no registry can be asked for it."""
    marker = folders.data / "pause.pushed"
    if marker.exists():
        return
    program = build(PAUSE, folders.cache)
    context = folders.data / "pause"
    context.mkdir(parents=True, exist_ok=True)
    shutil.copy(program, context / "pause")
    dockerfile = 'FROM scratch\nCOPY pause /pause\nUSER 65535:65535\nENTRYPOINT ["/pause"]\n'
    (context / "Dockerfile").write_text(dockerfile)
    with step("pause image"):
        call(["docker", "build", "-q", "-t", PAUSE_IMAGE, str(context)], environ=exports(folders))
        call(["docker", "push", "-q", PAUSE_IMAGE], environ=exports(folders))
    marker.touch()


def _wait_ready(folders: Folders) -> None:
    def kubectl(*words: str, stdin: str | None = None) -> str:
        command = [str(folders.bin / "kubectl"), "--kubeconfig", str(folders.kubeconfig), *words]
        return call(command, check=False, stdin=stdin)

    def is_ready() -> bool:
        condition = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'
        account = kubectl("get", "serviceaccount", "default", "-o", "name")
        return kubectl("get", "node", NODE, "-o", condition) == "True" and bool(account)

    if not wait_until(is_ready, _READY_S):
        raise DevclusterError(
            f"the node is not ready after {_READY_S:.0f} s",
            why=kubectl("describe", "node", NODE)[-800:],
            remedy=f"see {folders.logs}/kubelet.log and containerd.log",
        )
    applied = kubectl("apply", "-f", "-", stdin=_local_registry())
    if "local-registry-hosting" not in applied:
        raise DevclusterError("the registry could not be advertised to tools", why=applied)


def _local_registry() -> str:
    """KEP-1755: how tools learn of the registry that the cluster pulls from."""
    hosting = f'host: "localhost:{REGISTRY_PORT}"\n'
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "local-registry-hosting", "namespace": "kube-public"},
            "data": {"localRegistryHosting.v1": hosting},
        }
    )
