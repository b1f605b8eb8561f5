"""Builders and publishers without an engine: fixed answers, and what they were asked."""

from draftpy.build import BuildRequest, BuiltImage, Cancelled
from draftpy.errors import DraftError, Interrupted
from draftpy.events import Reporter, Stage, StageProgress
from draftpy.publish import PublishedImage, PublishKind, PublishTarget
from draftpy.refs import ImageRef

FIXED_DIGEST = f"sha256:{'d' * 64}"


class FixedBuilder:
    """Has the images it has built; `failures` are raised first, one per build."""

    def __init__(self, *failures: DraftError) -> None:
        self.images: dict[str, BuiltImage] = {}
        self.requests: list[BuildRequest] = []
        self.failures = list(failures)

    def find_image(self, ref: ImageRef) -> BuiltImage | None:
        return self.images.get(str(ref))

    def build(
        self, request: BuildRequest, reporter: Reporter, is_cancelled: Cancelled
    ) -> BuiltImage:
        self.requests.append(request)
        if is_cancelled():
            raise Interrupted("build was stopped")
        if self.failures:
            raise self.failures.pop(0)
        reporter.report(StageProgress(stage=Stage.BUILD, text="step 1/1: COPY . ."))
        known = str(request.ref) in self.images
        image = BuiltImage(
            ref=request.ref,
            image_id=f"sha256:{request.context.digest}",
            how="fixed",
            layers_total=1,
            layers_new=0 if known else 1,
        )
        self.images[str(request.ref)] = image
        return image


class RecordingPublisher:
    """Remembers what was published; a push gives FIXED_DIGEST; `failures` are raised first."""

    def __init__(self, *failures: DraftError) -> None:
        self.published: list[tuple[BuiltImage, PublishTarget]] = []
        self.failures = list(failures)

    def publish(
        self, built: BuiltImage, target: PublishTarget, reporter: Reporter
    ) -> PublishedImage:
        self.published.append((built, target))
        if self.failures:
            raise self.failures.pop(0)
        if target.kind is not PublishKind.PUSH:
            return PublishedImage(ref=built.ref, target=target)
        ref = built.ref.with_registry(target.pull_registry).with_digest(FIXED_DIGEST)
        return PublishedImage(ref=ref, target=target)
