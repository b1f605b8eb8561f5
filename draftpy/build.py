"""ImageBuilder: BuildRequest → BuiltImage; the tag of an image, and which builder is used."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from draftpy.context import BuildContext
from draftpy.dev_layer import DevLayer
from draftpy.errors import EngineUnreachable
from draftpy.events import Reporter
from draftpy.refs import ImageRef

Cancelled = Callable[[], bool]

# On every image that draftpy builds, so that they can be told from others.
IMAGE_LABEL = "draftpy.io/managed-by"
IMAGE_LABEL_VALUE = "draftpy"
_TAG_LENGTH = 12
# The first engine API with BuildKit in it (Docker 18.09).
_BUILDKIT_API = (1, 39)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRequest:
    """What to build: `dockerfile` is relative to the context's root and part of it.

    `layer` asks for the agent over the image: in development only.
    """

    context: BuildContext
    dockerfile: str
    ref: ImageRef
    target: str = ""
    platform: str = ""
    build_args: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    layer: DevLayer | None = None

    @property
    def all_labels(self) -> tuple[tuple[str, str], ...]:
        """The labels asked for and the one that all images of draftpy have."""
        return (*self.labels, (IMAGE_LABEL, IMAGE_LABEL_VALUE))


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltImage:
    """An image in the engine: `image_id` is its config hash (`sha256:…`), `how` names the builder.

    `layers_total` counts the Dockerfile's steps without FROM, `layers_new` those not cached.
    """

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


class BuilderKind(StrEnum):
    """The two ways to build."""

    BUILDX = "buildx"
    CLASSIC = "classic"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuilderFacts:
    """What decides how images are built: `buildx_version` "" means that there is none."""

    buildx_version: str
    engine_version: str
    engine_api: str
    engine_os: str = "linux"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuilderChoice:
    """How images are built, and why."""

    kind: BuilderKind
    reason: str


def choose_builder(facts: BuilderFacts) -> BuilderChoice:
    """BuildKit by buildx where both sides have it, else the engine's classic builder."""
    engine = f"engine {facts.engine_version}"
    if not facts.buildx_version:
        reason = (
            f"classic builder of {engine}: there is no docker buildx (cache mounts are left out)"
        )
        return BuilderChoice(kind=BuilderKind.CLASSIC, reason=reason)
    if facts.engine_os != "linux" or not _has_buildkit(facts.engine_api):
        reason = f"classic builder: {engine} has no BuildKit (cache mounts are left out)"
        return BuilderChoice(kind=BuilderKind.CLASSIC, reason=reason)
    reason = f"BuildKit by docker buildx {facts.buildx_version}, {engine}"
    return BuilderChoice(kind=BuilderKind.BUILDX, reason=reason)


def image_tag(
    context_digest: str,
    *,
    dockerfile: str,
    target: str = "",
    platform: str = "",
    build_args: tuple[tuple[str, str], ...] = (),
    layer: DevLayer | None = None,
) -> str:
    """The tag for a content: 12 hex digits over everything that decides what the image is."""
    recipe = [context_digest, dockerfile, target, platform, sorted(build_args)]
    if layer is not None:
        recipe.append(layer.digest)
    return hashlib.sha256(json.dumps(recipe).encode()).hexdigest()[:_TAG_LENGTH]


def engine_unreachable(host: str, evidence: str) -> EngineUnreachable:
    """The error for an engine that does not answer; `host` is DOCKER_HOST, "" if it is not set."""
    where = f"DOCKER_HOST={host}" if host else "the default socket"
    remedy = (
        "start the engine that DOCKER_HOST names, or unset DOCKER_HOST"
        if host
        else "start Docker (systemctl start docker, or Docker Desktop, colima start …),"
        " or set DOCKER_HOST"
    )
    return EngineUnreachable(
        f"no Docker engine answers at {where}", evidence=evidence, remedy=remedy
    )


def _has_buildkit(api: str) -> bool:
    major, _, minor = api.partition(".")
    is_version = major.isdigit() and minor.isdigit()
    return is_version and (int(major), int(minor)) >= _BUILDKIT_API
