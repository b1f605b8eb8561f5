"""The real devcluster: idempotent, repaired, safe to call twice at once, gone without a trace."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from devcluster.cluster import exports, status
from devcluster.components import components_of, find_running
from devcluster.configs import PAUSE_IMAGE
from devcluster.network import stale_chains, stale_rules
from devcluster.process import call, start_ticks, wait_until
from devcluster.remains import find_helpers, find_shims, mounts_below
from devcluster.settings import DOCKER_BRIDGE, NODE_BRIDGE, POD_BRIDGE, folders_of

pytestmark = [pytest.mark.cluster_restart, pytest.mark.timeout(300)]
CHECKOUT = Path(__file__).parents[2]
FOLDERS = folders_of()
# A cached start: the issue's own bound.
READY_S = 30.0


def devcluster(*words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "devcluster", *words]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)


def kubectl(*words: str) -> str:
    return call([str(FOLDERS.bin / "kubectl"), *words], environ=exports(FOLDERS))


def iptables(program: str) -> str:
    return call([f"{program}-save"], check=False)


def test_up_when_up_changes_nothing() -> None:
    before = [(each.name, each.pid) for each in status(FOLDERS)]
    done = devcluster("up")
    assert done.returncode == 0, done.stderr
    assert "was up already" in done.stderr
    assert [(each.name, each.pid) for each in status(FOLDERS)] == before


@pytest.mark.parametrize("name", ["scheduler", "dockerd", "containerd"])
def test_a_killed_component_is_repaired(name: str) -> None:
    component = next(c for c in components_of(FOLDERS) if c.name == name)
    record = find_running(component, FOLDERS)
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    assert wait_until(lambda: not record.is_alive, 5)
    assert devcluster("status").returncode == 1
    assert devcluster("up").returncode == 0
    assert devcluster("status").returncode == 0


def test_a_pid_file_with_a_strangers_pid_does_not_hinder_it() -> None:
    component = next(c for c in components_of(FOLDERS) if c.name == "dockerd")
    record = find_running(component, FOLDERS)
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    assert wait_until(lambda: not record.is_alive, 5)
    assert component.pidfile is not None
    component.pidfile.write_text(str(os.getpid()))  # as after a restart of the machine
    assert devcluster("up").returncode == 0
    assert devcluster("status").returncode == 0


def test_two_ups_at_once_are_safe() -> None:
    scheduler = next(c for c in components_of(FOLDERS) if c.name == "scheduler")
    record = find_running(scheduler, FOLDERS)
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    command = [sys.executable, "-m", "devcluster", "up"]
    both = [subprocess.Popen(command, cwd=CHECKOUT) for _ in range(2)]
    assert [each.wait(timeout=120) for each in both] == [0, 0]
    assert devcluster("status").returncode == 0


def test_its_environ_leads_to_it_and_to_nothing_of_the_users() -> None:
    assert "kubeconfig" in devcluster("kubeconfig").stdout
    assert str(Path.home() / ".kube") not in devcluster("env").stdout
    assert kubectl("config", "current-context").strip() == "devcluster"
    assert "v1.34" in kubectl("version")


def test_services_have_names_in_the_cluster() -> None:
    answer = call(
        [sys.executable, "-c", _DNS_QUESTION, "kubernetes.default.svc.cluster.local"], check=False
    )
    assert answer.strip() == "10.96.0.1"


def test_down_leaves_nothing_and_up_is_quick() -> None:
    before = {name: (FOLDERS.config / f"{name}.before").read_text() for name in _TABLES}
    # With its start: a pid may be given away again, and who has ended may not be reaped yet.
    running = [(each.pid, start_ticks(each.pid)) for each in status(FOLDERS)]
    # A run of this test that failed may have left it.
    kubectl("delete", "pod", "left-behind", "--ignore-not-found", "--timeout=60s")
    # A pod's network rules are the plugins' own, with names that the next pod's do not have.
    kubectl("run", "left-behind", f"--image={PAUSE_IMAGE}", "--restart=Never")
    kubectl("wait", "--for=condition=Ready", "pod/left-behind", "--timeout=30s")
    try:
        done = devcluster("down")
        assert done.returncode == 0, done.stderr
        assert not [pid for pid, ticks in running if start_ticks(pid) == ticks]
        assert not find_shims(FOLDERS.containerd_socket)
        assert not find_helpers(FOLDERS.docker_run)
        assert not mounts_below(FOLDERS.home)
        bridges = (NODE_BRIDGE, POD_BRIDGE, DOCKER_BRIDGE)
        assert not [name for name in bridges if Path(f"/sys/class/net/{name}").exists()]
        for name in _TABLES:
            assert not stale_rules(before[name], iptables(name))
            assert not stale_chains(before[name], iptables(name))
        assert devcluster("down").returncode == 0  # twice is no error
    finally:
        started = time.monotonic()
        done = devcluster("up")
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - started < READY_S
    assert "Ready" in kubectl("get", "nodes")
    kubectl("delete", "pod", "left-behind", "--wait=false")


_TABLES = ("iptables", "ip6tables")
# A plain DNS question, so that no resolver of the host is in between.
_DNS_QUESTION = """
import socket, struct, sys
name = b"".join(bytes([len(p)]) + p.encode() for p in sys.argv[1].split(".")) + b"\\0"
question = struct.pack(">HHHHHH", 7, 0x100, 1, 0, 0, 0) + name + struct.pack(">HH", 1, 1)
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
    client.settimeout(5)
    client.sendto(question, ("10.200.0.1", 53))
    print(socket.inet_ntoa(client.recv(512)[-4:]))
"""
