"""Making, judging and removing namespaces, and what a release left in one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from draftpy.adapters.kube import namespaces as module
from draftpy.adapters.kube.namespaces import KubeNamespaces
from draftpy.errors import Rejected, ReleaseFailed
from draftpy.labels import LABEL_MANAGED_BY
from tests.support.api_stub import Answer, ApiStub, api_stub, stub_client
from tests.support.clock import ManualClock
from tests.support.kube_objects import Json, list_json

ALL = "/api/v1/namespaces"
ONE = f"{ALL}/hello"
GOING = {"deletionTimestamp": "2026-01-01T00:00:00Z"}


@pytest.fixture
def stub() -> Iterator[ApiStub]:
    with api_stub() as running:
        yield running


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def namespaces(stub: ApiStub, tmp_path: Path, clock: ManualClock) -> KubeNamespaces:
    return KubeNamespaces(stub_client(stub, tmp_path), clock)


def namespace(**metadata: object) -> Answer:
    return Answer(body={"metadata": {"name": "hello", **metadata}})


def items(*names: str, **metadata: object) -> Answer:
    found: list[Json] = [{"metadata": {"name": name, **metadata}} for name in names]
    return Answer(body=list_json(*found))


def methods(stub: ApiStub) -> list[str]:
    return [asked.method for asked in stub.asked]


def test_a_missing_one_is_made_and_labelled(stub: ApiStub, namespaces: KubeNamespaces) -> None:
    stub.answer("POST", ALL, Answer(201))
    assert namespaces.ensure("hello") is True
    assert stub.asked[-1].body["metadata"] == {
        "name": "hello",
        "labels": {LABEL_MANAGED_BY: "draftpy"},
    }


def test_one_that_is_there_is_left_as_it_is(stub: ApiStub, namespaces: KubeNamespaces) -> None:
    stub.answer("GET", ONE, namespace())
    assert namespaces.ensure("hello") is False
    assert methods(stub) == ["GET"]


def test_one_that_another_made_meanwhile_is_taken(
    stub: ApiStub, namespaces: KubeNamespaces
) -> None:
    stub.answer("POST", ALL, Answer(409))
    assert namespaces.ensure("hello") is False


def test_who_may_not_look_at_it_may_work_in_it(stub: ApiStub, namespaces: KubeNamespaces) -> None:
    stub.answer("GET", ONE, Answer(403))
    assert namespaces.ensure("hello") is False


def test_who_may_not_make_one_is_told(stub: ApiStub, namespaces: KubeNamespaces) -> None:
    stub.answer("POST", ALL, Answer(403, {"message": "cannot create namespaces"}))
    with pytest.raises(Rejected) as caught:
        namespaces.ensure("hello")
    assert caught.value.evidence == "cannot create namespaces"


def test_one_that_is_ending_is_waited_for(stub: ApiStub, namespaces: KubeNamespaces) -> None:
    stub.answer("GET", ONE, namespace(**GOING), namespace(**GOING), Answer(404))
    stub.answer("POST", ALL, Answer(201))
    assert namespaces.ensure("hello") is True
    assert methods(stub) == ["GET", "GET", "GET", "POST"]


def test_one_that_does_not_end_is_told(
    stub: ApiStub, namespaces: KubeNamespaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOOK_S", 20.0)
    stub.answer("GET", ONE, namespace(**GOING))
    with pytest.raises(ReleaseFailed, match="has been ending for 60 s"):
        namespaces.ensure("hello")
    assert len(stub.asked) == 4


@pytest.mark.parametrize(
    ("answer", "ours"),
    [
        (namespace(labels={LABEL_MANAGED_BY: "draftpy"}), True),
        (namespace(labels={LABEL_MANAGED_BY: "someone"}), False),
        (namespace(), False),
        (Answer(404), False),
        (Answer(403), False),
    ],
)
def test_only_what_draftpy_labelled_is_ours(
    stub: ApiStub, namespaces: KubeNamespaces, answer: Answer, *, ours: bool
) -> None:
    stub.answer("GET", ONE, answer)
    assert namespaces.is_ours("hello") is ours


def test_what_kubernetes_puts_everywhere_leaves_it_empty(
    stub: ApiStub, namespaces: KubeNamespaces
) -> None:
    stub.answer("GET", f"{ONE}/configmaps", items("kube-root-ca.crt"))
    stub.answer("GET", f"{ONE}/serviceaccounts", items("default"))
    stub.answer("GET", f"{ONE}/pods", items("going", **GOING))
    assert namespaces.is_empty("hello")


@pytest.mark.parametrize(
    "path",
    [
        f"{ONE}/secrets",
        f"{ONE}/persistentvolumeclaims",
        "/apis/apps/v1/namespaces/hello/deployments",
        "/apis/batch/v1/namespaces/hello/cronjobs",
        "/apis/networking.k8s.io/v1/namespaces/hello/ingresses",
    ],
)
@pytest.mark.parametrize("answer", [items("precious"), Answer(403)], ids=["seen", "unseen"])
def test_one_with_something_in_it_or_unseen_is_not_empty(
    stub: ApiStub, namespaces: KubeNamespaces, path: str, answer: Answer
) -> None:
    stub.answer("GET", path, answer)
    assert not namespaces.is_empty("hello")


def test_what_a_release_left_is_named(stub: ApiStub, namespaces: KubeNamespaces) -> None:
    stub.answer("GET", f"{ONE}/pods", items("hello-1"))
    stub.answer("GET", f"{ONE}/secrets", Answer(403))
    stub.answer("GET", "/apis/apps/v1/namespaces/hello/deployments", items("hello"))
    assert namespaces.leftovers("hello", "hello") == ("pods/hello-1", "deployments/hello")
    queries = {str(asked.query) for asked in stub.asked}
    assert queries == {"{'labelSelector': 'app.kubernetes.io/instance=hello'}"}


def test_removing_one_twice_is_no_error(stub: ApiStub, namespaces: KubeNamespaces) -> None:
    stub.answer("DELETE", ONE, Answer(), Answer(404))
    assert [namespaces.delete("hello"), namespaces.delete("hello")] == [True, False]
