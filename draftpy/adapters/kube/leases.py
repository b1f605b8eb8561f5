"""Who runs `draftpy up` on a release: a Lease beside it."""

from datetime import UTC, datetime

from draftpy.adapters.kube.client import ApiError, KubeClient
from draftpy.errors import Rejected
from draftpy.holding import HOLD_S, Hold, Holder, Taken
from draftpy.labels import LABEL_MANAGED_BY, MANAGED_BY

_NOT_FOUND, _CONFLICT = 404, 409


class KubeHolds:
    """See `holding.Holds`; for one namespace."""

    def __init__(self, client: KubeClient, namespace: str) -> None:
        self._client = client
        self._path = f"/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases"

    def find(self, release: str) -> Hold | None:
        """The present hold."""
        try:
            found = self._client.find(f"{self._path}/{_name(release)}")
        except Rejected:
            return None
        if found is None:
            return None
        spec = found.get("spec") or {}
        return Hold(
            identity=str(spec.get("holderIdentity", "")),
            renewed_at=_parse_time(str(spec.get("renewTime", ""))),
            version=str(found["metadata"].get("resourceVersion", "")),
        )

    def take(self, release: str, holder: Holder, over: Hold | None) -> Taken:
        """Take or renew it."""
        body = _lease(release, holder, over)
        try:
            if over is None:
                self._client.post(self._path, body)
            else:
                self._client.put(f"{self._path}/{_name(release)}", body)
        except Rejected:
            return Taken.IMPOSSIBLE
        except ApiError as error:
            if error.status == _CONFLICT or (error.status == _NOT_FOUND and over):
                return Taken.LOST
            if error.status == _NOT_FOUND:
                return Taken.IMPOSSIBLE
            raise
        return Taken.TAKEN

    def drop(self, release: str) -> bool:
        """Remove it; False if there was none, or if it may not be removed."""
        try:
            return self._client.delete(f"{self._path}/{_name(release)}")
        except Rejected:
            return False


def _lease(release: str, holder: Holder, over: Hold | None) -> dict[str, object]:
    labels = {LABEL_MANAGED_BY: MANAGED_BY, "app.kubernetes.io/instance": release}
    metadata: dict[str, object] = {"name": _name(release), "labels": labels}
    if over is not None:
        metadata["resourceVersion"] = over.version
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": metadata,
        "spec": {
            "holderIdentity": holder.identity,
            "leaseDurationSeconds": HOLD_S,
            "renewTime": now,
        },
    }


def _parse_time(text: str) -> datetime:
    """A time of the API; long ago if it is none."""
    try:
        parsed = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _name(release: str) -> str:
    return f"{release}-draftpy-up"
