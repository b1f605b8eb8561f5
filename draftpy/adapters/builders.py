"""ImageBuilder that chooses between buildx and the classic builder at its first build."""

from functools import cached_property

from draftpy.adapters.buildx import BuildxBuilder, find_buildx_version
from draftpy.adapters.classic_builder import ClassicBuilder
from draftpy.adapters.docker_engine import DockerEngine
from draftpy.adapters.process import Processes
from draftpy.build import (
    BuilderChoice,
    BuilderFacts,
    BuilderKind,
    BuildRequest,
    BuiltImage,
    Cancelled,
    ImageBuilder,
    choose_builder,
)
from draftpy.events import BuildLine, Reporter
from draftpy.refs import ImageRef


class ChosenBuilder:
    """Looks for buildx only when something has to be built: asking costs a tenth of a second."""

    def __init__(self, engine: DockerEngine, processes: Processes) -> None:
        self._engine = engine
        self._processes = processes

    @cached_property
    def choice(self) -> BuilderChoice:
        """Which builder, and why; raises EngineUnreachable."""
        engine = self._engine.ping()
        return choose_builder(
            BuilderFacts(
                buildx_version=find_buildx_version(self._processes),
                engine_version=engine.version,
                engine_api=engine.api,
                engine_os=engine.os,
            )
        )

    def find_image(self, ref: ImageRef) -> BuiltImage | None:
        """The image of this name, if the engine has it."""
        image_id = self._engine.find_image_id(str(ref))
        return BuiltImage(ref=ref, image_id=image_id, how="found") if image_id else None

    def build(
        self, request: BuildRequest, reporter: Reporter, is_cancelled: Cancelled
    ) -> BuiltImage:
        """Build and tag with the chosen builder."""
        reporter.report(BuildLine(text=self.choice.reason))
        return self._builder.build(request, reporter, is_cancelled)

    @cached_property
    def _builder(self) -> ImageBuilder:
        if self.choice.kind is BuilderKind.BUILDX:
            return BuildxBuilder(self._processes, self._engine)
        return ClassicBuilder(self._engine)
