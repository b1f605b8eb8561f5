"""Publisher: BuiltImage → PublishedImage, visible to the cluster by push, load or nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import yaml

from draftpy.build import BuiltImage
from draftpy.errors import PublishFailed
from draftpy.events import Reporter
from draftpy.refs import ImageRef

_MINIKUBE_LABEL = "minikube.k8s.io/name"
_K3D_NODE = re.compile(r"k3d-(?P<cluster>.+)-(server|agent)-\d+")
_DOCKER_RUNTIME = "docker://"


class PublishKind(StrEnum):
    """How an image becomes visible to the nodes."""

    PUSH = "push"
    LOAD = "load"
    SHARED = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRegistry:
    """A registry that the cluster advertises (KEP-1755): its host for us and for the nodes."""

    host: str
    host_from_cluster: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFacts:
    """What a node says of itself: `runtime` is its containerRuntimeVersion."""

    name: str
    provider_id: str = ""
    runtime: str = ""
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishFacts:
    """What decides where images go; `registry` is the environment's own, "" if it names none.

    `engine_name` is the name of the machine the engine runs on, as the engine tells it; `unseen`
    is what the cluster does not let this user look at.
    """

    environment: str
    kube_context: str
    registry: str = ""
    local_registry: LocalRegistry | None = None
    nodes: tuple[NodeFacts, ...] = ()
    engine_name: str = ""
    tools: frozenset[str] = frozenset()
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishTarget:
    """Where images go, and why; `tool` and `cluster` are set for LOAD (kind, k3d, minikube)."""

    kind: PublishKind
    reason: str
    push_registry: str = ""
    pull_registry: str = ""
    tool: str = ""
    cluster: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedImage:
    """The image as the cluster names it; `ref` carries the digest where there is one."""

    ref: ImageRef
    target: PublishTarget


class Publisher(Protocol):
    """Something that makes a built image visible to the cluster."""

    def publish(
        self, built: BuiltImage, target: PublishTarget, reporter: Reporter
    ) -> PublishedImage:
        """Push, load or do nothing; raises PublishFailed, EngineUnreachable."""
        ...


# The tools that load images into nodes, the way to find their cluster, in the order of trying.
ClusterFinder = Callable[[NodeFacts], str]


def choose_target(facts: PublishFacts) -> PublishTarget:
    """Where images go, decided on facts; raises PublishFailed with the lines that settle it."""
    target = (
        _own_registry(facts) or _advertised_registry(facts) or _shared_engine(facts) or _load(facts)
    )
    if target is None:
        raise _no_way(facts)
    return target


def parse_local_registry(yaml_text: str) -> LocalRegistry | None:
    """The `localRegistryHosting.v1` value of KEP-1755; None if it names no host."""
    try:
        parsed = yaml.safe_load(yaml_text)
    except yaml.YAMLError:
        return None
    if not isinstance(parsed, dict):
        return None
    host = _text(parsed.get("host"))
    if not host:
        return None
    # Nodes pull by their runtime; `hostFromClusterNetwork` is for pods that push.
    from_cluster = _text(parsed.get("hostFromContainerRuntime")) or host
    return LocalRegistry(host=host, host_from_cluster=from_cluster)


def _own_registry(facts: PublishFacts) -> PublishTarget | None:
    if not facts.registry:
        return None
    return PublishTarget(
        kind=PublishKind.PUSH,
        reason=f"{facts.registry}, as environment {facts.environment} says",
        push_registry=facts.registry,
        pull_registry=facts.registry,
    )


def _advertised_registry(facts: PublishFacts) -> PublishTarget | None:
    local = facts.local_registry
    if local is None:
        return None
    return PublishTarget(
        kind=PublishKind.PUSH,
        reason=f"{local.host}, as the cluster advertises",
        push_registry=local.host,
        pull_registry=local.host_from_cluster,
    )


def _shared_engine(facts: PublishFacts) -> PublishTarget | None:
    """The one node runs its containers in the very engine that builds."""
    if len(facts.nodes) != 1 or not facts.engine_name:
        return None
    node = facts.nodes[0]
    if not node.runtime.startswith(_DOCKER_RUNTIME) or node.name != facts.engine_name:
        return None
    reason = f"nothing to do: node {node.name} uses the engine that built it"
    return PublishTarget(kind=PublishKind.SHARED, reason=reason)


def _load(facts: PublishFacts) -> PublishTarget | None:
    found = _find_loader(facts.nodes)
    if found is None:
        return None
    tool, cluster = found
    if tool not in facts.tools:
        raise PublishFailed(
            f"kube context {facts.kube_context} is a {tool} cluster, and {tool} is not on the PATH",
            evidence=f"node {facts.nodes[0].name} belongs to {tool} cluster {cluster}",
            remedy=f"install {tool}, or give the environment a registry:\n"
            + _registry_lines(facts.environment),
        )
    return PublishTarget(
        kind=PublishKind.LOAD,
        reason=f"loaded by {tool} into cluster {cluster}",
        tool=tool,
        cluster=cluster,
    )


def _find_loader(nodes: tuple[NodeFacts, ...]) -> tuple[str, str] | None:
    """(tool, cluster) if all nodes are of one cluster that one tool made."""
    finders: tuple[tuple[str, ClusterFinder], ...] = (
        ("kind", _kind_cluster),
        ("k3d", _k3d_cluster),
        ("minikube", _minikube_profile),
    )
    for tool, find in finders:
        clusters = {find(node) for node in nodes}
        if len(clusters) == 1 and (cluster := clusters.pop()):
            return tool, cluster
    return None


def _kind_cluster(node: NodeFacts) -> str:
    """kind://<provider>/<cluster>/<node>."""
    scheme, _, rest = node.provider_id.partition("://")
    parts = rest.split("/")
    return parts[1] if scheme == "kind" and len(parts) == 3 else ""


def _k3d_cluster(node: NodeFacts) -> str:
    found = _K3D_NODE.fullmatch(node.name)
    return found["cluster"] if found and node.provider_id.startswith("k3s://") else ""


def _minikube_profile(node: NodeFacts) -> str:
    return dict(node.labels).get(_MINIKUBE_LABEL, "")


def _no_way(facts: PublishFacts) -> PublishFailed:
    names = ", ".join(node.name for node in facts.nodes[:3]) or "none seen"
    evidence = (
        f"you may not look at {' and '.join(facts.unseen)}"
        if facts.unseen
        else "it advertises no registry, and is no kind, k3d or minikube cluster and shares"
        f" no engine (nodes: {names})"
    )
    return PublishFailed(
        f"no way is known to get images to kube context {facts.kube_context}",
        evidence=evidence,
        remedy=f"put a registry that you and the cluster reach into draft.yaml:\n"
        f"{_registry_lines(facts.environment)}",
    )


def _registry_lines(environment: str) -> str:
    return f"environments:\n  {environment}:\n    registry: registry.example.com/team"


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
