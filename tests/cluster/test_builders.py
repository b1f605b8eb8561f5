"""The same app by BuildKit and by the engine's classic builder."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.draft_cli import DraftCli
from tests.support.real_cluster import RealApp, RealCluster, real_app, wait_answer

pytestmark = pytest.mark.cluster

HOW = {"buildx": "BuildKit by docker buildx", "classic": "classic builder"}


@pytest.fixture(params=sorted(HOW))
def built(
    request: pytest.FixtureRequest, tmp_path: Path, cluster: RealCluster
) -> Iterator[tuple[RealApp, DraftCli, str]]:
    """The Flask example, whose Dockerfile has a cache mount, and the builder that is to be used."""
    with real_app(tmp_path, "python-flask", cluster=cluster) as app:
        bare = tmp_path / "docker-config"
        bare.mkdir()
        # Docker finds its plugins by its config; without them it cannot offer buildx.
        (bare / "config.json").write_text(json.dumps({"cliPluginsExtraDirs": []}))
        cli = (
            app.cli if request.param == "buildx" else app.cli.with_environ(DOCKER_CONFIG=str(bare))
        )
        yield app, cli, request.param


def test_an_app_is_built_and_served(built: tuple[RealApp, DraftCli, str]) -> None:
    app, cli, kind = built
    cli.run("create")
    with cli.start("up", "--verbose", "--port", ":8080") as up:
        url = up.wait_for(r"→ (http://\S+)")[1]
        up.wait_for(rf"│ {HOW[kind]}")
        wait_answer(url, lambda body: "Hello from Flask, version 1" in body)
        app.edit("app.py", 'VERSION = "1"', 'VERSION = "2"')
        wait_answer(url, lambda body: "Hello from Flask, version 2" in body)
        assert up.stop() == 0


def test_a_build_that_fails_shows_its_last_lines(built: tuple[RealApp, DraftCli, str]) -> None:
    app, cli, _ = built
    cli.run("create")
    app.write("Dockerfile", "FROM python:3.13-slim\nRUN seq 1 30 && echo no such thing && exit 3\n")
    ran = cli.run("up", "--once", code=7)
    assert "Dockerfile:2 failed: RUN seq 1 30" in ran.stderr
    assert "no such thing" in ran.stderr
    assert app.helm_secrets() == []
