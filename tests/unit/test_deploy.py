"""One turn of up: every event in order, for success and for the failure of each stage."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from draftpy.build import BuildRequest, BuiltImage, Cancelled
from draftpy.clock import Clock, SystemClock
from draftpy.config import Overrides, load_project, resolve_environment
from draftpy.errors import (
    BuildFailed,
    ClusterUnreachable,
    ContextChanged,
    DraftError,
    Interrupted,
    NotOurs,
    PublishFailed,
    ReleaseFailed,
    RolloutFailed,
)
from draftpy.events import (
    BuildLine,
    Failed,
    Notice,
    Reporter,
    Stage,
    StageFinished,
    StageStarted,
    event_name,
)
from draftpy.labels import LABEL_BUILD_ID, LABEL_MANAGED_BY
from draftpy.pipelines.deploy import Deployer, DeployTools, Development
from draftpy.pipelines.planning import PlanParts, TurnPlanner
from draftpy.pipelines.stages import ToldError
from draftpy.pipelines.wanted import Wanted
from draftpy.pods import PodState, ReleaseState
from draftpy.publish import PublishKind, PublishTarget
from draftpy.watch import ChangeSet
from tests.support.clock import ManualClock
from tests.support.cluster_states import StatesCluster
from tests.support.engine import FixedBuilder, RecordingPublisher
from tests.support.namespaces import MemoryBuildLogs, MemoryNamespaces
from tests.support.pods import pod
from tests.support.releases import MemoryReleases
from tests.support.reporter import ListReporter
from tests.unit.test_rollout import DEPLOYED

TARGET = PublishTarget(
    kind=PublishKind.PUSH,
    reason="localhost:5000, as the cluster advertises",
    push_registry="localhost:5000",
    pull_registry="localhost:5000",
)
SAVED = ChangeSet(paths=("app.py",), seen_at=0.0)
SUCCESS = [
    f"stage-{what}"
    for stage in ("build", "publish", "release", "rollout")
    for what in ("started", "finished")
]


class FollowingCluster(StatesCluster):
    """Its pods are always those of the newest revision, ready unless told otherwise."""

    def __init__(self, releases: MemoryReleases) -> None:
        super().__init__()
        self.releases = releases
        self.pods: Callable[[PodState], PodState] = lambda each: each

    def _states(self, closed: object) -> object:  # type: ignore[override]
        release = self.releases.find("hello")
        labels = ((LABEL_BUILD_ID, release.labels[LABEL_BUILD_ID]),) if release else ()
        yield ReleaseState(workloads=(DEPLOYED,), pods=(self.pods(replace(pod(), labels=labels)),))


class World:
    """A project on disk, and everything outside of it in memory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "charts/hello").mkdir(parents=True)
        (root / "charts/hello/Chart.yaml").write_text("name: hello\n")
        (root / "charts/hello/values.yaml").write_text("shareProcessNamespace: true\n")
        (root / "draft.yaml").write_text("version: 1\nname: hello\n")
        (root / "Dockerfile").write_text("FROM scratch\nCOPY app.py /\n")
        (root / ".dockerignore").write_text("charts\ndraft.yaml\n")
        (root / "app.py").write_text("one")
        self.reporter = ListReporter()
        self.builder = FixedBuilder()
        self.publisher = RecordingPublisher()
        self.releases = MemoryReleases()
        self.cluster = FollowingCluster(self.releases)
        self.namespaces = MemoryNamespaces()
        self.build_logs = MemoryBuildLogs(self.namespaces)
        self.clock: Clock = SystemClock()

    def deployer(
        self, *, adopt: bool = False, development: Development | None = None, agent: str = ""
    ) -> Deployer:
        tools = DeployTools(
            builder=self.builder,
            publisher=self.publisher,
            target=TARGET,
            releases=self.releases,
            cluster=self.cluster,
            namespaces=self.namespaces,
            build_logs=self.build_logs,
            reporter=self.reporter,
            clock=self.clock,
        )
        planner = TurnPlanner(
            PlanParts(
                builder=self.builder,
                target=TARGET,
                releases=self.releases,
                read_wanted=self.read_wanted,
                adopt=adopt,
                agent_digest=agent,
            )
        )
        return Deployer(tools, planner, development)

    def read_wanted(self) -> Wanted:
        project = load_project(self.root)
        overrides = Overrides(flags={}, environ={}, user={})
        environment = resolve_environment(project, "", overrides)
        return Wanted(project=project, environment=environment, commit="abc")

    def turn(self, deployer: Deployer, changes: ChangeSet | None = None) -> bool:
        self.reporter.events.clear()
        return deployer(changes, lambda: False)

    def names(self) -> list[str]:
        return [event_name(event) for event in self.reporter.events]

    def refuse(self, error: type[DraftError]) -> Failed:
        with pytest.raises(ToldError) as caught:
            self.turn(self.deployer())
        assert isinstance(caught.value.error, error)
        last = self.reporter.events[-1]
        assert isinstance(last, Failed)
        return last


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_a_first_turn_runs_every_stage_in_order(world: World) -> None:
    assert world.turn(world.deployer())
    assert [n for n in world.names() if n != "stage-progress"] == SUCCESS
    finished = [event.text for event in world.reporter.of(StageFinished)]
    assert finished[1:] == [TARGET.reason, "hello, revision 1", "1 of 1 ready"]
    assert world.namespaces.ours == {"hello"}


def test_the_release_is_ours_and_names_the_image_by_digest(world: World) -> None:
    world.turn(world.deployer())
    release = world.releases.find("hello")
    assert release is not None
    assert release.is_ours
    assert release.values["image"]["repository"] == "localhost:5000/hello"
    assert release.values["image"]["digest"].startswith("sha256:")
    assert release.description == "there is no release yet"


def test_unchanged_content_does_nothing_even_in_a_new_session(world: World) -> None:
    world.turn(world.deployer())
    assert not world.turn(world.deployer())
    skipped = ["stage-skipped"] * 3
    assert world.names() == [*skipped, "stage-started", "stage-finished"]
    assert len(world.builder.requests) == 1
    assert len(world.releases.history("hello")) == 1


def test_a_save_that_changes_no_byte_is_told_in_a_word(world: World) -> None:
    deployer = world.deployer()
    world.turn(deployer)
    (world.root / "app.py").touch()
    assert not world.turn(deployer, SAVED)
    assert world.reporter.events == [Notice(text="same content: nothing to do")]


def test_a_changed_file_makes_a_new_revision_that_names_it(world: World) -> None:
    deployer = world.deployer()
    world.turn(deployer)
    (world.root / "app.py").write_text("two")
    assert world.turn(deployer, SAVED)
    first, second = world.releases.history("hello")
    assert first.labels[LABEL_BUILD_ID] != second.labels[LABEL_BUILD_ID]
    assert second.description == "app.py changed"


def test_a_changed_chart_builds_and_publishes_nothing(world: World) -> None:
    deployer = world.deployer()
    world.turn(deployer)
    (world.root / "charts/hello/values.yaml").write_text("a: 1\n")
    assert world.turn(deployer, SAVED)
    assert len(world.builder.requests) == len(world.publisher.published) == 1
    assert len(world.releases.history("hello")) == 2


def test_a_save_between_hashing_and_packing_never_ends_under_the_older_tag(world: World) -> None:
    (world.root / "app.py").write_text("before")

    class SavingBuilder(FixedBuilder):
        """The file is saved after it was hashed, before it is packed."""

        def build(
            self, request: BuildRequest, reporter: Reporter, is_cancelled: Cancelled
        ) -> BuiltImage:
            if not self.requests:
                self.requests.append(request)
                (world.root / "app.py").write_text("after")
                raise ContextChanged("app.py changed while it was packed")
            return super().build(request, reporter, is_cancelled)

    world.builder = SavingBuilder()
    world.turn(world.deployer())
    hashed_before, built = world.builder.requests
    assert hashed_before.ref != built.ref
    release = world.releases.find("hello")
    assert release is not None
    assert release.labels[LABEL_BUILD_ID] == built.ref.tag


def test_a_failed_build_is_told_and_nothing_after_it_runs(world: World) -> None:
    world.builder.failures.append(BuildFailed("step 2/2 failed: RUN false", evidence="no"))
    failed = world.refuse(BuildFailed)
    assert (failed.stage, failed.exit_code, failed.evidence) == (Stage.BUILD, 7, "no")
    assert world.names() == ["stage-started", "failed"]
    assert not world.publisher.published


def test_a_failed_publish_is_told(world: World) -> None:
    world.publisher.failures.append(PublishFailed("denied"))
    failed = world.refuse(PublishFailed)
    assert (failed.stage, failed.exit_code) == (Stage.PUBLISH, 8)
    assert world.releases.find("hello") is None


def test_a_failed_release_is_told(world: World) -> None:
    world.releases.failures.append(ReleaseFailed("no"))
    failed = world.refuse(ReleaseFailed)
    assert (failed.stage, failed.exit_code) == (Stage.RELEASE, 9)


def test_an_action_that_was_cut_off_is_healed_before_the_next(world: World) -> None:
    world.clock = ManualClock()
    world.turn(world.deployer())
    revisions = world.releases.revisions["hello"]
    revisions.append(replace(revisions[-1], revision=2, status="pending-upgrade"))
    world.turn(world.deployer())
    assert "notice" in world.names()
    found = world.releases.history("hello")
    assert [(r.revision, r.status) for r in found[-2:]] == [(3, "superseded"), (4, "deployed")]


def test_a_first_install_that_was_cut_off_is_made_anew(world: World) -> None:
    world.clock = ManualClock()
    world.turn(world.deployer())
    (only,) = world.releases.revisions["hello"]
    world.releases.revisions["hello"] = [replace(only, status="pending-install")]
    world.turn(world.deployer())
    assert [(r.revision, r.status) for r in world.releases.history("hello")] == [(1, "deployed")]


def test_a_failed_rollout_is_told_and_looked_at_again(world: World) -> None:
    deployer = world.deployer()
    crashed = replace(pod().containers[0], running=False, waiting_reason="ImagePullBackOff")
    world.cluster.pods = lambda each: replace(each, ready=False, containers=(crashed,))
    with pytest.raises(ToldError) as caught:
        world.turn(deployer)
    assert isinstance(caught.value.error, RolloutFailed)
    world.cluster.pods = lambda each: each
    assert not world.turn(deployer, SAVED)
    assert world.names()[-1] == "stage-finished"


def test_a_version_that_did_not_get_ready_is_not_taken_for_done(world: World) -> None:
    deployer = world.deployer()
    world.turn(deployer)
    (world.root / "app.py").write_text("two")
    crashed = replace(pod().containers[0], running=False, waiting_reason="ImagePullBackOff")
    world.cluster.pods = lambda each: replace(each, ready=False, containers=(crashed,))
    for _ in range(2):
        with pytest.raises(ToldError):
            world.turn(deployer, SAVED)


class TalkingBuilder(FixedBuilder):
    def build(
        self, request: BuildRequest, reporter: Reporter, is_cancelled: Cancelled
    ) -> BuiltImage:
        reporter.report(BuildLine(text="Collecting flask"))
        return super().build(request, reporter, is_cancelled)


class FailingBuildLogs(MemoryBuildLogs):
    def save(self, release: str, text: str) -> bool:
        raise ClusterUnreachable("gone")


def test_the_builds_output_is_kept_once_there_is_a_namespace(world: World) -> None:
    world.builder = TalkingBuilder()
    world.turn(world.deployer())
    assert world.build_logs.kept == {"hello": "Collecting flask"}
    assert "notice" not in world.names()


def test_output_that_cannot_be_kept_hides_no_failed_build(world: World) -> None:
    world.builder = TalkingBuilder(BuildFailed("step 2/2 failed"))
    world.build_logs = FailingBuildLogs(world.namespaces)
    assert world.refuse(BuildFailed).what == "step 2/2 failed"


def test_output_that_cannot_be_kept_ends_no_deployment(world: World) -> None:
    world.builder = TalkingBuilder()
    world.build_logs = FailingBuildLogs(world.namespaces)
    assert world.turn(world.deployer())
    (notice,) = world.reporter.of(Notice)
    assert "could not be kept" in notice.text
    assert world.names()[-1] == "stage-finished"


@pytest.mark.parametrize(("after_release", "last"), [(False, "build"), (True, "rollout")])
def test_a_turn_that_a_newer_change_overtakes_is_no_failure(
    world: World, last: str, *, after_release: bool
) -> None:
    world.cluster.pods = lambda each: replace(each, ready=False)
    with pytest.raises(Interrupted):
        world.deployer()(None, lambda: not after_release or bool(world.releases.revisions))
    assert "failed" not in world.names()
    assert world.reporter.of(StageStarted)[-1].stage.value == last


def test_a_release_of_others_is_refused_before_anything_is_built(world: World) -> None:
    world.turn(world.deployer())
    (ours,) = world.releases.history("hello")
    labels = {k: v for k, v in ours.labels.items() if k != LABEL_MANAGED_BY}
    world.releases.revisions["hello"] = [replace(ours, labels=labels)]
    with pytest.raises(NotOurs) as caught:
        world.turn(world.deployer())
    assert "--adopt" in caught.value.remedy
    assert world.turn(world.deployer(adopt=True))


def test_a_plan_alone_changes_nothing(world: World) -> None:
    plan = world.deployer().plan(None).plan
    assert plan.has_work
    assert not world.builder.requests
    assert world.releases.find("hello") is None
    assert not world.reporter.events
