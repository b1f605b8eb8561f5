"""ImageBuilder that lays the agent over an app's image, where a request asks for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from draftpy.build import BuildRequest, BuiltImage, Cancelled, ImageBuilder
from draftpy.context import snapshot
from draftpy.dev_layer import DevLayer, ImageConfig, render_dockerfile
from draftpy.events import Reporter
from draftpy.refs import ImageRef

# The app's image without the agent is kept under this: a change of nothing builds neither.
BASE_SUFFIX = "-app"
_DOCKERFILE = "Dockerfile"


class Images(Protocol):
    """The engine's images."""

    def get_config(self, ref: str) -> ImageConfig:
        """The configuration of an image; raises EngineUnreachable, BuildFailed."""
        ...


class Agents(Protocol):
    """The agent's program for each processor."""

    def get_program(self, architecture: str) -> bytes:
        """Raises AssetMissing if there is none for it."""
        ...


class DevImageBuilder:
    """An ImageBuilder that adds the agent where a request asks for it."""

    def __init__(self, inner: ImageBuilder, images: Images, agents: Agents) -> None:
        self._inner = inner
        self._images = images
        self._agents = agents

    def find_image(self, ref: ImageRef) -> BuiltImage | None:
        """The image of this name."""
        return self._inner.find_image(ref)

    def build(
        self, request: BuildRequest, reporter: Reporter, is_cancelled: Cancelled
    ) -> BuiltImage:
        """Build the app's image and, if asked, the one with the agent over it."""
        if request.layer is None:
            return self._inner.build(request, reporter, is_cancelled)
        base = replace(request.ref, tag=f"{request.ref.tag}{BASE_SUFFIX}")
        built = self._inner.build(replace(request, ref=base, layer=None), reporter, is_cancelled)
        config = self._images.get_config(str(base))
        dockerfile = render_dockerfile(str(base), config, request.layer)
        program = self._agents.get_program(config.architecture)
        with _layer_context(dockerfile, request.layer, program) as folder:
            context = snapshot(folder, _NOTHING, _DOCKERFILE)
            layer = BuildRequest(
                context=context,
                dockerfile=_DOCKERFILE,
                ref=request.ref,
                platform=request.platform,
                labels=request.labels,
            )
            image = self._inner.build(layer, reporter, is_cancelled)
        return replace(image, layers_total=built.layers_total, layers_new=built.layers_new)


@contextmanager
def _layer_context(dockerfile: str, layer: DevLayer, program: bytes) -> Iterator[Path]:
    with TemporaryDirectory(prefix="draftpy-") as name:
        folder = Path(name)
        (folder / _DOCKERFILE).write_text(dockerfile, encoding="utf-8")
        (folder / "agent.json").write_text(layer.render_config(), encoding="utf-8")
        (folder / "agent").write_bytes(program)
        (folder / "agent").chmod(0o755)
        yield folder


class _IgnoreNothing:
    def is_ignored(self, path: str, *, is_dir: bool = False) -> bool:  # noqa: ARG002
        return False

    def may_prune(self, folder: str) -> bool:  # noqa: ARG002
        return False


_NOTHING = _IgnoreNothing()
