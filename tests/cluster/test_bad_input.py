"""What goes wrong has its exit code, names the thing and the next command, and loses nothing."""

import re
from pathlib import Path

import pytest
import yaml

from tests.support.draft_cli import DraftCli
from tests.support.real_cluster import RealApp, docker, find_images
from tests.support.refusing_registry import refusing_registry

pytestmark = pytest.mark.cluster


@pytest.fixture
def created(app: RealApp) -> RealApp:
    app.cli.run("create")
    return app


def _kubeconfig(app: RealApp, folder: Path, **changes: str) -> DraftCli:
    """draftpy with the kubeconfig's server or user changed."""
    found = yaml.safe_load(app.cluster.kubeconfig.read_text())
    found["clusters"][0]["cluster"]["server"] = changes.get(
        "server", found["clusters"][0]["cluster"]["server"]
    )
    if "token" in changes:
        found["users"][0]["user"] = {"token": changes["token"]}
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(found))
    return app.cli.with_environ(KUBECONFIG=str(path))


def test_no_source(app: RealApp, tmp_path: Path) -> None:
    for words in (("create", "nowhere"), ("up", "nowhere"), ("status", "nowhere")):
        assert "nowhere is not there" in app.cli.run(*words, code=2).stderr
    (tmp_path / "empty").mkdir()
    ran = app.cli.run("create", str(tmp_path / "empty"), code=4)
    assert "→" in ran.stderr
    assert list((tmp_path / "empty").iterdir()) == []


def test_an_unknown_pack(app: RealApp) -> None:
    ran = app.cli.run("create", "--pack", "pyhton", code=4)
    assert "pyhton" in ran.stderr
    assert "python" in ran.stderr.replace("pyhton", "")
    assert [path.name for path in app.folder.iterdir()] == ["server.py"]


def test_a_half_written_draft_yaml(created: RealApp) -> None:
    good = (created.folder / "draft.yaml").read_text()
    for bad, said in (
        (good.replace("namespace:", "namespce:"), r"draft\.yaml.*6.*namespce"),
        (good + "  - [", r"draft\.yaml"),
        (good.replace("version: 1", "version: 9"), r"draft\.yaml.*1.*version must be 1"),
    ):
        created.write("draft.yaml", bad)
        ran = created.cli.run("up", "--once", code=3)
        assert re.search(said, ran.stderr, re.DOTALL)
        assert (created.folder / "draft.yaml").read_text() == bad
    created.write("draft.yaml", good.replace("namespace:", "namespce:"))
    assert "namespace" in created.cli.run("status", code=3).stderr


def test_files_in_the_way(app: RealApp) -> None:
    app.write("Dockerfile", "FROM scratch\nCOPY server.py /mine\n")
    app.write(f"charts/{app.name}/Chart.yaml", "name: mine\n")
    ran = app.cli.run("create", "--pack", "python", code=5)
    assert "Dockerfile" in ran.stderr
    assert "--force" in ran.stderr
    assert (app.folder / "Dockerfile").read_text() == "FROM scratch\nCOPY server.py /mine\n"
    assert not (app.folder / "draft.yaml").exists()


def test_no_engine(created: RealApp) -> None:
    cli = created.cli.with_environ(DOCKER_HOST=f"unix://{created.folder}/none.sock")
    ran = cli.run("up", "--once", code=6)
    assert "no Docker engine answers at DOCKER_HOST=unix://" in ran.stderr
    assert "→ start" in ran.stderr


def test_no_cluster(created: RealApp, tmp_path: Path) -> None:
    cli = _kubeconfig(created, tmp_path, server="https://127.0.0.1:1")
    for words in (("up", "--once"), ("status",), ("logs",), ("list",), ("delete", "--yes")):
        ran = cli.run(*words, code=6)
        assert re.search(r"does not answer|cannot be reached", ran.stderr)
        assert "→" in ran.stderr


def test_an_unknown_kube_context(created: RealApp) -> None:
    for words in (("up", "--once"), ("logs",), ("list",)):
        ran = created.cli.run(*words, "--context", "nowhere", code=3)
        assert "no kube context 'nowhere'" in ran.stderr
        assert "it has: devcluster" in ran.stderr or "it has:" in ran.stderr


def test_no_kubeconfig(created: RealApp) -> None:
    cli = created.cli.with_environ(KUBECONFIG=str(created.folder / "none"))
    assert "there is no usable kubeconfig" in cli.run("up", "--once", code=3).stderr


def test_a_forbidden_namespace(created: RealApp, tmp_path: Path) -> None:
    cli = _kubeconfig(created, tmp_path, token=_token_without_rights(created))
    assert "you may not look at" in cli.run("up", "--once", code=8).stderr
    draft_yaml = (created.folder / "draft.yaml").read_text()
    created.write("draft.yaml", draft_yaml + "    registry: localhost:5000\n")
    ran = cli.run("up", "--once", code=9)
    assert re.search(r"forbid", ran.text)
    assert created.namespace in ran.text
    assert "→" in ran.text
    assert re.search(r"✗ rights .*create deployments", cli.run("doctor", code=9).stdout)


def test_a_registry_that_refuses(created: RealApp) -> None:
    with refusing_registry(401, "UNAUTHORIZED") as registry:
        lines = f"    registry: {registry}/team\n"
        created.write("draft.yaml", (created.folder / "draft.yaml").read_text() + lines)
        ran = created.cli.run("up", "--once", code=8)
    assert f"registry {registry} refuses" in ran.stderr
    assert f"docker login {registry}" in ran.stderr
    assert created.helm_secrets() == []


def test_a_typo_in_the_dockerfile(created: RealApp) -> None:
    created.edit("Dockerfile", "WORKDIR", "WORKDRI")
    assert re.search(
        r"Dockerfile line \d+: .*WORKDRI", created.cli.run("up", "--once", code=7).stderr
    )


def test_a_run_that_fails(created: RealApp) -> None:
    created.edit("Dockerfile", "ENV PORT", "RUN seq 1 30 && echo no such thing && exit 4\nENV PORT")
    ran = created.cli.run("up", "--once", code=7)
    assert re.search(r"Dockerfile:\d+ failed: RUN seq 1 30", ran.stderr)
    assert re.search(r"(?m)^ +no such thing$", ran.stderr)
    assert find_images(created.name) == []


def test_an_image_that_cannot_start(created: RealApp) -> None:
    created.edit("Dockerfile", 'CMD ["python", "server.py"]', 'CMD ["pyhton", "server.py"]')
    ran = created.cli.run("up", "--once", code=9)
    assert "the app's command is not in the image" in ran.stderr
    assert "pyhton" in ran.stderr
    assert "mend CMD or ENTRYPOINT" in ran.stderr


def test_an_image_that_runs_as_root(created: RealApp) -> None:
    values = f"charts/{created.name}/values.yaml"
    created.edit(values, "  runAsUser: 10001\n  runAsGroup: 10001\n  fsGroup: 10001\n", "")
    created.edit("Dockerfile", "USER 10001:10001", "USER root")
    ran = created.cli.run("up", "--once", code=9)
    assert "cannot be made" in ran.stderr
    assert "root" in ran.stderr


def test_a_chart_that_does_not_render(created: RealApp) -> None:
    created.edit(
        f"charts/{created.name}/templates/service.yaml", "metadata:", "metadata: {{ .Values.a.b }}"
    )
    ran = created.cli.run("up", "--once", code=9)
    assert re.search(r"service\.yaml.* line \d+", ran.stderr)
    assert created.helm_secrets() == []


def test_values_that_break_the_schema(created: RealApp) -> None:
    created.edit(f"charts/{created.name}/values.yaml", "replicaCount: 1", "replicaCount: many")
    ran = created.cli.run("up", "--once", code=9)
    assert "value replicaCount breaks the chart's schema" in ran.stderr


def test_a_chart_that_is_not_there(created: RealApp) -> None:
    (created.folder / "charts" / created.name / "Chart.yaml").unlink()
    assert "there is no Helm chart in" in created.cli.run("up", "--once", code=9).stderr


def test_an_app_that_never_gets_ready(created: RealApp) -> None:
    created.write(
        "server.py", "import time\nprint('still thinking', flush=True)\ntime.sleep(999)\n"
    )
    ran = created.cli.run("up", "--once", "--timeout", "5", code=9)
    assert "does not answer its probe on port 8080" in ran.stderr
    assert "→" in ran.stderr
    assert ran.seconds < 15


def test_an_image_that_is_too_big_for_its_memory(created: RealApp) -> None:
    created.write("server.py", "x = [bytearray(1 << 20) for _ in range(1000)]\n")
    created.edit(f"charts/{created.name}/values.yaml", "memory: 256Mi", "memory: 32Mi")
    created.edit(f"charts/{created.name}/values.yaml", "memory: 128Mi", "memory: 32Mi")
    ran = created.cli.run("up", "--once", code=9)
    assert "used more memory than its limit" in ran.stderr
    assert "resources.limits.memory" in ran.stderr


def test_a_path_with_spaces_and_other_letters(app: RealApp) -> None:
    folder = app.folder.parent / "mein café · 東京"
    app.folder.rename(folder)
    cli = DraftCli(folder=folder.parent, changes=app.cli.changes)
    cli.run("create", folder.name, "--name", app.name)
    (folder / "größe 日本.txt").write_text("x\n")
    cli.run("up", "--once", folder.name)
    (image, *_) = [i for i in find_images(app.name) if "/" not in i]
    assert (
        docker("run", "--rm", "--entrypoint", "ls", image, "/app")
        .split("\n")
        .count("größe 日本.txt")
    )
    assert f"{app.name} ·" in cli.run("status", folder.name).stdout


def test_a_cluster_that_is_not_local_is_refused(created: RealApp, tmp_path: Path) -> None:
    cli = _kubeconfig(created, tmp_path, server="https://192.0.2.1:6443")
    context = yaml.safe_load(created.cluster.kubeconfig.read_text())["current-context"]
    for words in (("up", "--once"), ("rollback",), ("delete", "--yes")):
        ran = cli.run(*words, code=10, timeout_s=20)
        assert "192.0.2.1" in ran.stderr
        assert f"context: {context}" in ran.stderr
        assert "development:" in ran.stderr
    assert find_images(created.name) == []


def test_a_link_to_nowhere_is_sent_as_it_is(created: RealApp) -> None:
    (created.folder / "link").symlink_to("nowhere")
    created.cli.run("up", "--once")


def test_a_namespace_that_has_no_room(created: RealApp) -> None:
    created.cluster.make_namespace(created.namespace)
    quota = {"metadata": {"name": "none"}, "spec": {"hard": {"pods": "0"}}}
    path = f"/api/v1/namespaces/{created.namespace}/resourcequotas"
    created.cluster.client.post(path, quota)
    ran = created.cli.run("up", "--once", code=9)
    assert "exceeded quota" in ran.stderr


def _token_without_rights(app: RealApp) -> str:
    """Of a service account that exists, in the namespace of the app, and may do nothing."""
    app.cluster.make_namespace(app.namespace)
    path = f"/api/v1/namespaces/{app.namespace}/serviceaccounts"
    app.cluster.client.post(path, {"metadata": {"name": "nobody"}})
    answer = app.cluster.client.post(f"{path}/nobody/token", {"spec": {}})
    return str(answer["status"]["token"])
