"""ImageBuilder by the engine's classic builder, for machines without buildx or BuildKit."""

from contextlib import closing
from typing import BinaryIO

from draftpy.adapters.build_events import tell_output, warn_skipped
from draftpy.adapters.docker_engine import DockerEngine, EngineRefused
from draftpy.build import BuildRequest, BuiltImage, Cancelled
from draftpy.build_failures import dockerfile_invalid
from draftpy.build_output import ClassicOutput
from draftpy.dockerfile import without_mounts, without_unneeded
from draftpy.errors import BuildFailed
from draftpy.events import Reporter
from draftpy.packing import packed_context, read_hashed
from draftpy.refs import ImageRef

HOW = "classic builder"
_BAD_REQUEST = 400
_LABEL_STEPS = 1


class ClassicBuilder:
    """Builds in the engine without BuildKit; mounts of RUN are left out, it does not know them."""

    def __init__(self, engine: DockerEngine) -> None:
        self._engine = engine

    def find_image(self, ref: ImageRef) -> BuiltImage | None:
        """The image of this name, if the engine has it."""
        image_id = self._engine.find_image_id(str(ref))
        return BuiltImage(ref=ref, image_id=image_id, how=HOW) if image_id else None

    def build(
        self, request: BuildRequest, reporter: Reporter, is_cancelled: Cancelled
    ) -> BuiltImage:
        """Build and tag."""
        warn_skipped(reporter, request)
        text = read_hashed(request.context, request.dockerfile).decode("utf-8", errors="replace")
        needed = without_unneeded(text, request.target, dict(request.build_args))
        replace = {request.dockerfile: without_mounts(needed).encode()}
        with packed_context(request.context, replace) as tar:
            output = self._build(request, tar, reporter, is_cancelled)
        if output.error or not output.image_id:
            raise output.failure(request.dockerfile, text)
        total, new = output.layers
        return BuiltImage(
            ref=request.ref,
            image_id=output.image_id,
            how=HOW,
            layers_total=total,
            layers_new=new,
        )

    def _build(
        self, request: BuildRequest, tar: BinaryIO, reporter: Reporter, is_cancelled: Cancelled
    ) -> ClassicOutput:
        output = ClassicOutput(added_steps=_LABEL_STEPS)
        try:
            with closing(self._engine.build(request, tar, is_cancelled)) as stream:
                for item in stream:
                    tell_output(reporter, *output.feed(item))
        except EngineRefused as error:
            raise _not_begun(request.dockerfile, error) from error
        return output


def _not_begun(dockerfile: str, error: EngineRefused) -> BuildFailed:
    """The engine answers 400 for a Dockerfile or an option that it does not understand."""
    if error.status == _BAD_REQUEST:
        return dockerfile_invalid(dockerfile, error.evidence)
    return BuildFailed(
        f"the engine did not take up the build of {dockerfile}",
        evidence=error.evidence,
        remedy="draftpy doctor checks the engine",
    )
