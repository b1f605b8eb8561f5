"""Saves are synced again within seconds after the cluster itself was broken."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from devcluster.cluster import exports
from devcluster.components import components_of, find_running
from devcluster.process import call
from devcluster.settings import folders_of
from tests.support.real_cluster import RealApp, RealCluster, real_app
from tests.support.sync_loop import Loop, starting

pytestmark = [pytest.mark.cluster_restart, pytest.mark.timeout(400)]
CHECKOUT = Path(__file__).parents[2]
FOLDERS = folders_of()
# From the end of a fault until the newest content is served; a component that starts anew needs a
# moment of its own before it does anything.
HEALED_S = 5.0
STARTED_S = 20.0
CUT_S = 60.0


@pytest.fixture
def loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loop]:
    for name, value in exports(FOLDERS).items():
        monkeypatch.setenv(name, value)
    with real_app(tmp_path, cluster=RealCluster()) as app:
        app.cli.run("create")
        with starting(app) as running:
            yield running


def kill(name: str) -> None:
    component = next(each for each in components_of(FOLDERS) if each.name == name)
    record = find_running(component, FOLDERS)
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)


def repair() -> None:
    command = [sys.executable, "-m", "devcluster", "up"]
    subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True)


@contextmanager
def cut(app: RealApp) -> Iterator[None]:
    """Let nothing through to the API server, in silence."""
    port = str(urlsplit(app.cluster.client.server).port)
    rule = ["INPUT", "--protocol", "tcp", "--dport", port, "--jump", "DROP"]
    call(["iptables", "--insert", *rule])
    try:
        yield
    finally:
        call(["iptables", "--delete", *rule])


@pytest.mark.parametrize("name", ["apiserver", "kubelet"])
def test_a_component_that_starts_anew_costs_no_save(loop: Loop, name: str) -> None:
    kill(name)
    loop.source.write_text(loop.next_text())
    repair()
    loop.check_served(STARTED_S)
    loop.check_equal()
    loop.source.write_text(loop.next_text())
    loop.check_synced()


def test_a_minute_without_network_costs_no_save(loop: Loop) -> None:
    with cut(loop.app):
        loop.source.write_text(loop.next_text())
        threading.Event().wait(CUT_S)
    loop.check_served(HEALED_S)
    loop.check_equal()
