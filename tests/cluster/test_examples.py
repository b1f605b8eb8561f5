"""Every example, from its source alone to an answer, where Pod Security is at its strictest."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.draft_cli import Running
from tests.support.example_table import BuiltExample
from tests.support.examples import Example, load_examples
from tests.support.real_cluster import (
    RealApp,
    RealCluster,
    docker,
    ensure_bases,
    real_app,
    wait_answer,
)

pytestmark = pytest.mark.cluster

EXAMPLES = tuple(example for example in load_examples() if not example.not_built)
# Built by `make test`; `make test-packs` builds all that can be built.
CORE = frozenset(
    {
        "bun-hono",
        "deno-hono",
        "go-cmd",
        "go-modules",
        "java-plain",
        "java-spring",
        "node-express",
        "node-plain",
        "node-pnpm",
        "node-typescript",
        "node-workspaces",
        "node-yarn-berry",
        "own-dockerfile",
        "php-plain",
        "python-django",
        "python-fastapi",
        "python-flask",
        "python-plain",
        "python-uv",
        "python-worker",
        "rust-axum",
        "shell-socat",
        "static-site",
    }
)
# A compiler and all packages of an app, downloaded and built on two slow cores.
FIRST_BUILD_S = 400.0
# What `up` tells of a build: its time.
BUILT = r"✓ build .* (\d+(?:\.\d+)?) (ms|s|min)\b"
RESTRICTED = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/enforce-version": "latest",
}


@pytest.fixture
def restricted(
    request: pytest.FixtureRequest, tmp_path: Path, cluster: RealCluster
) -> Iterator[RealApp]:
    """An example in a folder whose name gives nothing away, and a namespace that is strict."""
    with real_app(tmp_path, request.param, cluster=cluster) as app:
        cluster.make_namespace(app.namespace, **RESTRICTED)
        yield app


def _param(example: Example) -> Any:
    marks = [] if example.name in CORE else [pytest.mark.packs]
    return pytest.param(example.name, example, id=example.name, marks=marks)


@pytest.mark.parametrize(
    ("restricted", "example"),
    [_param(example) for example in EXAMPLES],
    indirect=["restricted"],
)
def test_an_example_is_created_served_and_edited(
    restricted: RealApp, example: Example, built_examples: list[BuiltExample]
) -> None:
    restricted.cli.run("create")
    ensure_bases(restricted.folder / "Dockerfile")
    expect = example.expect
    assert _pack(restricted) == expect["pack"]
    ports = ("--port", f":{expect['port']}") if expect["port"] else ()
    with restricted.cli.start("up", *ports) as up:
        # The port is held from the first moment, before anything is built.
        url = up.wait_for(r"→ (http://\S+)")[1] if ports else ""
        cold = up.wait_for(BUILT, FIRST_BUILD_S)
        up.wait_for("✓ release")
        released = time.monotonic()
        _check_says(up, url, expect.get("answers") or expect["logs"])
        answered_s = time.monotonic() - released
        edit = expect["edit"]
        restricted.edit(edit["file"], edit["from"], edit["to"])
        _check_says(up, url, {**expect.get("answers", {}), "contains": edit["contains"]})
        assert up.stop() == 0
    _check_user(restricted)
    warm = re.search(BUILT, restricted.cli.run("up", "--once").text)
    built_examples.append(
        BuiltExample(
            name=example.name,
            size_mb=_size_mb(restricted),
            cold=f"{cold[1]} {cold[2]}",
            warm=f"{warm[1]} {warm[2]}" if warm else "-",
            answered_s=answered_s,
        )
    )


def _size_mb(app: RealApp) -> float:
    image = app.only_pod()["spec"]["containers"][0]["image"]
    return int(docker("image", "inspect", image, "--format", "{{.Size}}")) / 1e6


def _check_user(app: RealApp) -> None:
    """The app runs as a number that is not root; the namespace sees to the rest."""
    context = app.only_pod()["spec"]["securityContext"]
    assert context["runAsNonRoot"] is True
    assert context["runAsUser"] > 0


def _pack(app: RealApp) -> str:
    return str(yaml.safe_load((app.folder / "draft.yaml").read_text())["pack"]).partition("@")[0]


def _check_says(up: Running, url: str, wanted: dict[str, Any]) -> None:
    if not url:
        up.wait_for(re.escape(wanted["contains"]))
        return
    address = url + wanted.get("path", "/")
    wait_answer(address, lambda body: wanted["contains"] in body)
