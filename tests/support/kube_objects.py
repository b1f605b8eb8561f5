"""Kubernetes objects as the API gives them, in one line."""

from typing import Any

Json = dict[str, Any]


def pod_json(name: str, *, uid: str = "", version: str = "1", **metadata: Any) -> Json:
    """A pod that runs and is ready."""
    return {
        "metadata": {
            "name": name,
            "uid": uid or f"uid-{name}",
            "resourceVersion": version,
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "labels": {"app.kubernetes.io/instance": "hello"},
            **metadata,
        },
        "spec": {"containers": [{"name": "app", "image": "hello:1"}]},
        "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
    }


def list_json(*items: Json, version: str = "1") -> Json:
    """A list of objects."""
    return {"metadata": {"resourceVersion": version}, "items": list(items)}


def change_json(kind: str, item: Json) -> Json:
    """An event of a watch: ADDED, MODIFIED, DELETED, BOOKMARK, ERROR."""
    return {"type": kind, "object": item}
