"""What a turn of up does, where the agent keeps pods equal to the folder."""

from pathlib import Path

import pytest

from draftpy.events import Stage
from draftpy.labels import LABEL_BASE_ID
from draftpy.pipelines.planning import PlannedTurn, PlanParts, TurnPlanner
from draftpy.release import plan_release
from draftpy.sync_rules import Place, Rebuild
from tests.unit.test_deploy import TARGET, World

DOCKERFILE = "FROM python\nCOPY deps.txt /\nRUN pip install -r /deps.txt\nCOPY app.py /srv/\n"


class DevWorld(World):
    def __init__(self, root: Path) -> None:
        super().__init__(root)
        (root / "Dockerfile").write_text(DOCKERFILE)
        (root / "deps.txt").write_text("flask\n")
        self.agent_digest = "agent-1"
        self.may_keep = True
        self.keeps = True

    def plan(self) -> PlannedTurn:
        parts = PlanParts(
            builder=self.builder,
            target=TARGET,
            releases=self.releases,
            read_wanted=self.read_wanted,
            adopt=False,
            agent_digest=self.agent_digest,
            keeps=self.keeps,
        )
        return TurnPlanner(parts).plan(None, None, may_keep=self.may_keep)

    def deploy(self) -> PlannedTurn:
        """As if that turn had run."""
        turn = self.plan()
        self.builder.build(turn.request, self.reporter, lambda: False)
        there = turn.ref.with_registry(TARGET.pull_registry)
        request = plan_release(turn.order, there, "")
        act = self.releases.upgrade if turn.last else self.releases.install
        act(request)
        return turn

    def save(self, name: str, text: str) -> PlannedTurn:
        (self.root / name).write_text(text)
        return self.plan()


@pytest.fixture
def world(tmp_path: Path) -> DevWorld:
    return DevWorld(tmp_path)


def runs(turn: PlannedTurn) -> list[str]:
    return [step.stage.value for step in turn.plan.steps if step.runs]


def test_the_image_gets_the_agent_and_the_hashes_of_what_can_be_synced(world: DevWorld) -> None:
    turn = world.plan()
    assert turn.development is not None
    assert turn.request.layer == turn.development.layer
    assert [path for path, _ in turn.development.layer.files] == ["/srv/app.py"]
    assert turn.development.layer.roots == ("/", "/srv")


def test_the_release_says_what_only_a_new_image_brings_in(world: DevWorld) -> None:
    world.deploy()
    release = world.releases.find("hello")
    assert release is not None
    assert release.labels[LABEL_BASE_ID] == world.plan().order.base_id
    assert release.values["shareProcessNamespace"] is False


def test_newer_files_are_synced_into_the_image_that_runs(world: DevWorld) -> None:
    deployed = world.deploy()
    turn = world.save("app.py", "two")
    assert turn.ref == deployed.ref
    assert runs(turn) == []


def test_what_is_installed_makes_a_new_image(world: DevWorld) -> None:
    deployed = world.deploy()
    turn = world.save("deps.txt", "django\n")
    assert turn.ref != deployed.ref
    assert runs(turn) == ["build", "publish", "release"]


def test_another_chart_releases_the_image_that_is_there(world: DevWorld) -> None:
    deployed = world.deploy()
    (world.root / "app.py").write_text("two")
    turn = world.save("charts/hello/Chart.yaml", "name: hello\nversion: 2\n")
    assert turn.ref == deployed.ref
    assert not turn.plan.get_step(Stage.BUILD).runs
    assert turn.plan.get_step(Stage.RELEASE).runs


def test_an_image_that_is_gone_is_built_of_the_newest_files(world: DevWorld) -> None:
    deployed = world.deploy()
    (world.root / "app.py").write_text("two")
    world.builder.images.clear()
    turn = world.save("charts/hello/Chart.yaml", "name: hello\nversion: 2\n")
    assert turn.ref != deployed.ref
    assert turn.plan.get_step(Stage.BUILD).runs


def test_another_agent_makes_a_new_image(world: DevWorld) -> None:
    world.deploy()
    world.agent_digest = "agent-2"
    assert runs(world.plan()) == ["build", "publish", "release"]


def test_where_pods_cannot_be_synced_each_change_is_an_image(world: DevWorld) -> None:
    world.deploy()
    world.may_keep = False
    assert "build" in runs(world.save("app.py", "two"))


def test_where_nobody_stays_to_sync_the_image_has_the_newest_files(world: DevWorld) -> None:
    world.deploy()
    world.keeps = False
    assert "build" in runs(world.save("app.py", "two"))


def test_without_an_agent_there_is_no_trace_of_it(world: DevWorld) -> None:
    world.agent_digest = ""
    turn = world.deploy()
    release = world.releases.find("hello")
    assert turn.request.layer is None
    assert release is not None
    assert LABEL_BASE_ID not in release.labels
    assert "shareProcessNamespace" not in release.values


def test_other_environments_are_never_developed_in(world: DevWorld) -> None:
    text = "version: 1\nname: hello\nenvironments:\n  production: {}\n"
    (world.root / "draft.yaml").write_text(text)
    turn = world.plan()
    assert turn.development is None
    assert turn.request.layer is None


def test_settings_may_turn_it_off(world: DevWorld) -> None:
    text = "version: 1\nname: hello\nenvironments:\n  development:\n    dev: {sync: false}\n"
    (world.root / "draft.yaml").write_text(text)
    assert world.plan().development is None


def test_rules_tell_files_apart(world: DevWorld) -> None:
    development = world.plan().development
    assert development is not None
    assert isinstance(development.rules.find_place("app.py"), Place)
    assert isinstance(development.rules.find_place("deps.txt"), Rebuild)
