"""Releases: install, upgrade, rollback, history and uninstall of Helm releases."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml

from draftpy.charts import ReleaseOrder, release_labels, release_values
from draftpy.errors import ChartInvalid
from draftpy.labels import LABEL_MANAGED_BY, MANAGED_BY
from draftpy.refs import ImageRef

# The C loader is ten times faster, where PyYAML was built with it. All scalars stay strings: what
# Kubernetes takes for a string, such as an impossible date, must not fail here.
_LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)

# Helm's statuses of an action under way.
_PENDING = ("pending-install", "pending-upgrade", "pending-rollback")


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectRef:
    """One Kubernetes object of a release."""

    api_version: str
    kind: str
    name: str
    namespace: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One revision of a Helm release; `updated` is RFC 3339, `labels` are the release's own."""

    name: str
    namespace: str
    revision: int
    status: str
    chart: str
    updated: str
    description: str
    labels: Mapping[str, str]
    values: Mapping[str, Any]
    manifest: str = ""
    notes: str = ""
    objects: tuple[ObjectRef, ...] = ()

    @property
    def is_ours(self) -> bool:
        """Whether draftpy made it."""
        return self.labels.get(LABEL_MANAGED_BY) == MANAGED_BY

    @property
    def is_pending(self) -> bool:
        """Whether an action is under way, or was cut off in the middle."""
        return self.status in _PENDING


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRequest:
    """What to deploy: a chart folder with the values and labels of one revision."""

    name: str
    namespace: str
    chart: Path
    values: Mapping[str, Any]
    labels: Mapping[str, str]
    description: str


class Releases(Protocol):
    """Helm, for the namespace and kube context it was made with.

    Every method raises ClusterUnreachable, Rejected (no permission) or ReleaseFailed.
    """

    def find(self, name: str) -> Release | None:
        """The newest revision, if there is such a release."""
        ...

    def install(self, request: ReleaseRequest) -> Release:
        """Make the first revision; raises ChartInvalid, Rejected."""
        ...

    def upgrade(self, request: ReleaseRequest) -> Release:
        """Make the next revision; raises ChartInvalid, Rejected, ReleaseMissing."""
        ...

    def rollback(self, name: str, revision: int) -> Release:
        """Make a new revision equal to an old one (0: the one before); raises ReleaseMissing."""
        ...

    def history(self, name: str) -> tuple[Release, ...]:
        """All kept revisions, oldest first; raises ReleaseMissing."""
        ...

    def uninstall(self, name: str) -> bool:
        """Remove the release and its objects; False if there was none."""
        ...

    def list(self, *, all_namespaces: bool) -> tuple[Release, ...]:
        """The newest revision of each release."""
        ...

    def render(self, request: ReleaseRequest) -> str:
        """The manifests as YAML, without touching the cluster; raises ChartInvalid."""
        ...


def plan_release(order: ReleaseOrder, image: ImageRef, reason: str) -> ReleaseRequest:
    """What Helm is asked to deploy; `reason` becomes the revision's description."""
    return ReleaseRequest(
        name=order.name,
        namespace=order.namespace,
        chart=order.chart,
        values=release_values(order, image),
        labels=release_labels(order, image),
        description=reason,
    )


def check_yaml(manifests: Mapping[str, str]) -> None:
    """Whether rendered templates, by file name, are YAML; raises ChartInvalid."""
    for file, text in manifests.items():
        try:
            for _ in yaml.parse(text, Loader=_LOADER):
                pass
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 0
            raise ChartInvalid(
                f"the chart does not render: {file} becomes broken YAML",
                evidence=f"line {line} of what it renders to: {error.problem}",
                remedy=f"mend {file}; often it is the indentation of an inserted block",
            ) from error


def parse_objects(manifest: str, namespace: str) -> tuple[ObjectRef, ...]:
    """The objects of a rendered manifest; those without a namespace are in the release's."""
    objects = []
    for document in yaml.load_all(manifest, Loader=_LOADER):
        if isinstance(document, dict) and document.get("kind"):
            metadata = document.get("metadata") or {}
            objects.append(
                ObjectRef(
                    api_version=str(document.get("apiVersion", "")),
                    kind=str(document["kind"]),
                    name=str(metadata.get("name", "")),
                    namespace=str(metadata.get("namespace") or namespace),
                )
            )
    return tuple(objects)
