"""ImageBuilder: BuildRequest → BuiltImage."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from draftpy.context import BuildContext
from draftpy.events import Reporter
from draftpy.refs import ImageRef

Cancelled = Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRequest:
    """What to build: `dockerfile` is relative to the context's root and part of it."""

    context: BuildContext
    dockerfile: str
    ref: ImageRef
    target: str = ""
    platform: str = ""
    build_args: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltImage:
    """An image in the engine: `image_id` is its config hash (`sha256:…`), `how` names the builder."""

    ref: ImageRef
    image_id: str
    how: str
    layers_total: int = 0
    layers_new: int = 0


class ImageBuilder(Protocol):
    """Something that turns a build context into an image in an engine."""

    def find_image(self, ref: ImageRef) -> BuiltImage | None:
        """The image of this name, if the engine has it; raises EngineUnreachable."""
        ...

    def build(
        self, request: BuildRequest, reporter: Reporter, is_cancelled: Cancelled
    ) -> BuiltImage:
        """Build and tag; raises BuildFailed, ContextChanged, EngineUnreachable, Interrupted."""
        ...
