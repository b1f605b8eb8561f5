"""Releases by Helm's own Go SDK, in process; the one module that knows it."""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import helm_python as helm

from draftpy.errors import (
    ChartInvalid,
    ClusterUnreachable,
    DraftError,
    Rejected,
    ReleaseFailed,
    ReleaseMissing,
)
from draftpy.events import CallMade, Reporter
from draftpy.release import Release, ReleaseRequest, parse_objects

# How many revisions are kept; Helm's own default.
_MAX_HISTORY = 10
# What Helm writes among the labels itself.
_HELMS_LABELS = frozenset({"modifiedAt", "name", "owner", "status", "version"})
# The SDK gives one code for all failures of an action, so where it happened is read from its text.
_TEMPLATE_PLACE = re.compile(r"([\w./-]+\.(?:ya?ml|tpl|txt)):(\d+)")
_SCHEMA_PLACE = re.compile(r"at '/([^']*)': (.*)")
_FORBIDDEN = re.compile(r"\bforbidden: User\b|\bis forbidden\b")


class HelmReleases:
    """Releases of one namespace of one kube context; see `release.Releases`."""

    def __init__(
        self, kubeconfig: str, kube_context: str, namespace: str, reporter: Reporter
    ) -> None:
        self._reporter = reporter
        self._config = helm.Config(
            kubeconfig_path=kubeconfig or None,
            kube_context=kube_context or None,
            namespace=namespace or None,
        )
        self._namespace = namespace

    def find(self, name: str) -> Release | None:
        """The newest revision, if there is such a release."""
        with self._call(f"get {name}"):
            try:
                return _release(self._config.get_all(name))
            except helm.HelmNotFoundError:
                return None

    def install(self, request: ReleaseRequest) -> Release:
        """Make the first revision."""
        with self._call(f"install {request.name}"):
            self._config.install(
                str(request.chart),
                request.name,
                dict(request.values),
                namespace=request.namespace,
                labels=dict(request.labels),
                description=request.description,
            )
        return self._get(request.name, 0)

    def upgrade(self, request: ReleaseRequest) -> Release:
        """Make the next revision, from these values alone."""
        with self._call(f"upgrade {request.name}"):
            self._config.upgrade(
                str(request.chart),
                request.name,
                dict(request.values),
                namespace=request.namespace,
                labels=dict(request.labels),
                description=request.description,
                max_history=_MAX_HISTORY,
                reset_values=True,
            )
        return self._get(request.name, 0)

    def rollback(self, name: str, revision: int) -> Release:
        """Make a new revision equal to an old one; 0 means the one before."""
        revisions = [found.revision for found in self.history(name)]
        wanted = revision or (revisions[-2] if len(revisions) > 1 else 0)
        if wanted not in revisions:
            raise ReleaseMissing(
                f"release {name} has no revision {revision or 'before this one'}",
                evidence=f"it has: {', '.join(map(str, revisions))}",
                remedy="draftpy history",
            )
        with self._call(f"rollback {name} to {wanted}"):
            self._config.rollback(name, version=wanted)
        return self._get(name, 0)

    def history(self, name: str) -> tuple[Release, ...]:
        """All kept revisions, oldest first."""
        with self._call(f"history {name}"):
            try:
                found = self._config.history(name)
            except helm.HelmNotFoundError as error:
                raise self._missing(name) from error
        numbers = sorted(int(entry["revision"]) for entry in found)
        return tuple(self._get(name, number) for number in numbers)

    def uninstall(self, name: str) -> bool:
        """Remove the release and its objects; False if there was none."""
        with self._call(f"uninstall {name}"):
            try:
                self._config.uninstall(name)
            except helm.HelmNotFoundError:
                return False
        return True

    def list(self, *, all_namespaces: bool) -> tuple[Release, ...]:
        """The newest revision of each release."""
        with self._call("list"):
            found = self._config.list(all_states=True, all_namespaces=all_namespaces)
        return tuple(_release({"summary": entry}) for entry in found or ())

    def render(self, request: ReleaseRequest) -> str:
        """The manifests as YAML, without touching the cluster."""
        with self._call(f"render {request.name}"), helm.Chart.load(str(request.chart)) as chart:
            files: Mapping[str, str] = chart.render(
                dict(request.values), name=request.name, namespace=request.namespace
            )
        documents = (text for name, text in sorted(files.items()) if name.endswith(".yaml"))
        return "---\n".join(text for text in documents if text.strip())

    def _get(self, name: str, revision: int) -> Release:
        with self._call(f"get {name}"):
            try:
                return _release(self._config.get_all(name, revision=revision or None))
            except helm.HelmNotFoundError as error:
                raise self._missing(name) from error

    def _missing(self, name: str) -> ReleaseMissing:
        return ReleaseMissing(
            f"there is no release {name} in namespace {self._namespace}", remedy="draftpy up"
        )

    @contextmanager
    def _call(self, action: str) -> Iterator[None]:
        started = time.monotonic()
        try:
            yield
        except helm.HelmError as error:
            raise translate(error, self._namespace) from error
        finally:
            seconds = time.monotonic() - started
            self._reporter.report(CallMade(tool="helm", action=action, seconds=seconds))


def helm_version() -> str:
    """The version of Helm inside the SDK."""
    return str(helm.helm_sdk_version())


def translate(error: helm.HelmError, namespace: str) -> DraftError:
    """Helm's error as ours: by its class, then by the place it names."""
    text = str(error).strip()
    if isinstance(error, helm.HelmKubeError):
        return ClusterUnreachable(
            "the cluster cannot be reached",
            evidence=text,
            remedy="start it, or choose another with --context",
        )
    if _FORBIDDEN.search(text):
        return Rejected(
            f"the cluster forbids it in namespace {namespace}",
            evidence=text,
            remedy="ask for the right, or choose another --namespace; draftpy doctor lists rights",
        )
    chart_error = _chart_error(error, text)
    return chart_error or ReleaseFailed(
        "Helm could not make the release", evidence=text, remedy="draftpy status"
    )


def _chart_error(error: helm.HelmError, text: str) -> ChartInvalid | None:
    schema = _SCHEMA_PLACE.search(text)
    if schema:
        key = schema[1].replace("/", ".")
        return ChartInvalid(
            f"value {key} breaks the chart's schema",
            evidence=schema[2],
            remedy=f"mend {key} in the chart's values.yaml, or under values: in draft.yaml",
        )
    place = _TEMPLATE_PLACE.search(text)
    if place and not text.startswith("failed to create resource"):
        return ChartInvalid(
            f"the chart does not render: {place[1]} line {place[2]}",
            evidence=text,
            remedy=f"mend line {place[2]} of {place[1]}",
        )
    if isinstance(
        error, helm.HelmChartLoadError | helm.HelmChartInvalidError | helm.HelmRenderError
    ):
        return ChartInvalid("the chart cannot be used", evidence=text, remedy="mend the chart")
    return None


def _release(found: Mapping[str, Any]) -> Release:
    summary = found.get("summary") or {}
    details = found.get("info") or {}
    manifest = str(summary.get("manifest") or "")
    namespace = str(summary.get("namespace") or "")
    labels = {
        str(key): str(value)
        for key, value in (summary.get("labels") or {}).items()
        if key not in _HELMS_LABELS
    }
    return Release(
        name=str(summary.get("name") or ""),
        namespace=namespace,
        revision=int(summary.get("revision") or 0),
        status=str(summary.get("status") or ""),
        chart=f"{summary.get('chart_name', '')}-{summary.get('chart_version', '')}",
        updated=str(summary.get("deployed_at") or ""),
        description=str(details.get("description") or ""),
        labels=labels,
        values=found.get("config") or {},
        manifest=manifest,
        notes=str(summary.get("notes") or ""),
        objects=parse_objects(manifest, namespace),
    )
