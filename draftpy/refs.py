"""Image references: parse, format, digest."""

import re
from dataclasses import dataclass, replace

from draftpy.errors import UsageError

_REPOSITORY = re.compile(r"[a-z0-9]+([._/-]+[a-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageRef:
    """An image's whole name, `registry/repository:tag@digest`; registry "" is the engine itself."""

    repository: str
    registry: str = ""
    tag: str = ""
    digest: str = ""

    def __str__(self) -> str:
        """The reference as Docker and Kubernetes write it."""
        return (
            (f"{self.registry}/" if self.registry else "")
            + self.repository
            + (f":{self.tag}" if self.tag else "")
            + (f"@{self.digest}" if self.digest else "")
        )

    @property
    def name(self) -> str:
        """Registry and repository, without tag and digest."""
        return str(replace(self, tag="", digest=""))

    def with_registry(self, registry: str) -> "ImageRef":
        """The same image under another registry (which may carry a path)."""
        return replace(self, registry=registry.rstrip("/"))

    def with_digest(self, digest: str) -> "ImageRef":
        """The same image pinned to a manifest digest."""
        return replace(self, digest=digest)


def parse_image_ref(text: str) -> ImageRef:
    """Parse `[registry/]repository[:tag][@digest]`; raises UsageError."""
    rest, _, digest = text.partition("@")
    head, slash, tail = rest.partition("/")
    has_registry = bool(slash) and ("." in head or ":" in head or head == "localhost")
    registry, path = (head, tail) if has_registry else ("", rest)
    repository, _, tag = path.partition(":")
    good = (
        _REPOSITORY.fullmatch(repository)
        and (not tag or _TAG.fullmatch(tag))
        and (not digest or _DIGEST.fullmatch(digest))
    )
    if not good:
        raise UsageError(f"{text!r} is not an image reference", remedy="use registry/name:tag")
    return ImageRef(registry=registry, repository=repository, tag=tag, digest=digest)
