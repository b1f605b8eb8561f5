"""status, history, rollback, list, delete, doctor, config explain on real releases."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from draftpy.adapters.helm_sdk import HelmReleases
from draftpy.release import ReleaseRequest
from tests.support.real_cluster import RealApp, RealCluster, real_app, request
from tests.support.reporter import ListReporter

pytestmark = pytest.mark.cluster


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory, cluster: RealCluster) -> Iterator[RealApp]:
    """Two revisions; tests that share it only look."""
    with real_app(tmp_path_factory.mktemp("twice"), cluster=cluster) as app:
        _deploy_twice(app)
        yield app


def _deploy_twice(app: RealApp) -> None:
    app.cli.run("create")
    app.cli.run("up", "--once")
    app.edit("server.py", 'VERSION = "1"', 'VERSION = "2"')
    app.cli.run("up", "--once")
    app.only_pod()


def _json(app: RealApp, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(app.cli.run(*words, "--output", "json").stdout)
    return found


def _served(app: RealApp) -> str:
    with app.cli.start("connect", "--no-logs", "--port", ":8080") as connect:
        url = connect.wait_for(r"→ (http://\S+)")[1]
        body = request(url)
        assert connect.stop() == 0
    return body


def test_status_is_one_screen(twice: RealApp) -> None:
    out = twice.cli.run("status").stdout
    (pod,) = twice.pods()
    assert "revision 2, deployed" in out
    assert re.search(rf"image +{twice.name}:[0-9a-f]{{12}}", out)
    assert "1 of 1 ready" in out
    assert re.search(rf"{pod['metadata']['name']} +yes +0 +running", out)
    assert "draftpy connect" in out
    assert len(out.splitlines()) < 15


def test_status_as_json(twice: RealApp) -> None:
    found = _json(twice, "status")
    assert (found["release"]["revision"], found["release"]["status"]) == (2, "deployed")
    assert [pod["ready"] for pod in found["pods"] if pod["state"] != "ending"] == [True]
    assert found["cause"] is None


def test_status_names_what_is_wrong(app: RealApp) -> None:
    app.cli.run("create")
    app.write("server.py", "raise SystemExit('no database')\n")
    app.cli.run("up", "--once", code=9)
    out = app.cli.run("status").stdout
    assert "the app ended by itself with exit code 1" in out
    assert "no database" in out


def test_history_has_each_revision_with_its_reason(twice: RealApp) -> None:
    first, second = _json(twice, "history")["revisions"]
    assert (first["revision"], first["status"]) == (1, "superseded")
    assert (second["revision"], second["status"]) == (2, "deployed")
    assert first["build_id"] != second["build_id"]
    assert "there is no release yet" in twice.cli.run("history").stdout


def test_list_has_the_releases_of_draftpy_and_no_others(twice: RealApp) -> None:
    _make_foreign_release(twice, "stranger")
    names = [found["name"] for found in _json(twice, "list", "-n", twice.namespace)["releases"]]
    assert names == [twice.name]
    assert twice.name in twice.cli.run("list").stdout


def test_config_explain_says_where_each_value_is_from(twice: RealApp) -> None:
    out = twice.cli.with_environ(DRAFTPY_TIMEOUT="7").run("config", "explain").stdout
    assert re.search(rf'namespace +"{twice.name}" +draft\.yaml:\d+', out)
    assert re.search(r"timeout +7.* environ DRAFTPY_TIMEOUT", out)
    assert re.search(r"dockerfile +\"Dockerfile\" +default", out)


def test_rollback_goes_back_and_waits_and_up_deploys_the_folder_again(app: RealApp) -> None:
    _deploy_twice(app)
    ran = app.cli.run("rollback")
    assert "revision 3" in ran.text
    assert "✓ rollout" in ran.text
    assert _served(app).endswith("version 1")
    app.cli.run("rollback", "2")
    app.cli.run("rollback", "1")
    assert app.helm_secrets()[-1]["metadata"]["labels"]["version"] == "5"
    app.cli.run("up", "--once")
    assert _served(app).endswith("version 2")


def test_rollback_to_what_never_was_says_what_there_is(twice: RealApp) -> None:
    ran = twice.cli.run("rollback", "7", code=9)
    assert "has no revision 7" in ran.stderr
    assert "it has: 1, 2" in ran.stderr


def test_delete_takes_the_namespace_that_draftpy_made_and_up_makes_it_anew(app: RealApp) -> None:
    app.cli.run("create")
    app.cli.run("up", "--once")
    ran = app.cli.run("delete", "--yes")
    assert f"{app.name} is removed, and namespace {app.namespace} with it" in ran.stdout
    app.cli.run("up", "--once")
    assert len(app.pods()) == 1


def test_delete_keeps_a_namespace_that_was_there_before(app: RealApp) -> None:
    app.cluster.make_namespace(app.namespace)
    app.cli.run("create")
    app.cli.run("up", "--once")
    app.cli.run("delete", "--yes")
    namespace = app.cluster.find_namespace(app.namespace)
    assert namespace
    again = app.cli.run("delete", "--yes")
    assert f"there was no release {app.name}" in again.stdout
    assert "deletionTimestamp" not in namespace["metadata"]
    _check_nothing_labelled(app)


def test_delete_keeps_a_namespace_in_which_others_live(app: RealApp) -> None:
    app.cli.run("create")
    app.cli.run("up", "--once")
    theirs = {"metadata": {"name": "theirs"}, "data": {"a": "b"}}
    app.cluster.client.post(f"/api/v1/namespaces/{app.namespace}/configmaps", theirs)
    app.cli.run("delete", "--yes")
    assert "theirs" in _names(app, "configmaps")
    _check_nothing_labelled(app)


def test_delete_asks_first(app: RealApp) -> None:
    app.cli.run("create")
    app.cli.run("up", "--once")
    ran = app.cli.run("delete", typed="n\n", code=1)
    assert f"Remove {app.name} from namespace {app.namespace}" in ran.stderr
    assert len(app.pods()) == 1
    app.cli.run("delete", typed="y\n")
    assert app.pods() == []


def test_a_release_of_others_is_refused_and_taken_over_when_told(app: RealApp) -> None:
    app.cluster.make_namespace(app.namespace)
    app.cli.run("create")
    _make_foreign_release(app, app.name)
    for words in (("up", "--once"), ("rollback",), ("delete", "--yes")):
        ran = app.cli.run(*words, code=10)
        assert (
            f"release {app.name} in namespace {app.namespace} was not made by draftpy" in ran.text
        )
        assert "--adopt" in ran.text
    ran = app.cli.run("up", "--once", "--adopt")
    assert "revision 2" in ran.text
    assert app.helm_secrets()[-1]["metadata"]["labels"]["draftpy.io/managed-by"] == "draftpy"


def test_doctor_finds_all_well_here(app: RealApp) -> None:
    checks = {check["name"]: check for check in _json(app, "doctor")["checks"]}
    assert all(check["ok"] for check in checks.values() if check["needed"]), checks
    assert "Kubernetes v1." in checks["cluster"]["found"]


def test_doctor_without_an_engine_says_what_to_do(app: RealApp) -> None:
    cli = app.cli.with_environ(DOCKER_HOST=f"unix://{app.folder}/none.sock")
    ran = cli.run("doctor", code=6)
    assert re.search(r"✗ docker engine +no Docker engine answers", ran.stdout)
    assert "✓ cluster" in ran.stdout


def _make_foreign_release(app: RealApp, name: str) -> None:
    """As the helm program makes one: without draftpy's labels."""
    releases = HelmReleases(str(app.cluster.kubeconfig), "", app.namespace, ListReporter())
    chart: Path = app.folder / "charts" / app.name
    releases.install(
        ReleaseRequest(
            name=name,
            namespace=app.namespace,
            chart=chart,
            values={"replicaCount": 0},
            labels={},
            description="by hand",
        )
    )


def _names(app: RealApp, kind: str) -> list[str]:
    return [item["metadata"]["name"] for item in app.cluster.items(app.namespace, kind)]


def _check_nothing_labelled(app: RealApp) -> None:
    label = f"app.kubernetes.io/instance={app.name}"
    kinds = ("pods", "services", "serviceaccounts", "configmaps", "secrets", "apps/deployments")
    left = {kind: app.cluster.items(app.namespace, kind, label) for kind in kinds}
    assert not any(left.values()), left
    assert app.helm_secrets() == []
