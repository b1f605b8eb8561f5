"""logs: what the app says, from the cluster, on any machine that has draft.yaml."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.draft_cli import DraftCli
from tests.support.real_cluster import RealApp, RealCluster, real_app, wait_until

pytestmark = pytest.mark.cluster

# Writes a numbered line ten times a second; says goodbye when it is told to end.
COUNTER = """\
import signal, sys, time, itertools
RUN = "{run}"
signal.signal(signal.SIGTERM, lambda *_: sys.exit(print(RUN, "goodbye", flush=True)))
for number in itertools.count():
    print(RUN, "line", number, flush=True)
    time.sleep(0.1)
"""
# Crashes in its first run, then stays.
TWICE = """\
import os, time
print("first words", flush=True)
if not os.path.exists("/keep/ran"):
    open("/keep/ran", "w").close()
    print("last words", flush=True)
    raise SystemExit(3)
print("second run", flush=True)
while True:
    time.sleep(60)
"""
TALKER = """\
import time
for number in range(50):
    print("line", number, flush=True)
print("ERROR: something", flush=True)
while True:
    time.sleep(60)
"""
SIDECAR = """\
  - name: beside
    image: {{ include "app.image" .root | quote }}
    command: [python, -c, "print('from beside', flush=True); import time; time.sleep(3600)"]
    securityContext:
      {{- toYaml $values.securityContext | nindent 6 }}
"""


@pytest.fixture(scope="module")
def talker(tmp_path_factory: pytest.TempPathFactory, cluster: RealCluster) -> Iterator[RealApp]:
    """An app that has said 51 lines, with a second container beside it."""
    with real_app(tmp_path_factory.mktemp("logs"), "python-worker", cluster=cluster) as app:
        # Unlike any before it: a build that is all cached has little to say.
        app.write("worker.py", f"{TALKER}# {app.name}\n")
        app.cli.run("create")
        template = f"charts/{app.name}/templates/_pod.tpl"
        app.edit(template, "\ncontainers:\n", "\ncontainers:\n" + SIDECAR)
        app.cli.run("up", "--once")
        wait_until(lambda: "ERROR" in app.cli.run("logs").stdout, "the last line", 30)
        yield app


def _texts(out: str) -> list[str]:
    return [line.partition("  ")[2] for line in out.splitlines()]


def test_logs_are_all_lines_of_all_containers(talker: RealApp) -> None:
    texts = _texts(talker.cli.run("logs").stdout)
    wanted = [f"line {n}" for n in range(50)] + ["ERROR: something", "from beside"]
    assert sorted(texts) == sorted(wanted)


def test_tail_is_the_last_lines_of_each_container(talker: RealApp) -> None:
    texts = _texts(talker.cli.run("logs", "--tail", "2", "-c", talker.name).stdout)
    assert texts == ["line 49", "ERROR: something"]


def test_grep_is_a_regular_expression(talker: RealApp) -> None:
    assert _texts(talker.cli.run("logs", "--grep", "^line 1[0-2]$").stdout) == [
        "line 10",
        "line 11",
        "line 12",
    ]


def test_grep_that_is_none_is_an_error(talker: RealApp) -> None:
    assert "not a regular expression" in talker.cli.run("logs", "--grep", "(", code=2).stderr


def test_since_leaves_older_lines_out(talker: RealApp) -> None:
    def is_old() -> bool:
        return "written nothing that matches" in talker.cli.run("logs", "--since", "1s").stderr

    wait_until(is_old, "a second of silence", 10)
    assert len(_texts(talker.cli.run("logs", "--since", "1h").stdout)) == 52


def test_one_container_alone(talker: RealApp) -> None:
    assert _texts(talker.cli.run("logs", "-c", "beside").stdout) == ["from beside"]


def test_json_is_one_object_a_line(talker: RealApp) -> None:
    out = talker.cli.run("logs", "--tail", "1", "-c", talker.name, "--output", "json").stdout
    (event,) = [json.loads(line) for line in out.splitlines()]
    assert (event["event"], event["text"]) == ("log-line", "ERROR: something")
    assert event["container"] == talker.name
    assert re.match(r"\d{4}-\d\d-\d\dT", event["at"])


def test_the_build_is_there_for_a_machine_that_has_only_draft_yaml(
    talker: RealApp, tmp_path: Path
) -> None:
    (tmp_path / "draft.yaml").write_text((talker.folder / "draft.yaml").read_text())
    elsewhere = DraftCli(
        folder=tmp_path, changes={**talker.cli.changes, "DOCKER_HOST": "unix:///x"}
    )
    assert re.search(r"step \d/\d: COPY", elsewhere.run("logs", "--build").stdout)
    assert _texts(elsewhere.run("logs", "--grep", "ERROR").stdout) == ["ERROR: something"]


def test_no_release_is_an_error_with_the_next_command(app: RealApp) -> None:
    app.cli.run("create")
    for words in (("logs",), ("logs", "--build")):
        ran = app.cli.run(*words, code=9)
        assert app.name in ran.stderr
        assert "→ draftpy up" in ran.stderr


def test_previous_is_the_run_before_the_last_restart(tmp_path: Path, cluster: RealCluster) -> None:
    with real_app(tmp_path, "python-worker", cluster=cluster) as app:
        app.write("worker.py", TWICE)
        app.cli.run("create")
        # The agent would wait for a save instead of ending with the app.
        app.use_images()
        values = f"charts/{app.name}/values.yaml"
        app.edit(values, "writableFolders:\n", "writableFolders:\n  - /keep\n")
        with app.cli.start("up") as up:
            up.wait_for("last words")
            up.wait_for("restarted: exit 3")
            up.wait_for("second run")
            assert up.stop() == 0
        assert _texts(app.cli.run("logs").stdout) == ["first words", "second run"]
        assert _texts(app.cli.run("logs", "--previous").stdout) == ["first words", "last words"]


def test_no_line_is_lost_or_repeated_while_pods_are_replaced(
    tmp_path: Path, cluster: RealCluster
) -> None:
    with real_app(tmp_path, "python-worker", cluster=cluster) as app:
        app.write("worker.py", COUNTER.format(run="a"))
        app.cli.run("create")
        app.cli.run("up", "--once")
        with app.cli.start("logs", "--follow") as logs:
            for run, wanted in (("a", "line 5"), ("b", "line 5"), ("c", "line 15")):
                if run != "a":
                    app.write("worker.py", COUNTER.format(run=run))
                    app.cli.run("up", "--once")
                logs.wait_for(rf"  {run} {wanted}$")
            assert logs.stop() == 0
        said = [text for text in _texts(logs.text) if text]
        for run in "abc":
            numbers = [int(text.split()[2]) for text in said if text.startswith(f"{run} line")]
            assert numbers == list(range(len(numbers))), f"{run}: {numbers}"
        assert [t for t in said if t.endswith("goodbye")] == ["a goodbye", "b goodbye"]
