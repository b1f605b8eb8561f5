"""Namespaces that draftpy makes and removes, and what a release leaves in them."""

from collections.abc import Iterator
from typing import Any

from draftpy.adapters.kube.client import ApiError, KubeClient
from draftpy.adapters.kube.watching import selector_of
from draftpy.clock import Clock, Deadline
from draftpy.errors import Rejected, ReleaseFailed
from draftpy.labels import LABEL_MANAGED_BY, MANAGED_BY

_CONFLICT = 409
# A namespace goes when all that is in it has gone: pods get their grace period.
_ENDING_S = 60.0
_LOOK_S = 0.1
# What is looked at before a namespace counts as empty, and for what a release left behind.
_KINDS = {
    "/api/v1": (
        "pods",
        "services",
        "configmaps",
        "secrets",
        "serviceaccounts",
        "persistentvolumeclaims",
    ),
    "/apis/apps/v1": ("deployments", "statefulsets", "daemonsets", "replicasets"),
    "/apis/batch/v1": ("jobs", "cronjobs"),
    "/apis/autoscaling/v2": ("horizontalpodautoscalers",),
    "/apis/networking.k8s.io/v1": ("ingresses", "networkpolicies"),
    "/apis/policy/v1": ("poddisruptionbudgets",),
    "/apis/rbac.authorization.k8s.io/v1": ("roles", "rolebindings"),
}
# What Kubernetes itself puts into every namespace.
_ALWAYS_THERE = frozenset({("configmaps", "kube-root-ca.crt"), ("serviceaccounts", "default")})


class KubeNamespaces:
    """The namespaces of one cluster."""

    def __init__(self, client: KubeClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock

    def ensure(self, name: str) -> bool:
        """Make it if it is missing, labelled as ours; True if made.

        One that is being deleted is waited for. Raises Rejected, ReleaseFailed.
        """
        if self._is_there(name):
            return False
        labels = {LABEL_MANAGED_BY: MANAGED_BY}
        metadata = {"name": name, "labels": labels}
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
        try:
            self._client.post("/api/v1/namespaces", body)
        except ApiError as error:
            if error.status == _CONFLICT:
                return False
            raise
        return True

    def _is_there(self, name: str) -> bool:
        """Whether it can be worked in; who may not look at it may still work in it."""
        deadline = Deadline.after(self._clock, _ENDING_S)
        try:
            while (found := self._client.find(f"/api/v1/namespaces/{name}")) is not None:
                if not _is_going(found):
                    return True
                if deadline.has_passed():
                    raise ReleaseFailed(
                        f"namespace {name} has been ending for {_ENDING_S:.0f} s",
                        remedy=f"see what holds it: kubectl get namespace {name} -o yaml",
                    )
                self._clock.sleep(_LOOK_S)
        except Rejected:
            return True
        return False

    def is_ours(self, name: str) -> bool:
        """Whether draftpy made it; who may not look at it may not remove it either."""
        try:
            namespace = self._client.find(f"/api/v1/namespaces/{name}") or {}
        except Rejected:
            return False
        labels: dict[str, str] = namespace.get("metadata", {}).get("labels", {})
        return labels.get(LABEL_MANAGED_BY) == MANAGED_BY

    def is_empty(self, name: str) -> bool:
        """Whether nothing but what Kubernetes puts there itself is in it, as far as can be seen."""
        try:
            return not any(
                (item["kind"], item["metadata"]["name"]) not in _ALWAYS_THERE
                and not _is_going(item)
                for path, kind in _paths(name)
                for item in self._list(path, kind, {})
            )
        except Rejected:
            return False

    def delete(self, name: str) -> bool:
        """Remove it; False if it was not there."""
        return self._client.delete(f"/api/v1/namespaces/{name}")

    def leftovers(self, name: str, release: str) -> tuple[str, ...]:
        """`kind/name` of every object labelled with the release."""
        query = {"labelSelector": selector_of(release)}
        return tuple(
            f"{item['kind']}/{item['metadata']['name']}"
            for path, kind in _paths(name)
            for item in self._list_seen(path, kind, query)
        )

    def _list_seen(self, path: str, kind: str, query: dict[str, str]) -> Iterator[dict[str, Any]]:
        """What may not be seen is nothing: no release of this user can have made it."""
        try:
            yield from self._list(path, kind, query)
        except Rejected:
            return

    def _list(self, path: str, kind: str, query: dict[str, str]) -> Iterator[dict[str, Any]]:
        answer = self._client.find(path, **query) or {}
        for item in answer.get("items", ()):
            yield {"kind": kind, **item}


def _paths(namespace: str) -> Iterator[tuple[str, str]]:
    """Where the kinds are listed that are looked at, and what they are called."""
    for group, kinds in _KINDS.items():
        for kind in kinds:
            yield f"{group}/namespaces/{namespace}/{kind}", kind


def _is_going(item: dict[str, Any]) -> bool:
    return "deletionTimestamp" in item["metadata"]
