"""up as a loop: saves are served, mistakes are shown and survived, it ends when told to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.draft_cli import Running
from tests.support.real_cluster import RealApp, RealCluster, real_app, wait_answer

pytestmark = pytest.mark.cluster


@dataclass(kw_only=True)
class Loop:
    """A running `up` and the page it serves."""

    app: RealApp
    up: Running
    url: str
    version: int = 1

    def save_next(self) -> str:
        """Save another version; what it answers."""
        self.version += 1
        self.app.write("server.py", _server(self.version))
        return f"Hello from plain Python, version {self.version}"

    def check_serves(self, wanted: str) -> None:
        wait_answer(self.url, lambda body: body == wanted)


SERVER = (Path(__file__).parents[2] / "examples/python-plain/server.py").read_text()


def _server(version: int | str) -> str:
    return SERVER.replace('VERSION = "1"', f'VERSION = "{version}"')


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, cluster: RealCluster) -> Iterator[Loop]:
    """One `up` that lives through all of these tests: that is the point of it."""
    with real_app(tmp_path_factory.mktemp("loop"), cluster=cluster) as app:
        app.cli.run("create")
        app.use_images()
        with app.cli.start("up", "--port", ":8080") as up:
            url = up.wait_for(r"→ (http://\S+)")[1]
            up.wait_for("watching")
            yield Loop(app=app, up=up, url=url)


@pytest.fixture
def loop(session: Loop) -> Loop:
    assert session.up.process.poll() is None, f"up has ended:\n{session.up.text}"
    session.up.skip_lines()
    return session


def test_a_save_is_served(loop: Loop) -> None:
    loop.check_serves(loop.save_next())
    assert loop.up.wait_for(r"server\.py changed")
    assert loop.up.wait_for(r"served in [\d.]+ m?s")


def test_the_newest_of_two_saves_wins(loop: Loop) -> None:
    for _ in range(3):
        wanted = loop.save_next()
    loop.check_serves(wanted)
    # Nothing that was begun for an older save may come after it.
    loop.up.wait_for(r"served in")
    loop.check_serves(wanted)


def test_a_save_of_the_same_content_does_nothing(loop: Loop) -> None:
    revision = len(loop.app.helm_secrets())
    loop.app.write("server.py", _server(loop.version))
    loop.up.wait_for("same content: nothing to do")
    assert len(loop.app.helm_secrets()) == revision


def test_a_build_that_fails_is_shown_and_survived(loop: Loop) -> None:
    dockerfile = loop.app.folder / "Dockerfile"
    good = dockerfile.read_text()
    dockerfile.write_text(good.replace("ENV PORT", "RUN echo no such thing && exit 3\nENV PORT"))
    loop.up.wait_for(r"✗ build .*Dockerfile:\d+ failed: RUN echo no such thing")
    loop.up.wait_for(r"^ +no such thing$")
    dockerfile.write_text(good)
    loop.check_serves(loop.save_next())


def test_a_typo_in_the_dockerfile_is_named_by_line(loop: Loop) -> None:
    dockerfile = loop.app.folder / "Dockerfile"
    good = dockerfile.read_text()
    dockerfile.write_text(good.replace("WORKDIR", "WORKDRI"))
    line = good[: good.index("WORKDIR")].count("\n") + 1
    loop.up.wait_for(rf"✗ build .*Dockerfile line {line}: .*WORKDRI")
    dockerfile.write_text(good)
    loop.check_serves(loop.save_next())


def test_a_broken_chart_is_named_by_line(loop: Loop) -> None:
    template = f"charts/{loop.app.name}/templates/service.yaml"
    good = (loop.app.folder / template).read_text()
    loop.app.write(template, good.replace("metadata:", "metadata: {{ .Values.nothing.there }}", 1))
    line = good[: good.index("metadata:")].count("\n") + 1
    loop.up.wait_for(rf"✗ release .*service\.yaml.* line {line}")
    loop.app.write(template, good)
    loop.check_serves(loop.save_next())


def test_a_half_written_draft_yaml_is_survived(loop: Loop) -> None:
    good = (loop.app.folder / "draft.yaml").read_text()
    loop.app.write("draft.yaml", good.replace("namespace:", "nmespace:"))
    loop.up.wait_for(r"✗ .*nmespace")
    loop.up.wait_for(r"namespace")
    loop.app.write("draft.yaml", good)
    loop.check_serves(loop.save_next())


def test_an_app_that_crashes_shows_its_last_words(loop: Loop) -> None:
    before = f"Hello from plain Python, version {loop.version}"
    loop.app.write("server.py", "def greet():\n    return gret\n\n\ngreet()\n")
    loop.up.wait_for(r"✗ rollout .*exits at once with code 1")
    loop.up.wait_for(r"NameError: name 'gret' is not defined")
    loop.check_serves(before)
    loop.check_serves(loop.save_next())


def test_a_chart_only_change_builds_nothing(loop: Loop) -> None:
    values = f"charts/{loop.app.name}/values.yaml"
    loop.app.edit(values, "\nenv: {}", f"\nenv:\n  COLOUR: blue{loop.version}")
    loop.up.wait_for(r"values\.yaml changed")
    assert re.match("- build", loop.up.wait_for(r"^[-✓✗] build.*")[0])
    loop.up.wait_for(r"✓ release")
    loop.up.wait_for(r"✓ rollout")
    pod = loop.app.only_pod()
    assert {"name": "COLOUR", "value": f"blue{loop.version}"} in pod["spec"]["containers"][0]["env"]


def test_values_that_crash_the_app_are_mended_by_the_next_save(loop: Loop) -> None:
    values = f"charts/{loop.app.name}/values.yaml"
    good = (loop.app.folder / values).read_text()
    loop.app.write(values, re.sub(r"\ncommand: \[\]", "\ncommand: [python, -c, 'exit(7)']", good))
    loop.up.wait_for(r"✗ rollout .*exits at once with code 7")
    loop.app.write(values, good)
    loop.up.wait_for(r"values\.yaml changed")
    loop.up.wait_for(r"✓ rollout .*1 of 1 ready")
    loop.check_serves(f"Hello from plain Python, version {loop.version}")


def test_a_new_file_and_a_removed_one_are_new_versions(loop: Loop) -> None:
    loop.app.write("extra.txt", "new\n")
    loop.up.wait_for(r"extra\.txt changed")
    loop.up.wait_for(r"✓ rollout")
    (loop.app.folder / "extra.txt").unlink()
    loop.up.wait_for(r"extra\.txt changed")
    assert re.match("- build", loop.up.wait_for(r"^[-✓✗] build.*")[0])
    loop.up.wait_for(r"✓ rollout")


def test_an_ignored_file_is_not_even_mentioned(loop: Loop) -> None:
    loop.app.write("__pycache__/x.pyc", "1")
    loop.check_serves(loop.save_next())
    loop.up.wait_for("served in")
    assert "x.pyc" not in loop.up.text
