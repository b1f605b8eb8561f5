"""What a cluster is: version, nodes, the registry it advertises, what we may do there."""

from dataclasses import dataclass
from typing import Any

from draftpy.adapters.kube.client import ApiError, KubeClient
from draftpy.errors import Rejected
from draftpy.publish import LocalRegistry, NodeFacts, parse_local_registry

# What `up` does in its namespace, for doctor to check: (verb, group, resource).
NEEDED_RIGHTS = (
    ("create", "apps", "deployments"),
    ("patch", "apps", "deployments"),
    ("create", "", "services"),
    ("create", "", "serviceaccounts"),
    ("create", "", "secrets"),
    ("create", "", "configmaps"),
    ("list", "", "pods"),
    ("watch", "", "pods"),
    ("get", "", "pods/log"),
    ("create", "", "pods/portforward"),
    ("list", "", "events"),
)

_ADVERTISED = "/api/v1/namespaces/kube-public/configmaps/local-registry-hosting"
_NODES = "/api/v1/nodes"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterFacts:
    """Facts of one cluster; what may not be read is left empty and named in `unseen`."""

    server: str
    version: str
    nodes: tuple[NodeFacts, ...] = ()
    local_registry: LocalRegistry | None = None
    unseen: tuple[str, ...] = ()


def read_facts(client: KubeClient) -> ClusterFacts:
    """Ask the cluster; raises ClusterUnreachable."""
    version = client.get("/version")
    registry = _find(client, _ADVERTISED)
    nodes = _find(client, _NODES)
    hosting = (registry or {}).get("data", {}).get("localRegistryHosting.v1", "")
    found = {"its registry's ConfigMap in kube-public": registry, "its nodes": nodes}
    return ClusterFacts(
        server=client.server,
        version=str(version.get("gitVersion", "")),
        nodes=tuple(_node(item) for item in (nodes or {}).get("items", ())),
        local_registry=parse_local_registry(hosting) if hosting else None,
        unseen=tuple(name for name, answer in found.items() if answer is None),
    )


def find_missing_rights(client: KubeClient, namespace: str) -> tuple[str, ...]:
    """The rights that `up` needs and that this user lacks, as `verb resource`."""
    return tuple(
        f"{verb} {resource}"
        for verb, group, resource in NEEDED_RIGHTS
        if not _may(client, namespace, (verb, group, resource))
    )


def _may(client: KubeClient, namespace: str, right: tuple[str, str, str]) -> bool:
    verb, group, resource = right
    resource, _, sub = resource.partition("/")
    attributes = {
        "namespace": namespace,
        "verb": verb,
        "group": group,
        "resource": resource,
        "subresource": sub,
    }
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    answer = client.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
    return bool(answer.get("status", {}).get("allowed"))


def _find(client: KubeClient, path: str) -> dict[str, Any] | None:
    """What is there, {} if nothing is; None for who may not look."""
    try:
        return client.find(path) or {}
    except Rejected:
        return None
    except ApiError:
        return {}


def _node(node: dict[str, Any]) -> NodeFacts:
    metadata, status = node.get("metadata", {}), node.get("status", {})
    return NodeFacts(
        name=metadata.get("name", ""),
        provider_id=node.get("spec", {}).get("providerID", ""),
        runtime=status.get("nodeInfo", {}).get("containerRuntimeVersion", ""),
        labels=tuple(sorted(metadata.get("labels", {}).items())),
    )
