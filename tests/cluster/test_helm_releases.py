"""What can go wrong with a release, told by the real Helm and the real API server."""

import base64
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from draftpy.adapters.helm_sdk import HelmReleases
from draftpy.adapters.kubeconfig import merge_kubeconfigs
from draftpy.clock import SystemClock
from draftpy.errors import (
    ChartInvalid,
    ClusterUnreachable,
    DraftError,
    NotOurs,
    Rejected,
    ReleaseMissing,
)
from draftpy.events import Notice
from draftpy.healing import heal_release
from tests.support.real_cluster import wait_until
from tests.support.real_release import RealSpace, program_image, real_space
from tests.support.reporter import ListReporter

pytestmark = pytest.mark.cluster

# Helm waits for a hook: time enough to be killed.
HOOK = """\
apiVersion: v1
kind: Pod
metadata:
  name: {{{{ .Release.Name }}}}-hook
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 0
  containers:
    - name: hook
      image: {image}
      command: [sleep, "600"]
"""
# A process of its own that begins a Helm action: kubeconfig, namespace, chart, action.
ACT = """\
import sys
from pathlib import Path
from draftpy.adapters.helm_sdk import HelmReleases
from draftpy.release import ReleaseRequest
from tests.support.reporter import ListReporter
kubeconfig, namespace, chart, action = sys.argv[1:]
request = ReleaseRequest(
    name="probe", namespace=namespace, chart=Path(chart), values={"replicaCount": 0},
    labels={"draftpy.io/managed-by": "draftpy"}, description="cut off",
)
getattr(HelmReleases(kubeconfig, "", namespace, ListReporter()), action)(request)
"""


@pytest.fixture
def space(tmp_path: Path) -> Iterator[RealSpace]:
    with real_space(tmp_path) as space:
        yield space


def _fails(space: RealSpace, kind: type[DraftError], **templates: str) -> DraftError:
    with pytest.raises(kind) as caught:
        space.releases.install(space.request(chart=space.chart(**templates)))
    return caught.value


def test_broken_yaml_is_found_before_anything_is_written(space: RealSpace) -> None:
    error = _fails(space, ChartInvalid, bad="kind: ConfigMap\ndata: [\n")
    assert "templates/bad.yaml becomes broken YAML" in error.what
    assert space.releases.find("probe") is None


def test_a_key_that_the_schema_does_not_know_is_named(space: RealSpace) -> None:
    with pytest.raises(ChartInvalid, match="value replicas breaks the chart's schema"):
        space.install(replicas=2)
    assert space.releases.find("probe") is None


def test_an_object_of_others_is_not_taken_over(space: RealSpace) -> None:
    body = {"metadata": {"name": "taken"}, "data": {"mine": "yes"}}
    path = f"/api/v1/namespaces/{space.namespace}/configmaps"
    space.client.post(path, body)
    taken = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: taken}\n"
    error = _fails(space, NotOurs, taken=taken)
    assert "ConfigMap taken" in error.what
    assert space.client.get(f"{path}/taken")["data"] == {"mine": "yes"}


def test_an_upgrade_of_nothing_is_told(space: RealSpace) -> None:
    with pytest.raises(ReleaseMissing, match="no release probe"):
        space.releases.upgrade(space.request())


def test_several_kubeconfig_files(space: RealSpace) -> None:
    both = os.pathsep.join(("/nowhere/config", os.environ["KUBECONFIG"]))
    assert HelmReleases(both, "", space.namespace, ListReporter()).find("probe") is None


def test_a_cluster_that_is_away(tmp_path: Path) -> None:
    config = merge_kubeconfigs(os.environ["KUBECONFIG"])
    for entry in config["clusters"]:
        entry["cluster"]["server"] = "https://127.0.0.1:9"
    path = tmp_path / "config"
    path.write_text(yaml.safe_dump(config))
    with pytest.raises(ClusterUnreachable) as caught:
        HelmReleases(str(path), "", "default", ListReporter()).find("probe")
    assert "127.0.0.1:9" in caught.value.evidence


def test_a_missing_right_is_told(space: RealSpace, tmp_path: Path) -> None:
    releases = HelmReleases(str(_powerless(space, tmp_path)), "", space.namespace, ListReporter())
    with pytest.raises(Rejected) as caught:
        releases.find("probe")
    assert "secrets" in caught.value.evidence
    assert space.namespace in caught.value.what


def test_an_install_that_was_killed_is_removed(space: RealSpace) -> None:
    _kill_in_the_middle(space, "install")
    assert _healed(space) is None
    assert "removed" in space.reporter.of(Notice)[-1].text
    assert space.install(replicaCount=0).status == "deployed"


def test_an_upgrade_that_was_killed_goes_back(space: RealSpace) -> None:
    space.install(replicaCount=0)
    _kill_in_the_middle(space, "upgrade")
    healed = _healed(space)
    assert healed == (3, "deployed")
    assert "revision 2 of probe was cut off" in space.reporter.of(Notice)[-1].text
    assert space.releases.upgrade(space.request(replicaCount=0)).revision == 4


class _Hasty(SystemClock):
    """Who killed it need not wait to be sure."""

    def now(self) -> float:
        return super().now() * 100


def _healed(space: RealSpace) -> tuple[int, str] | None:
    found = space.releases.find("probe")
    assert found
    assert found.is_pending
    healed = heal_release(space.releases, found, _Hasty(), space.reporter)
    return (healed.revision, healed.status) if healed else None


def _kill_in_the_middle(space: RealSpace, action: str) -> None:
    chart = space.chart(hook=HOOK.format(image=program_image(space.client)))
    words = (os.environ["KUBECONFIG"], space.namespace, str(chart), action)
    process = subprocess.Popen((sys.executable, "-c", ACT, *words))
    path = f"/api/v1/namespaces/{space.namespace}/pods/probe-hook"
    wait_until(lambda: space.client.find(path) is not None, "the hook's pod")
    process.send_signal(signal.SIGKILL)
    process.wait()
    space.client.delete(path)


def _powerless(space: RealSpace, folder: Path) -> Path:
    """A kubeconfig of a service account that may do nothing."""
    accounts = f"/api/v1/namespaces/{space.namespace}/serviceaccounts"
    space.client.post(accounts, {"metadata": {"name": "nobody"}})
    answer = space.client.post(
        f"{accounts}/nobody/token", {"apiVersion": "authentication.k8s.io/v1", "spec": {}}
    )
    authority = Path(str(space.client.configuration.ssl_ca_cert)).read_bytes()
    cluster = {
        "server": space.client.server,
        "certificate-authority-data": base64.b64encode(authority).decode(),
    }
    path = folder / "powerless"
    document = {
        "current-context": "it",
        "clusters": [{"name": "it", "cluster": cluster}],
        "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
        "users": [{"name": "it", "user": {"token": answer["status"]["token"]}}],
    }
    path.write_text(yaml.safe_dump(document))
    path.chmod(0o600)
    return path
