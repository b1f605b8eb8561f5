"""The output of a release's last build, in a ConfigMap beside it."""

from draftpy.adapters.kube.client import ApiError, KubeClient
from draftpy.errors import Rejected
from draftpy.labels import LABEL_MANAGED_BY, MANAGED_BY

_KEY = "build.log"
_NOT_FOUND, _CONFLICT = 404, 409


class KubeBuildLogs:
    """See `pipelines.deploy.BuildLogs`; for one namespace."""

    def __init__(self, client: KubeClient, namespace: str) -> None:
        self._client = client
        self._path = f"/api/v1/namespaces/{namespace}/configmaps"

    def save(self, release: str, text: str) -> bool:
        """Keep it; False if the namespace is not there yet, is ending, or forbids it."""
        name = _name(release)
        labels = {LABEL_MANAGED_BY: MANAGED_BY, "app.kubernetes.io/instance": release}
        body: dict[str, object] = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "labels": labels},
            "data": {_KEY: text},
        }
        try:
            return self._replace(name, body) or self._create(body) or self._replace(name, body)
        except Rejected:
            return False

    def find(self, release: str) -> str | None:
        """The output of the last build, if one is kept."""
        found = self._client.find(f"{self._path}/{_name(release)}")
        return None if found is None else str(found.get("data", {}).get(_KEY, ""))

    def delete(self, release: str) -> bool:
        """Forget it; False if there was none."""
        return self._client.delete(f"{self._path}/{_name(release)}")

    def _replace(self, name: str, body: dict[str, object]) -> bool:
        """False if there is none yet."""
        try:
            self._client.put(f"{self._path}/{name}", body)
        except ApiError as error:
            if error.status == _NOT_FOUND:
                return False
            raise
        return True

    def _create(self, body: dict[str, object]) -> bool:
        """False if there is no namespace, or if another was quicker."""
        try:
            self._client.post(self._path, body)
        except ApiError as error:
            if error.status in (_NOT_FOUND, _CONFLICT):
                return False
            raise
        return True


def _name(release: str) -> str:
    return f"{release}-draftpy-build"
