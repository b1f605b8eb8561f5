"""Namespaces that draftpy makes and removes, and what a release leaves in them."""

from collections.abc import Iterator
from typing import Any

from draftpy.adapters.kube.client import ApiError, KubeClient
from draftpy.adapters.kube.watching import selector_of
from draftpy.errors import Rejected
from draftpy.labels import LABEL_MANAGED_BY, MANAGED_BY

_CONFLICT = 409
# What is looked at before a namespace counts as empty, and for what a release left behind.
_KINDS = {
    "/api/v1": ("pods", "services", "configmaps", "secrets", "persistentvolumeclaims"),
    "/apis/apps/v1": ("deployments", "statefulsets", "daemonsets", "replicasets"),
    "/apis/batch/v1": ("jobs", "cronjobs"),
}
# What Kubernetes itself puts into every namespace.
_ALWAYS_THERE = frozenset({"kube-root-ca.crt"})


class KubeNamespaces:
    """The namespaces of one cluster."""

    def __init__(self, client: KubeClient) -> None:
        self._client = client

    def ensure(self, name: str) -> bool:
        """Make it if it is missing, labelled as ours; True if made; raises Rejected."""
        try:
            if self._client.find(f"/api/v1/namespaces/{name}") is not None:
                return False
        except Rejected:
            # Who may not look at a namespace may still work in it.
            return False
        body = {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": name, "labels": {LABEL_MANAGED_BY: MANAGED_BY}},
        }
        try:
            self._client.post("/api/v1/namespaces", body)
        except ApiError as error:
            if error.status == _CONFLICT:
                return False
            raise
        return True

    def is_ours(self, name: str) -> bool:
        """Whether draftpy made it."""
        namespace = self._client.find(f"/api/v1/namespaces/{name}") or {}
        labels: dict[str, str] = namespace.get("metadata", {}).get("labels", {})
        return labels.get(LABEL_MANAGED_BY) == MANAGED_BY

    def is_empty(self, name: str) -> bool:
        """Whether nothing but what Kubernetes puts there itself is in it."""
        return not any(
            item["metadata"]["name"] not in _ALWAYS_THERE and not _is_going(item)
            for item in self._objects(name, {})
        )

    def delete(self, name: str) -> bool:
        """Remove it; False if it was not there."""
        return self._client.delete(f"/api/v1/namespaces/{name}")

    def leftovers(self, name: str, release: str) -> tuple[str, ...]:
        """`kind/name` of every object labelled with the release."""
        query = {"labelSelector": selector_of(release)}
        return tuple(
            f"{item['kind']}/{item['metadata']['name']}" for item in self._objects(name, query)
        )

    def _objects(self, namespace: str, query: dict[str, str]) -> Iterator[dict[str, Any]]:
        for group, kinds in _KINDS.items():
            for kind in kinds:
                path = f"{group}/namespaces/{namespace}/{kind}"
                answer = self._client.find(path, **query) or {}
                for item in answer.get("items", ()):
                    yield {"kind": kind, **item}


def _is_going(item: dict[str, Any]) -> bool:
    return "deletionTimestamp" in item["metadata"]
