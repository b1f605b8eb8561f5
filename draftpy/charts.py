"""Values for a release: chart < values files < environment < draftpy's own."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from draftpy.checked_yaml import parse_document
from draftpy.config import DEFAULT_ENVIRONMENT as DEVELOPMENT
from draftpy.errors import ChartInvalid, ConfigInvalid
from draftpy.labels import (
    LABEL_BASE_ID,
    LABEL_BUILD_ID,
    LABEL_COMMIT,
    LABEL_ENVIRONMENT,
    LABEL_MANAGED_BY,
    LABEL_RELEASE_DIGEST,
    MANAGED_BY,
)
from draftpy.refs import ImageRef

_DIGEST_LENGTH = 16
# Where a developer waits for each new version, pods end at once instead of politely.
DEVELOPMENT_VALUES: Mapping[str, Any] = {
    "preStopSleepSeconds": 1,
    "terminationGracePeriodSeconds": 2,
}
# What the agent needs: to be process 1, and to write the app's files. A debugger or a broken save
# may silence the app for long: nobody but the developer restarts it then.
AGENT_VALUES: Mapping[str, Any] = {
    "commandPrefix": ["/.draftpy/agent", "run", "--"],
    "shareProcessNamespace": False,
    "securityContext": {"readOnlyRootFilesystem": False},
    "probes": {"liveness": None},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseOrder:
    """What a release is to be made of; `values` are the environment's, files already merged.

    `base_id` is the part of the folder that only a new image brings in; empty without the agent.
    `value_keys` are the chart's own: a chart that does not know a value may refuse it.
    """

    name: str
    namespace: str
    environment: str
    chart: Path
    chart_digest: str
    values: Mapping[str, Any]
    commit: str
    base_id: str = ""
    value_keys: frozenset[str] = frozenset()


def digest_chart(chart: Path) -> str:
    """sha256 (hex) over a chart folder's paths and bytes; raises ChartInvalid."""
    if not (chart / "Chart.yaml").is_file():
        raise ChartInvalid(
            f"there is no Helm chart in {chart}",
            evidence="it has no Chart.yaml",
            remedy="draftpy create writes one, or name yours as chart: in draft.yaml",
        )
    total = hashlib.sha256()
    try:
        for path in sorted(p for p in chart.rglob("*") if p.is_file()):
            content = path.read_bytes()
            total.update(f"{path.relative_to(chart).as_posix()}\0{len(content)}\0".encode())
            total.update(content)
    except OSError as error:
        raise ChartInvalid(f"{chart} cannot be read", evidence=str(error)) from error
    return total.hexdigest()


def load_values(root: Path, files: tuple[str, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values files, later ones win, and `values` over them; raises ConfigInvalid."""
    merged: dict[str, Any] = {}
    for name in files:
        merged = merge_values(merged, _load_values_file(root / name, name))
    return merge_values(merged, values)


def merge_values(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Deep merge as Helm does it: mappings are merged, all else is replaced."""
    merged = dict(under)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(below, Mapping) and isinstance(value, Mapping):
            merged[key] = merge_values(below, value)
        else:
            merged[key] = value
    return merged


def image_values(image: ImageRef) -> dict[str, Any]:
    """The chart's `image` values for an image as the cluster names it."""
    registry = f"{image.registry}/" if image.registry else ""
    return {
        "repository": f"{registry}{image.repository}",
        "tag": image.tag,
        "digest": image.digest,
    }


def digest_release(order: ReleaseOrder, image: ImageRef) -> str:
    """What decides whether a release is needed: chart, values, environment and image, no commit.

    The image counts without its digest: its tag is made of its content, and the digest is known
    only after a push.
    """
    content = [
        order.chart_digest,
        order.environment,
        str(ImageRef(registry=image.registry, repository=image.repository, tag=image.tag)),
        order.values,
    ]
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LENGTH]


def release_values(order: ReleaseOrder, image: ImageRef) -> dict[str, Any]:
    """Development's values < the environment's < draftpy's own."""
    values = order.values
    if order.base_id:
        values = merge_values(_known(AGENT_VALUES, order), values)
    if order.environment == DEVELOPMENT:
        values = merge_values(_known(DEVELOPMENT_VALUES, order), values)
    pod_labels = {LABEL_ENVIRONMENT: order.environment, LABEL_BUILD_ID: image.tag}
    return merge_values(values, {"image": image_values(image), "podLabels": pod_labels})


def release_labels(order: ReleaseOrder, image: ImageRef) -> dict[str, str]:
    """The labels of the release itself: whose it is, of what, and what decides the next one."""
    labels = {
        LABEL_MANAGED_BY: MANAGED_BY,
        LABEL_ENVIRONMENT: order.environment,
        LABEL_BUILD_ID: image.tag,
        LABEL_RELEASE_DIGEST: digest_release(order, image),
    }
    if order.base_id:
        labels[LABEL_BASE_ID] = order.base_id
    return {**labels, LABEL_COMMIT: order.commit} if order.commit else labels


def load_value_keys(chart: Path) -> frozenset[str]:
    """The keys of a chart's values.yaml; none if it cannot be read, which Helm then tells."""
    try:
        return frozenset(map(str, _load_values_file(chart / "values.yaml", "values.yaml")))
    except ConfigInvalid:
        return frozenset()


def _known(values: Mapping[str, Any], order: ReleaseOrder) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key in order.value_keys}


def _load_values_file(path: Path, name: str) -> Mapping[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigInvalid(
            f"values file {name} cannot be read",
            evidence=str(error),
            remedy="mend valuesFiles: in draft.yaml",
        ) from error
    if not text.strip():
        return {}
    value: Mapping[str, Any] = parse_document(text, name).value
    return value
