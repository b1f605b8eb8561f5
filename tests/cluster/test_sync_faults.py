"""Faults while saves are synced: the loop recovers with no key press, and the content is equal."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.support.proxies import relay
from tests.support.real_cluster import RealApp, wait_until
from tests.support.sync_loop import Loop, starting

pytestmark = pytest.mark.cluster
# From the end of a fault until the newest content is served.
HEALED_S = 5.0


@pytest.fixture
def loop(app: RealApp) -> Iterator[Loop]:
    app.cli.run("create")
    with starting(app) as running:
        yield running


def test_a_cut_stream_is_back_by_itself(app: RealApp, tmp_path: Path) -> None:
    kubeconfig = yaml.safe_load(app.cluster.kubeconfig.read_text())
    entry = kubeconfig["clusters"][0]["cluster"]
    host, _, port = entry["server"].removeprefix("https://").partition(":")
    app.cli.run("create")
    with relay(("127.0.0.1", 0), (host, int(port))) as api:
        entry["server"] = f"https://127.0.0.1:{api.port}"
        own = tmp_path / "kubeconfig"
        own.write_text(yaml.safe_dump(kubeconfig))
        with starting(app, app.cli.with_environ(KUBECONFIG=str(own))) as loop:
            api.close()
            loop.source.write_text(loop.next_text())
            loop.up.wait_for(r"✗ sync +\S+ cannot be reached")
            api.open()
            loop.check_served(HEALED_S)
            loop.check_equal()


def test_an_evicted_pod_is_followed_by_one_with_the_same_content(loop: Loop) -> None:
    loop.source.write_text(loop.next_text())
    loop.check_synced()
    pod = loop.app.only_pod()["metadata"]["name"]
    path = f"/api/v1/namespaces/{loop.app.namespace}/pods/{pod}/eviction"
    metadata = {"name": pod, "namespace": loop.app.namespace}
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": metadata}
    loop.app.cluster.client.post(path, body)
    wait_until(lambda: loop.app.only_pod()["metadata"]["name"] != pod, "another pod")
    loop.check_served()
    loop.check_equal()


def test_an_app_that_takes_too_much_memory_is_named_and_mended_by_a_save(loop: Loop) -> None:
    loop.source.write_text("hog = []\nwhile True:\n    hog.append(bytearray(10 << 20))\n")
    loop.up.wait_for(r"memory")
    loop.source.write_text(loop.next_text())
    loop.check_served()
    loop.check_equal()


def test_a_full_disk_in_the_pod_is_named_and_the_loop_goes_on(app: RealApp) -> None:
    app.cli.run("create")
    _mount_small_folder(app, "/app/data")
    app.write("data/keep.txt", "x\n")
    with starting(app) as loop:
        big = app.write("data/big.bin", "x" * (3 << 20))
        loop.up.wait_for(r"✗ sync .*could not be written in the pod")
        loop.up.wait_for(r"no space left")
        big.unlink()
        loop.source.write_text(loop.next_text())
        loop.check_synced()


def _mount_small_folder(app: RealApp, folder: str) -> None:
    """Give the pod a file system of one megabyte at a folder."""
    template = app.folder / f"charts/{app.name}/templates/_pod.tpl"
    text = template.read_text()
    for place, added in (
        ("    volumeMounts:\n", f"      - name: small\n        mountPath: {folder}\n"),
        ("volumes:\n", "  - name: small\n    emptyDir: {medium: Memory, sizeLimit: 1Mi}\n"),
    ):
        assert f"\n{place}" in text
        text = text.replace(f"\n{place}", f"\n{place}{added}", 1)
    template.write_text(text)
