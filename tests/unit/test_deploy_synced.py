"""A turn of all stages where pods run an image with older files and are synced."""

from pathlib import Path

import pytest

from draftpy.diagnose import Cause
from draftpy.events import Notice, Warned
from draftpy.pipelines.deploy import Deployer
from draftpy.sync.board import SyncTarget
from draftpy.watch import ChangeSet
from tests.unit.test_deploy import SAVED
from tests.unit.test_planning import DevWorld


class FixedDevelopment:
    """Pods that are equal at once, or say why they can never be."""

    def __init__(self) -> None:
        self.refusal = ""
        self.files = 0
        self.targets: list[SyncTarget] = []

    def aim(self, target: SyncTarget) -> None:
        self.targets.append(target)

    def wait_equal(self, pods: int, is_cancelled: object) -> int:
        return self.files

    def find_refusal(self) -> str:
        return self.refusal

    def find_crash(self) -> Cause | None:
        return None


@pytest.fixture
def world(tmp_path: Path) -> DevWorld:
    return DevWorld(tmp_path)


@pytest.fixture
def development() -> FixedDevelopment:
    return FixedDevelopment()


@pytest.fixture
def deployer(world: DevWorld, development: FixedDevelopment) -> Deployer:
    """After its first turn."""
    made = world.deployer(development=development, agent=world.agent_digest)
    assert world.turn(made)
    return made


def test_that_pods_cannot_be_synced_may_show_only_with_a_change(
    world: DevWorld, development: FixedDevelopment, deployer: Deployer
) -> None:
    (world.root / "app.py").write_text("two")
    development.refusal = "/srv cannot be written"
    assert world.turn(deployer, SAVED)
    assert len(world.builder.requests) == 2
    [warned] = world.reporter.of(Warned)
    assert "/srv cannot be written" in warned.text


def test_when_nobody_knows_what_changed_the_whole_folder_is_synced(
    world: DevWorld, development: FixedDevelopment, deployer: Deployer
) -> None:
    (world.root / "app.py").write_text("two")
    world.turn(deployer, ChangeSet(paths=(), seen_at=0.0, whole_tree=True))
    assert len(world.builder.requests) == 1
    first, second = development.targets
    assert first.build_id == second.build_id
    assert first.folder.tree != second.folder.tree


def test_the_images_own_content_is_synced_where_pods_may_hold_another(
    world: DevWorld, development: FixedDevelopment, deployer: Deployer
) -> None:
    development.files = 3
    world.turn(deployer, ChangeSet(paths=(), seen_at=0.0, whole_tree=True))
    assert len(development.targets) == 2
    assert not world.reporter.of(Notice)


def test_where_pods_hold_the_same_there_is_nothing_to_do(
    world: DevWorld, deployer: Deployer
) -> None:
    world.turn(deployer, ChangeSet(paths=("draft.yaml",), seen_at=0.0))
    [notice] = world.reporter.of(Notice)
    assert notice.text == "same content: nothing to do"
