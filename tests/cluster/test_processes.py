"""Several processes, migrations and jobs where Pod Security is at its strictest."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.real_cluster import RealApp, RealCluster, ensure_bases, real_app, wait_until
from tests.support.source import write_files

pytestmark = pytest.mark.cluster

RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
PROCFILE = "web: python server.py\nworker: python worker.py\nrelease: python -m this\n"
WORKER = "import time\nprint('working', flush=True)\ntime.sleep(600)\n"


@pytest.fixture
def app(tmp_path: Path, cluster: RealCluster) -> Iterator[RealApp]:
    """A server in a namespace that is strict."""
    with real_app(tmp_path, "python-plain", cluster=cluster) as app:
        cluster.make_namespace(app.namespace, **RESTRICTED)
        yield app


def test_processes_of_a_procfile_run_beside_web(app: RealApp) -> None:
    write_files(app.folder, {"Procfile": PROCFILE, "worker.py": WORKER})
    app.cli.run("create")
    ensure_bases(app.folder / "Dockerfile")
    app.cli.run("up", "--once")
    ready = {
        item["metadata"]["name"]: item["status"].get("readyReplicas")
        for item in app.cluster.items(app.namespace, "apps/deployments")
    }
    assert ready == {app.name: 1, f"{app.name}-worker": 1}
    for said in ("working", "listening"):
        with app.cli.start("logs", "--follow") as logs:
            logs.wait_for(said)


def test_migrations_that_are_asked_for_run_before_the_release(app: RealApp) -> None:
    write_files(app.folder, {"Procfile": PROCFILE.replace("-m this", "-c 'raise SystemExit(3)'")})
    app.cli.run("create")
    ensure_bases(app.folder / "Dockerfile")
    values = app.folder / "charts" / app.name / "values.yaml"
    text = values.read_text().replace(
        "migrations:\n  enabled: false", "migrations:\n  enabled: true"
    )
    values.write_text(text)
    failed = app.cli.run("up", "--once", code=9, timeout_s=300.0)
    assert "migrations" in failed.text


def test_a_job_runs_once_and_ends(app: RealApp) -> None:
    (app.folder / "server.py").unlink()
    write_files(app.folder, {"main.py": "print(sum(range(10)), flush=True)\n"})
    app.cli.run("create")
    ensure_bases(app.folder / "Dockerfile")
    draft = app.folder / "draft.yaml"
    # In development the agent would keep the container for the next change.
    draft.write_text(draft.read_text().replace("development:", "production:"))
    app.cli.run("up", "--once")
    wait_until(lambda: _succeeded(app) == 1, "the end of the job")
    assert "45" in app.cli.run("logs").text


def _succeeded(app: RealApp) -> int:
    (job,) = app.cluster.items(app.namespace, "batch/jobs")
    return int(job["status"].get("succeeded", 0))
