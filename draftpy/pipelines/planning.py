"""The folder and the release → what a turn of `up` does; changes nothing anywhere."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from draftpy.build import BuildRequest, ImageBuilder, image_tag
from draftpy.charts import ReleaseOrder, digest_release
from draftpy.context import HashCache, snapshot
from draftpy.dockerignore import load_build_ignore
from draftpy.labels import LABEL_BASE_ID, LABEL_BUILD_ID, LABEL_RELEASE_DIGEST
from draftpy.pipelines.development import DevelopmentPlan, plan_development, target_of
from draftpy.pipelines.wanted import Wanted, describe_deployed, order_release
from draftpy.plan import DEPLOYED, PlanInputs, UpPlan, plan_up
from draftpy.publish import PublishedImage, PublishTarget
from draftpy.refs import ImageRef
from draftpy.release import Release, Releases
from draftpy.watch import ChangeSet


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTurn:
    """Everything that a turn decided before it does anything.

    With `development` the pods are kept equal to the folder by syncing; `request.ref` may then be
    the image that is deployed already, with older files.
    """

    plan: UpPlan
    request: BuildRequest
    order: ReleaseOrder
    last: Release | None
    timeout_s: float
    development: DevelopmentPlan | None = None

    @property
    def ref(self) -> ImageRef:
        """The image as the engine names it."""
        return self.request.ref


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanParts:
    """What planning asks; `agent_digest` is empty where there is no agent.

    `keeps` allows a deployed image with older files for as long as somebody syncs newer ones.
    """

    builder: ImageBuilder
    target: PublishTarget
    releases: Releases
    read_wanted: Callable[[], Wanted]
    adopt: bool
    agent_digest: str = ""
    keeps: bool = True


class TurnPlanner:
    """Plans turn after turn; remembers content hashes in between."""

    def __init__(self, parts: PlanParts) -> None:
        self._parts = parts
        self._hashes = HashCache()

    def plan(
        self,
        changes: ChangeSet | None,
        published: PublishedImage | None,
        *,
        may_keep: bool = True,
    ) -> PlannedTurn:
        """Decide; without `may_keep` the image has the files as they are now."""
        parts = self._parts
        wanted = parts.read_wanted()
        request, development = self._request(wanted)
        order = order_release(wanted, development.base_id if development else "")
        last = parts.releases.find(order.name)
        if development and last and may_keep and parts.keeps:
            request = self._keep_deployed(request, order, last)
        plan = plan_up(
            PlanInputs(
                image=str(request.ref),
                has_image=parts.builder.find_image(request.ref) is not None,
                publish_target=parts.target.reason,
                release=describe_deployed(last) if last else None,
                release_digest=digest_release(order, self._there(request.ref)),
                environment=order.environment,
                published=(_plain(published), published.target.reason) if published else None,
                changes=changes,
                adopt=parts.adopt,
            )
        )
        return PlannedTurn(
            plan=plan,
            request=request,
            order=order,
            last=last,
            timeout_s=wanted.environment.timeout_s,
            development=development,
        )

    def _request(self, wanted: Wanted) -> tuple[BuildRequest, DevelopmentPlan | None]:
        root, environment = wanted.project.root, wanted.environment
        ignore = load_build_ignore(root, environment.dockerfile)
        context = snapshot(root, ignore, environment.dockerfile, self._hashes)
        development = plan_development(wanted, context, ignore, self._parts.agent_digest)
        layer = development.layer if development else None
        target = target_of(wanted) if development else environment.target
        tag = image_tag(
            context.digest,
            dockerfile=environment.dockerfile,
            target=target,
            platform=environment.platform,
            build_args=environment.build_args,
            layer=layer,
        )
        request = BuildRequest(
            context=context,
            dockerfile=environment.dockerfile,
            ref=ImageRef(repository=wanted.project.app, tag=tag),
            target=target,
            platform=environment.platform,
            build_args=environment.build_args,
            layer=layer,
        )
        return request, development

    def _keep_deployed(
        self, request: BuildRequest, order: ReleaseOrder, last: Release
    ) -> BuildRequest:
        """The request for the deployed image, if syncing makes the wanted one of it."""
        tag = last.labels.get(LABEL_BUILD_ID, "")
        is_base = last.labels.get(LABEL_BASE_ID) == order.base_id
        if not (tag and is_base and last.is_ours and last.status == DEPLOYED):
            return request
        ref = replace(request.ref, tag=tag)
        digest = digest_release(order, self._there(ref))
        is_same_release = last.labels.get(LABEL_RELEASE_DIGEST) == digest
        # A release of other values needs the image once more, and it may be gone here.
        if is_same_release or self._parts.builder.find_image(ref):
            return replace(request, ref=ref)
        return request

    def _there(self, ref: ImageRef) -> ImageRef:
        return ref.with_registry(self._parts.target.pull_registry)


def _plain(published: PublishedImage) -> str:
    return f"{published.ref.repository}:{published.ref.tag}"
