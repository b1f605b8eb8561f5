"""create, up --once, connect: what is deployed, and that only what changed is done again."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.draft_cli import Ran
from tests.support.real_cluster import (
    RealApp,
    RealCluster,
    find_images,
    real_app,
    request,
    wait_answer,
)

pytestmark = pytest.mark.cluster

# The first local port is often taken on a machine in use; any free one will do for a test.
ANY_PORT = ("--port", ":8080")


@pytest.fixture
def up(app: RealApp) -> RealApp:
    """Created and deployed once."""
    app.cli.run("create")
    app.cli.run("up", "--once")
    return app


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory, cluster: RealCluster) -> Iterator[RealApp]:
    """Created and deployed once for all tests that only look."""
    with real_app(tmp_path_factory.mktemp("deployed"), cluster=cluster) as app:
        app.cli.run("create")
        app.cli.run("up", "--once")
        yield app


def _revision(app: RealApp) -> int:
    return int(app.helm_secrets()[-1]["metadata"]["labels"]["version"])


def _image(app: RealApp) -> str:
    (deployment,) = app.cluster.items(app.namespace, "apps/deployments")
    return str(deployment["spec"]["template"]["spec"]["containers"][0]["image"])


def _tag(app: RealApp) -> str:
    (deployment,) = app.cluster.items(app.namespace, "apps/deployments")
    return str(deployment["spec"]["template"]["metadata"]["labels"]["draftpy.io/build-id"])


def _skipped(ran: Ran) -> list[str]:
    return re.findall(r"(?m)^- (\w+)", ran.text)


def _done(ran: Ran) -> list[str]:
    return re.findall(r"(?m)^✓ (\w+)", ran.text)


def test_create_and_up_make_an_app_that_answers(deployed: RealApp) -> None:
    with deployed.cli.start("connect", *ANY_PORT) as connect:
        url = connect.wait_for(r"→ (http://\S+)")[1]
        assert request(url) == "Hello from plain Python, version 1"
        connect.wait_for(r"GET / HTTP")
        assert connect.stop() == 0


def test_the_release_is_helms_own(deployed: RealApp) -> None:
    (secret,) = deployed.helm_secrets()
    assert secret["type"] == "helm.sh/release.v1"
    labels = secret["metadata"]["labels"]
    assert (labels["status"], labels["version"]) == ("deployed", "1")
    assert labels["draftpy.io/managed-by"] == "draftpy"
    assert labels["draftpy.io/environment"] == "development"
    assert labels["draftpy.io/build-id"] == _tag(deployed)


def test_pods_say_their_environment_and_build_and_run_a_digest(deployed: RealApp) -> None:
    pod = deployed.only_pod()
    assert pod["metadata"]["labels"]["draftpy.io/environment"] == "development"
    assert pod["metadata"]["labels"]["draftpy.io/build-id"] == _tag(deployed)
    image = pod["spec"]["containers"][0]["image"]
    assert re.fullmatch(rf"\S+/{deployed.name}@sha256:[0-9a-f]{{64}}", image)


def test_a_namespace_that_draftpy_made_says_so(deployed: RealApp) -> None:
    namespace = deployed.cluster.find_namespace(deployed.namespace)
    assert namespace
    assert namespace["metadata"]["labels"]["draftpy.io/managed-by"] == "draftpy"


def test_the_git_commit_is_told_on_the_release(app: RealApp) -> None:
    app.cli.run("create")
    commit = _make_repository(app.folder)
    app.cli.run("up", "--once")
    assert app.helm_secrets()[-1]["metadata"]["labels"]["draftpy.io/git-commit"] == commit
    assert commit[:12] in app.cli.run("status").stdout


def test_what_is_unchanged_is_not_done_again(up: RealApp) -> None:
    for number in range(1000):
        up.write(f"assets/{number}.txt", f"{number}\n")
    up.cli.run("up", "--once")
    revision = _revision(up)
    for path in up.folder.rglob("*.txt"):
        os.utime(path)
    again = up.cli.run("up", "--once")
    assert _skipped(again) == ["build", "publish", "release"]
    assert _revision(up) == revision


def test_a_change_of_the_chart_builds_nothing(up: RealApp) -> None:
    image = _image(up)
    template = f"charts/{up.name}/templates/service.yaml"
    up.edit(template, "metadata:\n", "metadata:\n  annotations:\n    test: changed\n")
    ran = up.cli.run("up", "--once")
    assert _skipped(ran)[:1] == ["build"]
    assert (_image(up), _revision(up)) == (image, 2)
    (service,) = up.cluster.items(up.namespace, "services")
    assert service["metadata"]["annotations"]["test"] == "changed"


@pytest.mark.parametrize("where", ["chart", "draft.yaml"])
def test_a_change_of_values_builds_nothing(up: RealApp, where: str) -> None:
    if where == "chart":
        up.edit(f"charts/{up.name}/values.yaml", "\nenv: {}", "\nenv:\n  COLOUR: blue")
    else:
        lines = "    values:\n      env:\n        COLOUR: blue\n"
        up.write("draft.yaml", (up.folder / "draft.yaml").read_text() + lines)
    ran = up.cli.run("up", "--once")
    assert _skipped(ran)[:1] == ["build"]
    assert _revision(up) == 2
    pod = up.only_pod()
    assert {"name": "COLOUR", "value": "blue"} in pod["spec"]["containers"][0]["env"]


def test_other_content_has_another_tag_and_the_old_content_its_old_one(up: RealApp) -> None:
    first = _tag(up)
    up.edit("server.py", 'VERSION = "1"', 'VERSION = "2"')
    assert "build" in _done(up.cli.run("up", "--once"))
    assert _tag(up) != first
    up.edit("server.py", 'VERSION = "2"', 'VERSION = "1"')
    ran = up.cli.run("up", "--once")
    assert _tag(up) == first
    assert "build" in _skipped(ran)


def test_up_creates_first_where_nothing_was_created(app: RealApp) -> None:
    ran = app.cli.run("up", "--once")
    assert "create    draft.yaml" in ran.text
    assert _done(ran) == ["build", "publish", "release", "rollout"]


def test_another_namespace_and_environment(app: RealApp) -> None:
    app.cli.run("create")
    lines = "  staging:\n    values:\n      replicaCount: 2\n"
    app.write("draft.yaml", (app.folder / "draft.yaml").read_text() + lines)
    app.cli.run("up", "--once", "--environment", "staging")
    pods = app.pods()
    assert len(pods) == 2
    assert {pod["metadata"]["labels"]["draftpy.io/environment"] for pod in pods} == {"staging"}


def test_dry_run_says_the_plan_and_does_nothing(app: RealApp) -> None:
    app.cli.run("create")
    ran = app.cli.run("up", "--dry-run", "--output", "json")
    steps = json.loads(ran.stdout.splitlines()[-1])["body"]["steps"]
    assert [(step["stage"], step["decision"]) for step in steps] == [
        ("build", "run"),
        ("publish", "run"),
        ("release", "run"),
    ]
    assert app.cluster.find_namespace(app.namespace) is None
    assert not find_images(app.name)


def test_events_are_one_json_object_a_line(app: RealApp) -> None:
    app.cli.run("create")
    ran = app.cli.run("up", "--once", "--output", "json")
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    finished = [event["stage"] for event in events if event["event"] == "stage-finished"]
    assert finished == ["build", "publish", "release", "rollout"]
    assert all(isinstance(event["event"], str) for event in events)


def test_quiet_says_nothing_when_all_is_well(app: RealApp) -> None:
    app.cli.run("create", "--quiet")
    ran = app.cli.run("up", "--once", "--quiet")
    assert ran.text == ""


def test_a_page_is_served_as_a_user_opens_it(app: RealApp) -> None:
    app.cli.run("create")
    with app.cli.start("up", "--no-watch", *ANY_PORT) as up:
        url = up.wait_for(r"→ (http://\S+)")[1]
        wait_answer(url, lambda body: body.endswith("version 1"))
        assert up.stop() == 0


def _make_repository(folder: Path) -> str:
    who = ("-c", "user.name=t", "-c", "user.email=t@localhost")
    for words in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "first")):
        subprocess.run(("git", *words), cwd=folder, check=True)
    found = subprocess.check_output(("git", "rev-parse", "HEAD"), cwd=folder, text=True)
    return found.strip()
