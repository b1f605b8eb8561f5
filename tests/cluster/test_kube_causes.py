"""Each way not to get ready, provoked for real, has a named cause with its evidence."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from draftpy.diagnose import Cause, find_cause
from draftpy.errors import RolloutFailed
from draftpy.events import Warned
from draftpy.rollout import Rollout, read_words
from tests.support.real_cluster import wait_until
from tests.support.real_release import SERVER, RealSpace, real_space

pytestmark = pytest.mark.cluster

SMALL = {"requests": {"memory": "16Mi"}, "limits": {"memory": "32Mi"}}
HUNGRY = "kept = []\nwhile True:\n    kept.append(bytearray(10**7))"
CRASH = "print('about to fail')\nraise ValueError('no such thing')"
SIGNAL = "import os\nprint('aborting')\nos.abort()"
SLEEPER = "import time\nprint('I do not listen')\ntime.sleep(3600)"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A program and values that cannot get ready; what is said of it, quoting what."""

    what: str
    quotes: str
    code: str = SERVER
    values: dict[str, Any] = field(default_factory=dict)
    timeout_s: float = 60


FAULTS = {
    "no such command": Fault(
        what="command of container app is not in the image",
        quotes='exec: "no-such": executable file not found',
        values={"command": ["no-such"]},
    ),
    "not executable": Fault(
        what="command of container app may not be executed",
        quotes="permission denied",
        values={"command": ["/etc/passwd"]},
    ),
    "crash": Fault(
        what="exits at once with code 1", quotes="ValueError: no such thing", code=CRASH
    ),
    "ends": Fault(what="ended by itself (exit 0)", quotes="done", code="print('done')"),
    "signal": Fault(what="was ended by signal 6", quotes="aborting", code=SIGNAL),
    "memory": Fault(
        what="used more memory than its limit",
        quotes="",
        code=HUNGRY,
        values={"resources": SMALL},
    ),
    "secret": Fault(
        what="container app cannot be made",
        quotes='secret "db" not found',
        values={"envFrom": [{"secretRef": {"name": "db"}}]},
    ),
    "config map": Fault(
        what="container app cannot be made",
        quotes='configmap "settings" not found',
        values={"envFrom": [{"configMapRef": {"name": "settings"}}]},
    ),
    "image name": Fault(
        what="is no name of an image",
        quotes="invalid reference format",
        values={"image": {"repository": "app", "tag": "1:1", "digest": ""}},
    ),
    "registry away": Fault(
        what="image 127.0.0.1:9/app:1 cannot be pulled",
        quotes="connection refused",
        values={"image": {"repository": "127.0.0.1:9/app", "tag": "1", "digest": ""}},
    ),
    "port": Fault(
        what="does not answer its probe on port 8080",
        quotes="connect: connection refused",
        code=SLEEPER,
        timeout_s=8,
    ),
    "cpu": Fault(
        what="no node can take pod",
        quotes="Insufficient cpu",
        values={"resources": {"requests": {"cpu": "1000"}}},
        timeout_s=4,
    ),
    "node labels": Fault(
        what="no node can take pod",
        quotes="node affinity/selector",
        values={"nodeSelector": {"no": "such"}},
        timeout_s=4,
    ),
}


@pytest.fixture
def space(tmp_path: Path) -> Iterator[RealSpace]:
    with real_space(tmp_path) as space:
        yield space


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_named(space: RealSpace, fault: Fault) -> None:
    space.install(fault.code, **fault.values)
    with pytest.raises(RolloutFailed) as caught:
        space.wait(fault.timeout_s)
    error = caught.value
    assert fault.what in error.what
    assert fault.quotes in error.evidence
    assert error.remedy


def test_an_image_that_the_registry_lacks(space: RealSpace) -> None:
    image = space.request().values["image"]
    space.install(image={**image, "tag": "never-pushed"})
    with pytest.raises(RolloutFailed, match="never-pushed is not in its registry"):
        space.wait()


def test_pod_security_says_which_field(tmp_path: Path) -> None:
    with real_space(tmp_path, **{"pod-security.kubernetes.io/enforce": "restricted"}) as space:
        space.install(podSecurityContext={"runAsNonRoot": False, "runAsUser": 0})
        with pytest.raises(RolloutFailed, match="refuses the pods of Deployment probe") as caught:
            space.wait()
    assert "runAsNonRoot" in caught.value.evidence


def test_a_quota_says_how_much(space: RealSpace) -> None:
    quota = {"metadata": {"name": "small"}, "spec": {"hard": {"requests.memory": "1Mi"}}}
    space.client.post(f"/api/v1/namespaces/{space.namespace}/resourcequotas", quota)
    space.install()
    with pytest.raises(RolloutFailed, match="refuses the pods") as caught:
        space.wait()
    assert "exceeded quota: small" in caught.value.evidence


def test_the_cause_is_still_known_after_kubernetes_backed_off(space: RealSpace) -> None:
    space.install(command=["no-such"])

    def cause() -> Cause | None:
        state = space.cluster.read_release("probe")
        return find_cause(state, read_words(space.cluster, state))

    def is_backing_off() -> bool:
        pods = space.cluster.read_release("probe").pods
        return any(c.waiting_reason == "CrashLoopBackOff" for pod in pods for c in pod.containers)

    wait_until(is_backing_off, "CrashLoopBackOff")
    found = cause()
    assert found
    assert "is not in the image" in found.what
    assert "executable file not found" in found.evidence


def test_what_mends_itself_is_waited_for(space: RealSpace) -> None:
    """As an app that starts before its database: it ends once, then stays."""
    code = f"""\
import os
if not os.path.exists("/keep/ran"):
    open("/keep/ran", "w").close()
    raise SystemExit("the database is not there yet")
{SERVER}"""
    space.install(code, writableFolders=["/keep"])
    assert space.wait() == Rollout(ready=1, desired=1)


def test_the_pods_of_a_new_revision_count_not_those_before(space: RealSpace) -> None:
    space.install()
    space.wait()
    space.releases.upgrade(space.request(CRASH))
    with pytest.raises(RolloutFailed, match="exits at once with code 1"):
        space.wait()
    space.releases.rollback("probe", 1)
    assert space.wait() == Rollout(ready=1, desired=1)


def test_a_chart_that_labels_nothing_is_told_so(space: RealSpace) -> None:
    chart = space.chart(settings="apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n")
    for file in ("deployment", "service", "serviceaccount", "budget", "ingress", "autoscaler"):
        (chart / "templates" / f"{file}.yaml").unlink()
    space.releases.install(space.request(chart=chart))
    assert space.wait() == Rollout(ready=0, desired=0)
    assert space.reporter.of(Warned)
