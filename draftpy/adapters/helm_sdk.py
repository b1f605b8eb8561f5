"""Releases by Helm's own Go SDK, in process; the one module that knows it."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import helm_python as helm
import yaml

from draftpy.adapters import helm_texts
from draftpy.adapters.kubeconfig import merge_kubeconfigs
from draftpy.errors import (
    ChartInvalid,
    ClusterUnreachable,
    DraftError,
    NotOurs,
    Rejected,
    ReleaseFailed,
    ReleaseMissing,
)
from draftpy.events import CallMade, Reporter
from draftpy.release import Release, ReleaseRequest, check_yaml, parse_objects

# How many revisions are kept; Helm's own default.
_MAX_HISTORY = 10
# What Helm writes among the labels itself.
_HELMS_LABELS = frozenset({"modifiedAt", "name", "owner", "status", "version"})


class HelmReleases:
    """Releases of one namespace of one kube context; see `release.Releases`.

    `kubeconfig` may name several files, as KUBECONFIG does; "" means the default file, and an empty
    kube context the current one. Calls let other threads run; one release at a time is written.
    """

    def __init__(
        self, kubeconfig: str, kube_context: str, namespace: str, reporter: Reporter
    ) -> None:
        self._reporter = reporter
        self._config = helm.Config(
            **_kubeconfig(kubeconfig),
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
        with self._call(f"install {request.name}"), self._sound_chart(request) as chart:
            self._config.install(
                chart,
                request.name,
                dict(request.values),
                namespace=request.namespace,
                labels=dict(request.labels),
                description=request.description,
            )
        return self._get(request.name, 0)

    def upgrade(self, request: ReleaseRequest) -> Release:
        """Make the next revision, from these values alone."""
        try:
            with self._call(f"upgrade {request.name}"), self._sound_chart(request) as chart:
                self._config.upgrade(
                    chart,
                    request.name,
                    dict(request.values),
                    namespace=request.namespace,
                    labels=dict(request.labels),
                    description=request.description,
                    max_history=_MAX_HISTORY,
                    reset_values=True,
                )
        except ReleaseFailed as error:
            # Helm has no type for it.
            if self.find(request.name) is None:
                raise self._missing(request.name) from error
            raise
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
        manifests = _manifests(files)
        check_yaml(manifests)
        return "---\n".join(manifests.values())

    @contextmanager
    def _sound_chart(self, request: ReleaseRequest) -> Iterator[helm.Chart]:
        """The chart, once it was rendered as the cluster would see it.

        Helm tells what is wrong with a chart by types only while it renders it alone.
        """
        with helm.Chart.load(str(request.chart)) as chart:
            files: Mapping[str, str] = self._config.render(
                chart, dict(request.values), name=request.name, namespace=request.namespace
            )
            check_yaml(_manifests(files))
            yield chart

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
    if helm_texts.is_forbidden(text):
        return Rejected(
            f"the cluster forbids it in namespace {namespace}",
            evidence=text,
            remedy="ask for the right, or choose another --namespace; draftpy doctor lists rights",
        )
    match error:
        case helm.HelmKubeError():
            return ClusterUnreachable(
                "the cluster cannot be reached",
                evidence=text,
                remedy="start it, or choose another with --context",
            )
        case helm.HelmValuesError():
            return _values_error(text)
        case helm.HelmRenderError():
            return _template_error(text)
        case helm.HelmChartLoadError() | helm.HelmChartInvalidError():
            return ChartInvalid("the chart cannot be used", evidence=text, remedy="mend the chart")
        case _:
            return _release_error(text, namespace)


def _values_error(text: str) -> ChartInvalid:
    fault = helm_texts.find_value_fault(text)
    if fault is None:
        return ChartInvalid(
            "the chart's values cannot be checked", evidence=text, remedy="mend values.schema.json"
        )
    key = fault.key or "(all values)"
    return ChartInvalid(
        f"value {key} breaks the chart's schema",
        evidence=fault.why,
        remedy=f"mend {key} in the chart's values.yaml, or under values: in draft.yaml",
    )


def _template_error(text: str) -> ChartInvalid:
    place = helm_texts.find_template_place(text)
    if place is None:
        return ChartInvalid("the chart does not render", evidence=text, remedy="mend the chart")
    file, line = place
    return ChartInvalid(
        f"the chart does not render: {file} line {line}",
        evidence=text,
        remedy=f"mend line {line} of {file}",
    )


def _release_error(text: str, namespace: str) -> DraftError:
    foreign = helm_texts.find_foreign_object(text)
    if foreign:
        return NotOurs(
            f"{foreign} is in namespace {namespace} already and belongs to no such release",
            evidence=text,
            remedy="remove it, or choose another name: or namespace: in draft.yaml",
        )
    return ReleaseFailed("Helm could not make the release", evidence=text, remedy="draftpy status")


def _kubeconfig(kubeconfig: str) -> dict[str, Any]:
    """Helm's SDK takes one file, or the content of one."""
    if os.pathsep not in kubeconfig:
        return {"kubeconfig_path": kubeconfig} if kubeconfig else {}
    return {"kubeconfig_content": yaml.safe_dump(merge_kubeconfigs(kubeconfig))}


def _manifests(files: Mapping[str, str]) -> dict[str, str]:
    """The templates that make objects, ordered by name, without those that render to nothing."""
    return {
        name: text
        for name, text in sorted(files.items())
        if name.endswith((".yaml", ".yml")) and text.strip()
    }


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
