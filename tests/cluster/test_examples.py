"""Every example, from its source alone to an answer, where Pod Security is at its strictest."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.draft_cli import Running
from tests.support.examples import Example, load_examples
from tests.support.real_cluster import (
    RealApp,
    RealCluster,
    ensure_bases,
    real_app,
    wait_answer,
)

pytestmark = pytest.mark.cluster

EXAMPLES = tuple(example for example in load_examples() if not example.not_built)
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


@pytest.mark.parametrize(
    ("restricted", "example"),
    [(example.name, example) for example in EXAMPLES],
    ids=[example.name for example in EXAMPLES],
    indirect=["restricted"],
)
def test_an_example_is_created_served_and_edited(restricted: RealApp, example: Example) -> None:
    restricted.cli.run("create")
    ensure_bases(restricted.folder / "Dockerfile")
    expect = example.expect
    assert _pack(restricted) == expect["pack"]
    ports = ("--port", f":{expect['port']}") if expect["port"] else ()
    with restricted.cli.start("up", *ports) as up:
        url = up.wait_for(r"→ (http://\S+)")[1] if ports else ""
        _check_says(up, url, expect.get("answers") or expect["logs"])
        edit = expect["edit"]
        restricted.edit(edit["file"], edit["from"], edit["to"])
        _check_says(up, url, {**expect.get("answers", {}), "contains": edit["contains"]})
        assert up.stop() == 0
    _check_user(restricted)


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
