"""What a cluster is, as far as this user may see it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from draftpy.adapters.kube.client import KubeClient
from draftpy.adapters.kube.facts import NEEDED_RIGHTS, find_missing_rights, read_facts
from draftpy.errors import ClusterUnreachable
from tests.support.api_stub import Answer, ApiStub, api_stub, stub_client
from tests.support.kube_objects import list_json

REGISTRY = "/api/v1/namespaces/kube-public/configmaps/local-registry-hosting"
REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
NODE = {
    "metadata": {"name": "kind-1", "labels": {"b": "2", "a": "1"}},
    "spec": {"providerID": "kind://docker/kind/kind-1"},
    "status": {"nodeInfo": {"containerRuntimeVersion": "containerd://2.1"}},
}


@pytest.fixture
def stub() -> Iterator[ApiStub]:
    with api_stub() as running:
        running.answer("GET", "/version", Answer(body={"gitVersion": "v1.34.1"}))
        yield running


@pytest.fixture
def client(stub: ApiStub, tmp_path: Path) -> KubeClient:
    return stub_client(stub, tmp_path)


def test_all_that_is_there_is_read(stub: ApiStub, client: KubeClient) -> None:
    stub.answer("GET", "/api/v1/nodes", Answer(body=list_json(NODE)))
    hosting = 'host: "localhost:5000"\nhostFromClusterNetwork: "registry:5000"\n'
    stub.answer("GET", REGISTRY, Answer(body={"data": {"localRegistryHosting.v1": hosting}}))
    facts = read_facts(client)
    assert (facts.server, facts.version, facts.unseen) == (stub.url, "v1.34.1", ())
    (node,) = facts.nodes
    assert (node.name, node.provider_id) == ("kind-1", "kind://docker/kind/kind-1")
    assert (node.runtime, node.labels) == ("containerd://2.1", (("a", "1"), ("b", "2")))
    assert facts.local_registry is not None
    assert facts.local_registry.host == "localhost:5000"


def test_what_is_not_there_is_empty(client: KubeClient) -> None:
    facts = read_facts(client)
    assert (facts.nodes, facts.local_registry, facts.unseen) == ((), None, ())


def test_what_may_not_be_seen_is_named(stub: ApiStub, client: KubeClient) -> None:
    stub.answer("GET", "/api/v1/nodes", Answer(403))
    stub.answer("GET", REGISTRY, Answer(403))
    assert read_facts(client).unseen == ("its registry's ConfigMap in kube-public", "its nodes")


def test_a_cluster_that_is_away_is_told(stub: ApiStub, client: KubeClient) -> None:
    stub.close()
    with pytest.raises(ClusterUnreachable):
        read_facts(client)


def test_a_right_that_is_missing_is_named(stub: ApiStub, client: KubeClient) -> None:
    yes, no = (Answer(body={"status": {"allowed": allowed}}) for allowed in (True, False))
    stub.answer("POST", REVIEWS, no, yes)
    assert find_missing_rights(client, "hello") == ("create deployments",)
    asked = [a.body["spec"]["resourceAttributes"] for a in stub.asked]
    assert len(asked) == len(NEEDED_RIGHTS)
    assert {a["namespace"] for a in asked} == {"hello"}
    assert {"verb": "get", "resource": "pods", "subresource": "log"}.items() <= asked[8].items()
