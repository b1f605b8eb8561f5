"""The development image: the agent over an app's own image."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from draftpy.build import BuildRequest, BuiltImage, Cancelled, image_tag
from draftpy.dev_image import DevImageBuilder
from draftpy.dev_layer import DevLayer, ImageConfig, render_dockerfile
from draftpy.dev_settings import OnExit
from draftpy.errors import BuildFailed
from draftpy.events import Reporter
from tests.support.contexts import request_of, write_tree
from tests.support.engine import FixedBuilder
from tests.support.reporter import ListReporter

LAYER = DevLayer(
    roots=("/app",),
    files=(("/app/app.py", "abc"),),
    run=(),
    on_exit=OnExit.WAIT,
    agent_digest="d1",
)
CONFIG = ImageConfig(entrypoint=("python",), cmd=("app.py",), architecture="amd64")


class FixedImages:
    def get_config(self, ref: str) -> ImageConfig:
        assert ref.endswith("-app")
        return CONFIG


class FixedAgents:
    def get_program(self, architecture: str) -> bytes:
        return f"agent for {architecture}".encode()


class LookingBuilder(FixedBuilder):
    """Reads what it gets while it is there."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[str, dict[str, str]] = {}

    def build(
        self, request: BuildRequest, reporter: Reporter, is_cancelled: Cancelled
    ) -> BuiltImage:
        context = request.context
        names = [file.path for file in context.files if not file.is_folder]
        self.texts[request.ref.tag] = {n: (context.root / n).read_text() for n in names}
        return super().build(request, reporter, is_cancelled)


def test_the_agent_runs_what_the_image_runs() -> None:
    lines = render_dockerfile("hello:1-app", CONFIG, LAYER).splitlines()
    assert lines == [
        "FROM hello:1-app",
        "COPY agent agent.json /.draftpy/",
        "STOPSIGNAL SIGTERM",
        'ENTRYPOINT ["/.draftpy/agent", "run", "--", "python"]',
        'CMD ["app.py"]',
    ]


def test_a_command_of_the_settings_replaces_both() -> None:
    layer = replace(LAYER, run=("/tmp/app", "-v"))
    text = render_dockerfile("hello:1-app", CONFIG, layer)
    assert 'ENTRYPOINT ["/.draftpy/agent", "run", "--", "/tmp/app", "-v"]\nCMD []\n' in text


def test_an_image_without_a_command_is_refused() -> None:
    nothing = ImageConfig(entrypoint=(), cmd=(), architecture="amd64")
    with pytest.raises(BuildFailed, match="neither ENTRYPOINT nor CMD"):
        render_dockerfile("hello:1-app", nothing, LAYER)


def test_the_agent_is_told_its_roots_and_the_hashes_of_the_files() -> None:
    config = json.loads(LAYER.render_config())
    assert config == {
        "version": 1,
        "roots": ["/app"],
        "onExit": "wait",
        "files": {"/app/app.py": "abc"},
    }


def test_two_images_are_built_and_the_second_has_the_agent(tmp_path: Path) -> None:
    inner = LookingBuilder()
    request = replace(request_of(write_tree(tmp_path, {}), "hello"), layer=LAYER)
    builder = DevImageBuilder(inner, FixedImages(), FixedAgents())
    image = builder.build(request, ListReporter(), lambda: False)
    assert image.ref == request.ref
    assert list(inner.texts) == [f"{request.ref.tag}-app", request.ref.tag]
    assert inner.texts[request.ref.tag]["agent"] == "agent for amd64"


def test_without_a_layer_nothing_is_added(tmp_path: Path) -> None:
    inner = LookingBuilder()
    request = request_of(write_tree(tmp_path, {}), "hello")
    DevImageBuilder(inner, FixedImages(), FixedAgents()).build(
        request, ListReporter(), lambda: False
    )
    assert list(inner.texts) == [request.ref.tag]


def test_another_agent_is_another_image() -> None:
    tags = {
        image_tag("c", dockerfile="Dockerfile", layer=layer)
        for layer in (None, LAYER, replace(LAYER, agent_digest="d2"), replace(LAYER, run=("x",)))
    }
    assert len(tags) == 4
