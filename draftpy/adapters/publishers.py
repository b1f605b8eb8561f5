"""Publisher by the engine's push, by a cluster's own load tool, or by doing nothing."""

from collections.abc import Iterable
from contextlib import closing
from typing import Any

from draftpy.adapters.docker_engine import DockerEngine, EngineRefused, Stream
from draftpy.adapters.kind import load_image
from draftpy.adapters.process import Processes
from draftpy.build import BuiltImage
from draftpy.errors import PublishFailed
from draftpy.events import Reporter, Stage, StageProgress
from draftpy.publish import PublishedImage, PublishKind, PublishTarget
from draftpy.refs import ImageRef

# Error codes of the registry API, as the engine writes them before the registry's message, and
# the engine's own words for the same.
_NEEDS_LOGIN = ("unauthorized", "denied", "no basic auth credentials")


class ImagePublisher:
    """Publishes in the way that the target says."""

    def __init__(self, engine: DockerEngine, processes: Processes) -> None:
        self._engine = engine
        self._processes = processes

    def publish(
        self, built: BuiltImage, target: PublishTarget, reporter: Reporter
    ) -> PublishedImage:
        """Push, load or do nothing."""
        match target.kind:
            case PublishKind.PUSH:
                return self._push(built, target, reporter)
            case PublishKind.LOAD:
                load_image(self._processes, built.ref, target)
                return PublishedImage(ref=built.ref, target=target)
            case PublishKind.SHARED:
                return PublishedImage(ref=built.ref, target=target)

    def _push(self, built: BuiltImage, target: PublishTarget, reporter: Reporter) -> PublishedImage:
        there = built.ref.with_registry(target.push_registry)
        digest = self._find_pushed(built, there) or self._push_anew(built, there, reporter)
        pulled = built.ref.with_registry(target.pull_registry).with_digest(digest)
        return PublishedImage(ref=pulled, target=target)

    def _find_pushed(self, built: BuiltImage, there: ImageRef) -> str:
        """The image's digest, if the registry still has just this image under this name."""
        if self._engine.find_image_id(str(there)) != built.image_id:
            return ""
        digest = self._engine.find_pushed_digest(there)
        if digest and self._engine.find_registry_digest(there) == digest:
            return digest
        return ""

    def _push_anew(self, built: BuiltImage, there: ImageRef, reporter: Reporter) -> str:
        progress = PushProgress()
        try:
            self._engine.tag(built.ref, there)
            with closing(self._engine.push(there)) as stream:
                _follow(stream, progress, reporter)
        except EngineRefused as error:
            raise push_failed(there, error.evidence) from error
        if progress.error or not progress.digest:
            raise push_failed(there, progress.error or "the registry told no digest")
        return progress.digest


def _follow(stream: Stream, progress: "PushProgress", reporter: Reporter) -> None:
    told = ""
    for item in stream:
        progress.feed(item)
        if progress.text != told:
            told = progress.text
            reporter.report(StageProgress(stage=Stage.PUBLISH, text=told))


class PushProgress:
    """Collects the decoded stream of a push."""

    def __init__(self) -> None:
        self.digest = ""
        self.error = ""
        self._bytes: dict[str, tuple[int, int]] = {}

    @property
    def text(self) -> str:
        """How far it is, for people; in whole megabytes, so that it changes rarely."""
        sent = sum(done for done, _ in self._bytes.values())
        total = sum(size for _, size in self._bytes.values())
        return f"{min(sent, total) >> 20} of {total >> 20} MB" if total >> 20 else ""

    def feed(self, item: dict[str, Any]) -> None:
        """Take one item."""
        aux = item.get("aux")
        if isinstance(aux, dict) and aux.get("Digest"):
            self.digest = str(aux["Digest"])
        detail = item.get("errorDetail") or {}
        self.error = str(detail.get("message") or item.get("error") or self.error)
        moved = item.get("progressDetail") or {}
        if item.get("id") and moved.get("total"):
            self._bytes[str(item["id"])] = (int(moved.get("current", 0)), int(moved["total"]))


def push_failed(there: ImageRef, evidence: str) -> PublishFailed:
    """The error for a push that did not come through."""
    host = there.registry.partition("/")[0]
    if needs_login(evidence.splitlines()):
        return PublishFailed(
            f"registry {host} refuses the push of {there}",
            evidence=evidence,
            remedy=f"docker login {host}, with an account that may write {there.name}",
        )
    return PublishFailed(
        f"{there} could not be pushed to registry {host}",
        evidence=evidence,
        remedy=f"check that registry {host} runs and is reachable from the Docker engine"
        f" (docker push {there} shows the same), then save or run it again",
    )


def needs_login(lines: Iterable[str]) -> bool:
    """Whether a registry's answer means that the account is missing or may not do it."""
    return any(line.lower().startswith(_NEEDS_LOGIN) for line in lines)
