"""What the folder wants and what the cluster has, in the terms of a plan."""

from dataclasses import dataclass

from draftpy.charts import ReleaseOrder, digest_chart, load_value_keys, load_values
from draftpy.config import Environment, Project
from draftpy.labels import LABEL_BUILD_ID, LABEL_ENVIRONMENT, LABEL_RELEASE_DIGEST
from draftpy.plan import DeployedRelease
from draftpy.release import Release


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the folder says at the moment of a turn; `commit` is Git's, if there is one."""

    project: Project
    environment: Environment
    commit: str = ""


def order_release(wanted: Wanted, base_id: str = "") -> ReleaseOrder:
    """What the release is to be made of; raises ChartInvalid, ConfigInvalid."""
    root, environment = wanted.project.root, wanted.environment
    chart = root / environment.chart
    return ReleaseOrder(
        name=wanted.project.app,
        namespace=environment.namespace,
        environment=environment.name,
        chart=chart,
        chart_digest=digest_chart(chart),
        values=load_values(root, environment.values_files, environment.values),
        commit=wanted.commit,
        base_id=base_id,
        value_keys=load_value_keys(chart),
    )


def describe_deployed(release: Release) -> DeployedRelease:
    """A release as a plan looks at it."""
    repository = str((release.values.get("image") or {}).get("repository", ""))
    image = f"{repository.rpartition('/')[2]}:{release.labels.get(LABEL_BUILD_ID, '')}"
    return DeployedRelease(
        name=release.name,
        namespace=release.namespace,
        revision=release.revision,
        status=release.status,
        is_ours=release.is_ours,
        digest=release.labels.get(LABEL_RELEASE_DIGEST, ""),
        image=image,
        environment=release.labels.get(LABEL_ENVIRONMENT, ""),
    )
