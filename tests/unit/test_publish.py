from dataclasses import replace

import pytest

from draftpy.errors import PublishFailed
from draftpy.publish import (
    LocalRegistry,
    NodeFacts,
    PublishFacts,
    PublishKind,
    choose_target,
    parse_local_registry,
)

KIND = NodeFacts(name="dev-control-plane", provider_id="kind://docker/dev/dev-control-plane")
K3D = NodeFacts(name="k3d-my-app-server-0", provider_id="k3s://k3d-my-app-server-0")
MINIKUBE = NodeFacts(
    name="minikube", runtime="docker://27.0", labels=(("minikube.k8s.io/name", "minikube"),)
)
DESKTOP = NodeFacts(name="docker-desktop", runtime="docker://27.0")
CLOUD = NodeFacts(name="ip-10-0-0-1", provider_id="aws:///eu-1/i-1", runtime="containerd://2.0")
TOOLS = frozenset({"kind", "k3d", "minikube"})


def _facts(*nodes: NodeFacts) -> PublishFacts:
    return PublishFacts(
        environment="development",
        kube_context="dev",
        nodes=nodes,
        engine_name="laptop",
        tools=TOOLS,
    )


def test_the_environments_registry_goes_first() -> None:
    facts = replace(
        _facts(KIND),
        registry="registry.example.com/team",
        local_registry=LocalRegistry(host="localhost:5000", host_from_cluster="localhost:5000"),
    )
    target = choose_target(facts)
    assert (target.kind, target.push_registry) == (PublishKind.PUSH, "registry.example.com/team")
    assert target.reason == "registry.example.com/team, as environment development says"


def test_an_advertised_registry_has_one_name_for_us_and_one_for_the_nodes() -> None:
    local = LocalRegistry(host="localhost:5001", host_from_cluster="registry:5000")
    target = choose_target(replace(_facts(KIND), local_registry=local))
    assert (target.push_registry, target.pull_registry) == ("localhost:5001", "registry:5000")
    assert target.reason == "localhost:5001, as the cluster advertises"


@pytest.mark.parametrize(
    ("node", "tool", "cluster"),
    [(KIND, "kind", "dev"), (K3D, "k3d", "my-app"), (MINIKUBE, "minikube", "minikube")],
)
def test_a_cluster_is_loaded_by_the_tool_that_made_it(
    node: NodeFacts, tool: str, cluster: str
) -> None:
    target = choose_target(_facts(node))
    assert (target.kind, target.tool, target.cluster) == (PublishKind.LOAD, tool, cluster)
    assert target.reason == f"loaded by {tool} into cluster {cluster}"


def test_a_missing_load_tool_is_named() -> None:
    with pytest.raises(PublishFailed, match="kind is not on the PATH") as caught:
        choose_target(replace(_facts(KIND), tools=frozenset()))
    assert "registry:" in caught.value.remedy


@pytest.mark.parametrize("node", [DESKTOP, MINIKUBE])
def test_a_node_that_uses_the_engine_itself_needs_nothing(node: NodeFacts) -> None:
    target = choose_target(replace(_facts(node), engine_name=node.name))
    assert target.kind is PublishKind.SHARED
    assert node.name in target.reason


def test_a_node_of_that_name_with_another_runtime_shares_nothing() -> None:
    node = replace(DESKTOP, runtime="containerd://2.0")
    with pytest.raises(PublishFailed):
        choose_target(replace(_facts(node), engine_name=node.name))


def test_one_sharing_node_of_two_is_not_enough() -> None:
    with pytest.raises(PublishFailed):
        choose_target(replace(_facts(DESKTOP, CLOUD), engine_name=DESKTOP.name))


def test_a_name_that_looks_like_kind_is_no_kind_cluster() -> None:
    node = replace(CLOUD, name="kind-control-plane")
    with pytest.raises(PublishFailed):
        choose_target(replace(_facts(node), kube_context="kind-prod"))


def test_plain_k3s_is_not_k3d() -> None:
    with pytest.raises(PublishFailed):
        choose_target(_facts(NodeFacts(name="pi", provider_id="k3s://pi")))


def test_a_name_that_looks_like_k3d_is_no_k3d_cluster() -> None:
    with pytest.raises(PublishFailed):
        choose_target(_facts(replace(CLOUD, name="k3d-prod-server-0")))


def test_no_way_shows_the_lines_for_draft_yaml() -> None:
    with pytest.raises(
        PublishFailed, match="no way is known to get images to kube context dev"
    ) as caught:
        choose_target(replace(_facts(CLOUD), environment="staging"))
    assert "environments:\n  staging:\n    registry: " in caught.value.remedy


def test_the_nodes_name_for_the_registry_is_the_container_runtimes() -> None:
    text = (
        'host: "localhost:5001"\nhostFromContainerRuntime: "registry:5000"\n'
        'hostFromClusterNetwork: "registry.kube-system:80"\nhelp: "https://kind.sigs.k8s.io"\n'
    )
    assert parse_local_registry(text) == LocalRegistry(
        host="localhost:5001", host_from_cluster="registry:5000"
    )


def test_the_host_is_enough() -> None:
    assert parse_local_registry("host: localhost:5000") == LocalRegistry(
        host="localhost:5000", host_from_cluster="localhost:5000"
    )


@pytest.mark.parametrize("text", ["", "[]", "help: x", "host: [1]", "host: {", "host: ''"])
def test_what_advertises_nothing(text: str) -> None:
    assert parse_local_registry(text) is None


def test_who_may_not_look_is_told_so() -> None:
    with pytest.raises(PublishFailed) as caught:
        choose_target(replace(_facts(), unseen=("its nodes",)))
    assert caught.value.evidence == "you may not look at its nodes"
