"""Saves that reach the running pod, in milliseconds, whatever an editor does."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.real_cluster import (
    RealApp,
    RealCluster,
    docker,
    real_app,
    wait_answer,
    wait_until,
)
from tests.support.sync_loop import SYNCED, Loop, in_pod, server, starting

pytestmark = pytest.mark.cluster
MANY_SAVES = 300


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, cluster: RealCluster) -> Iterator[Loop]:
    """One `up` that lives through all of these tests, and one image."""
    with real_app(tmp_path_factory.mktemp("sync"), cluster=cluster) as app:
        app.cli.run("create")
        with starting(app) as loop:
            yield loop


@pytest.fixture
def loop(session: Loop) -> Loop:
    assert session.up.process.poll() is None, f"up has ended:\n{session.up.text}"
    session.up.skip_lines()
    return session


def test_a_save_is_served_by_the_same_pod(loop: Loop) -> None:
    pod = loop.app.only_pod()["metadata"]["uid"]
    loop.source.write_text(loop.next_text())
    loop.check_synced()
    assert loop.app.only_pod()["metadata"]["uid"] == pod


def test_the_same_bytes_restart_nothing(loop: Loop) -> None:
    loop.source.write_text(server(loop.version))
    loop.up.wait_for("same content: nothing to do")


def test_a_crash_is_explained_and_the_next_save_heals_it(loop: Loop) -> None:
    loop.source.write_text("def greet():\n    return gret\n\n\ngreet()\n")
    loop.up.wait_for(r"✗ sync +the app crashed \(exit 1\)")
    loop.up.wait_for(r"NameError: name 'gret' is not defined")
    loop.source.write_text(loop.next_text())
    loop.check_synced()


def _vim(file: Path, text: str) -> None:
    """Backup by rename, a probe, the new file written under the old name."""
    probe = file.with_name("4913")
    probe.write_text("")
    probe.unlink()
    backup = file.with_name(f"{file.name}~")
    file.rename(backup)
    file.write_text(text)
    backup.unlink()


def _jetbrains(file: Path, text: str) -> None:
    """Written aside, the old one renamed away, the new one into its place."""
    new, old = (file.with_name(f"{file.name}___jb_{part}___") for part in ("tmp", "old"))
    new.write_text(text)
    file.rename(old)
    new.rename(file)
    old.unlink()


def _temporary_file(file: Path, text: str) -> None:
    """A file of any name beside the target, renamed over it."""
    aside = file.with_name("Xq3zkf")
    aside.write_text(text)
    aside.replace(file)


def _truncated(file: Path, text: str) -> None:
    """Emptied, then written in two pieces."""
    with file.open("w") as out:
        out.flush()
        out.write(text[:200])
        out.flush()
        os.fsync(out.fileno())
        out.write(text[200:])


@pytest.mark.parametrize("save", [_vim, _jetbrains, _temporary_file, _truncated])
def test_no_editors_way_of_saving_rebuilds(loop: Loop, save: object) -> None:
    assert callable(save)
    save(loop.source, loop.next_text())
    loop.check_synced()
    listed = in_pod(loop.app, "python", "-c", "import os; print(os.listdir('/app'))")
    assert set(re.findall(r"'([^']+)'", listed)) == {"server.py"}


def test_many_files_at_once_are_one_action_and_all_there(loop: Loop) -> None:
    for number in range(3_000):
        loop.app.write(f"data/{number % 30}/{number}.txt", f"{number}\n")
    loop.up.wait_for("synced")
    count = "import os; print(sum(len(f) for _, _, f in os.walk('/app/data')))"
    wait_until(lambda: in_pod(loop.app, "python", "-c", count).strip() == "3000", "3,000 files")
    shutil.rmtree(loop.app.folder / "data")
    wait_until(lambda: in_pod(loop.app, "python", "-c", count).strip() == "0", "no files")


def test_modes_and_links_are_carried_over(loop: Loop) -> None:
    tool = loop.app.write("tool.sh", "#!/bin/sh\necho yes\n")
    tool.chmod(0o755)
    (loop.app.folder / "now.py").symlink_to("server.py")
    loop.up.wait_for("synced")
    look = "import os; print(oct(os.stat('/app/tool.sh').st_mode), os.readlink('/app/now.py'))"
    wait_until(
        lambda: in_pod(loop.app, "python", "-c", look).strip() == "0o100755 server.py",
        "mode and link",
    )
    tool.unlink()
    (loop.app.folder / "now.py").unlink()


def test_many_saves_leave_no_thread_and_no_descriptor(loop: Loop) -> None:
    loop.source.write_text(loop.next_text())
    loop.check_synced()
    process = psutil.Process(loop.up.process.pid)
    before = process.num_threads(), process.num_fds()
    for _ in range(MANY_SAVES):
        loop.source.write_text(loop.next_text())
        loop.up.wait_for(SYNCED)
    loop.check_served()
    after = process.num_threads(), process.num_fds()
    assert after[0] <= before[0] + 2
    assert after[1] <= before[1] + 4


def test_a_pod_that_is_replaced_gets_what_was_saved(loop: Loop) -> None:
    loop.source.write_text(loop.next_text())
    loop.check_synced()
    pod = loop.app.only_pod()["metadata"]["name"]
    loop.app.cluster.client.delete(f"/api/v1/namespaces/{loop.app.namespace}/pods/{pod}")
    wait_until(lambda: loop.app.only_pod()["metadata"]["name"] != pod, "another pod")
    loop.check_served()
    loop.check_equal()


def test_a_second_up_is_told_who_holds_the_release(loop: Loop) -> None:
    refused = loop.app.cli.run("up", "--once", code=10)
    assert f"(process {loop.up.process.pid})" in refused.text


def test_what_the_image_is_made_by_rebuilds_and_says_why(loop: Loop) -> None:
    dockerfile = loop.app.folder / "Dockerfile"
    dockerfile.write_text(dockerfile.read_text().replace("ENV PORT", "ENV COLOUR=blue PORT"))
    loop.up.wait_for("Dockerfile changed: the image is made by it")
    loop.up.wait_for(r"✓ rollout")
    loop.check_served()


def test_a_killed_up_goes_on_where_it_was(app: RealApp) -> None:
    app.cli.run("create")
    with app.cli.start("up", "--port", ":8080") as up:
        up.wait_for("watching")
        app.write("server.py", server(2))
        up.wait_for(SYNCED)
        up.process.kill()
    app.write("server.py", server(3))
    with app.cli.start("up", "--port", ":8080") as up:
        url = up.wait_for(r"→ (http://\S+)")[1]
        wait_answer(url, lambda body: body.endswith("version 3"))
        assert up.stop() == 0
    assert len(app.helm_secrets()) == 1


def test_another_environment_has_no_trace_of_the_agent(app: RealApp) -> None:
    app.cli.run("create")
    text = (app.folder / "draft.yaml").read_text()
    app.write("draft.yaml", f"{text.rstrip()}\n  production:\n    namespace: {app.namespace}\n")
    app.cli.run("up", "--once", "--environment", "production")
    pod = app.only_pod()
    image = pod["spec"]["containers"][0]["image"]
    assert "agent" not in docker("image", "inspect", image, "--format", "{{.Config.Entrypoint}}")
    assert ".draftpy" not in docker("history", "--no-trunc", image)
    assert pod["spec"]["containers"][0]["securityContext"]["readOnlyRootFilesystem"] is True
    assert "livenessProbe" in pod["spec"]["containers"][0]
