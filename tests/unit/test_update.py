"""create --update: what app and pack now make, merged with the user's edits."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from draftpy.adapters.files import DiskFiles
from draftpy.errors import ConfigInvalid, ConfigMissing, Conflict
from draftpy.events import Result
from draftpy.pipelines.create import create
from draftpy.scaffold.outcome import CreateRequest
from draftpy.scaffold.record import RECORD
from tests.support.reporter import ListReporter
from tests.support.source import write_files

PACK = "format: 1\nname: ours\nversion: {version}\ntitle: O\ndescription: d\nfiles: {files}\n"
DOCKERFILE = 'FROM a:1\n# one\n# two\n# three\nUSER 5\n# four\n# five\nCMD ["x"]\n'


class App:
    """A project whose pack is written here too."""

    def __init__(self, root: Path) -> None:
        self.root = root / "hello"
        self.packs = root / "packs"
        write_files(self.root, {"app.txt": "x"})
        self.write_pack(DOCKERFILE)

    def write_pack(self, dockerfile: str, *, version: int = 1, **more: str) -> None:
        outputs = {"Dockerfile": "Dockerfile.j2", **{name: name for name in more}}
        text = PACK.format(version=version, files=json.dumps(outputs))
        write_files(self.packs / "ours", {"pack.yaml": text, "Dockerfile.j2": dockerfile, **more})

    def create(self, **options: Any) -> str:
        """The screen; whatever it raises is raised after the report."""
        reporter = ListReporter()
        request = CreateRequest(root=self.root, user_packs=self.packs, **options)
        try:
            create(request, DiskFiles(), reporter)
        finally:
            self.told = "".join(e.text for e in reporter.events if isinstance(e, Result))
        return self.told

    def update(self, **options: Any) -> str:
        return self.create(update=True, **options)

    def edit(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert old in text
        (self.root / path).write_text(text.replace(old, new))

    def read(self, path: str) -> str:
        return (self.root / path).read_text()


@pytest.fixture
def app(tmp_path: Path) -> App:
    made = App(tmp_path)
    made.create(pack="ours")
    return made


def test_file_that_was_not_edited_gets_the_new_text(app: App) -> None:
    app.write_pack(DOCKERFILE.replace("a:1", "a:2"), version=2)
    assert "update    Dockerfile   you had not changed it" in app.update()
    assert app.read("Dockerfile").startswith("FROM a:2\n")
    assert "pack: ours@2" in app.read("draft.yaml")


def test_edit_and_news_in_different_lines_are_both_kept(app: App) -> None:
    app.edit("Dockerfile", "# five\n", "RUN mine\n")
    app.write_pack(DOCKERFILE.replace("a:1", "a:2"))
    assert "update    Dockerfile   your changes and the new ones" in app.update()
    assert app.read("Dockerfile") == DOCKERFILE.replace("a:1", "a:2").replace("# five", "RUN mine")


def test_edit_and_news_in_the_same_lines_stay_apart(app: App) -> None:
    app.edit("Dockerfile", "a:1", "mine:7")
    app.write_pack(DOCKERFILE.replace("a:1", "a:2"), version=2)
    with pytest.raises(Conflict, match="1 file must be merged by hand") as caught:
        app.update()
    assert app.read("Dockerfile").startswith("FROM mine:7\n")
    assert app.read("Dockerfile.draftpy-new").startswith("FROM a:2\n")
    assert "Dockerfile is yours, Dockerfile.draftpy-new is new" in caught.value.evidence
    assert "pack: ours@2" in app.read("draft.yaml")


def test_conflict_that_was_settled_does_not_come_again(app: App) -> None:
    app.edit("Dockerfile", "a:1", "mine:7")
    app.write_pack(DOCKERFILE.replace("a:1", "a:2"))
    with pytest.raises(Conflict):
        app.update()
    (app.root / "Dockerfile.draftpy-new").unlink()
    assert "nothing to do" in app.update()
    assert not (app.root / "Dockerfile.draftpy-new").exists()


def test_edit_stays_where_nothing_is_new(app: App) -> None:
    app.edit("charts/hello/values.yaml", "\nreplicaCount: 1\n", "\nreplicaCount: 3\n")
    assert "nothing to do" in app.update()
    assert "replicaCount: 3" in app.read("charts/hello/values.yaml")


def test_what_changed_in_the_app_arrives_in_the_values(app: App) -> None:
    app.edit("charts/hello/values.yaml", "\nreplicaCount: 1\n", "\nreplicaCount: 3\n")
    write_files(app.root, {"Procfile": "web: a\nworker: b c\n"})
    app.update()
    values = yaml.safe_load(app.read("charts/hello/values.yaml"))
    assert values["replicaCount"] == 3
    assert values["processes"] == {"worker": {"command": ["b", "c"]}}


def test_file_that_the_user_removed_stays_away_and_a_new_one_comes(app: App) -> None:
    (app.root / "charts/hello/templates/ingress.yaml").unlink()
    app.write_pack(DOCKERFILE, more="x\n")
    app.update()
    assert not (app.root / "charts/hello/templates/ingress.yaml").exists()
    assert app.read("more") == "x\n"


def test_plain_create_forgets_no_news(app: App) -> None:
    app.edit("Dockerfile", "# five\n", "RUN mine\n")
    app.write_pack(DOCKERFILE.replace("a:1", "a:2"))
    app.create()
    assert app.read("Dockerfile").startswith("FROM a:1\n")
    app.update()
    assert app.read("Dockerfile").startswith("FROM a:2\n")


def test_flags_of_the_last_create_are_remembered(tmp_path: Path) -> None:
    app = App(tmp_path)
    app.create(pack="ours", port=7000)
    app.update()
    assert yaml.safe_load(app.read("charts/hello/values.yaml"))["ports"][0]["containerPort"] == 7000
    app.update(port=7001)
    app.update()
    assert yaml.safe_load(app.read("charts/hello/values.yaml"))["ports"][0]["containerPort"] == 7001


def test_dry_run_writes_nothing(app: App) -> None:
    app.write_pack(DOCKERFILE.replace("a:1", "a:2"))
    before = app.read(RECORD)
    assert "+FROM a:2" in app.update(dry_run=True)
    assert app.read("Dockerfile") == DOCKERFILE
    assert app.read(RECORD) == before


def test_without_a_record_every_difference_is_left_to_the_user(app: App) -> None:
    (app.root / RECORD).unlink()
    app.write_pack(DOCKERFILE.replace("a:1", "a:2"))
    with pytest.raises(Conflict):
        app.update()
    assert app.read("Dockerfile") == DOCKERFILE


def test_project_that_was_never_created(tmp_path: Path) -> None:
    with pytest.raises(ConfigMissing, match="nothing to update"):
        App(tmp_path).update(pack="ours")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 9}', '{"format": 1}'])
def test_broken_record_is_named(app: App, text: str) -> None:
    (app.root / RECORD).write_text(text)
    with pytest.raises(ConfigInvalid, match=r"\.draftpy/created\.json cannot be used"):
        app.create()
