"""Publisher: BuiltImage → PublishedImage, visible to the cluster by push, load or nothing."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from draftpy.build import BuiltImage
from draftpy.events import Reporter
from draftpy.refs import ImageRef


class PublishKind(StrEnum):
    """How an image becomes visible to the nodes."""

    PUSH = "push"
    LOAD = "load"
    SHARED = "shared"


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRegistry:
    """A registry that the cluster advertises (KEP-1755): its host for us and for the nodes."""

    host: str
    host_from_cluster: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishTarget:
    """Where images go, and why; `tool` and `cluster` are set for LOAD (kind, k3d, minikube)."""

    kind: PublishKind
    reason: str
    push_registry: str = ""
    pull_registry: str = ""
    tool: str = ""
    cluster: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedImage:
    """The image as the cluster names it; `ref` carries the digest where there is one."""

    ref: ImageRef
    target: PublishTarget


class Publisher(Protocol):
    """Something that makes a built image visible to the cluster."""

    def publish(self, built: BuiltImage, target: PublishTarget, reporter: Reporter) -> PublishedImage:
        """Push, load or do nothing; raises PublishFailed, EngineUnreachable."""
        ...
