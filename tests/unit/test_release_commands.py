"""rollback, delete, status, history, list and logs: what they do, and all that they tell."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from draftpy.errors import NotOurs, ReleaseFailed, ReleaseMissing, RolloutFailed
from draftpy.events import Failed, LogLine, Notice, Result, Stage, event_name
from draftpy.labels import LABEL_BUILD_ID, LABEL_ENVIRONMENT, LABEL_MANAGED_BY
from draftpy.logs import LogOptions
from draftpy.pipelines.delete import DeleteTools, delete
from draftpy.pipelines.history import history, list_releases
from draftpy.pipelines.logs import LogTools, build_log, logs
from draftpy.pipelines.rollback import RollbackTools, rollback
from draftpy.pipelines.stages import ToldError
from draftpy.pipelines.status import StatusTools, status
from draftpy.pods import PodState, ReleaseState
from draftpy.release import ReleaseRequest
from tests.support.clock import ManualClock
from tests.support.cluster_states import StatesCluster
from tests.support.log_source import MemoryLogs
from tests.support.namespaces import MemoryBuildLogs, MemoryHolds, MemoryNamespaces
from tests.support.pods import container, pod
from tests.support.releases import MemoryReleases
from tests.support.reporter import ListReporter
from tests.unit.test_rollout import DEPLOYED

AT = "2026-01-02T03:04:05.000000001Z"
CRASHED = replace(
    container(running=False, restarts=3, last_exit_code=1), waiting_reason="CrashLoopBackOff"
)


class OnePodCluster(StatesCluster):
    """Its one pod is the newest revision's."""

    def __init__(self, releases: MemoryReleases) -> None:
        super().__init__()
        self.releases = releases
        self.pod = pod()

    def read_release(self, release: str) -> ReleaseState:
        found = self.releases.find(release)
        if found is None:
            return ReleaseState(workloads=(), pods=())
        labels = ((LABEL_BUILD_ID, found.labels[LABEL_BUILD_ID]),)
        return ReleaseState(workloads=(DEPLOYED,), pods=(replace(self.pod, labels=labels),))

    def _states(self, closed: object) -> object:  # type: ignore[override]
        yield self.read_release("hello")


@dataclass
class World:
    """A release `hello` with two revisions, in namespace `hello`, which draftpy made."""

    reporter: ListReporter = field(default_factory=ListReporter)
    releases: MemoryReleases = field(default_factory=MemoryReleases)
    clock: ManualClock = field(default_factory=ManualClock)
    namespaces: MemoryNamespaces = field(default_factory=MemoryNamespaces)
    source: MemoryLogs = field(default_factory=MemoryLogs)
    holds: MemoryHolds = field(default_factory=MemoryHolds)

    def __post_init__(self) -> None:
        self.cluster = OnePodCluster(self.releases)
        self.build_logs = MemoryBuildLogs(self.namespaces)
        self.namespaces.ensure("hello")
        self.build_logs.save("hello", "step 1")
        self.releases.install(request("b1"))
        self.releases.upgrade(request("b2"))

    def rollback(self, revision: int = 0) -> None:
        tools = RollbackTools(
            releases=self.releases,
            cluster=self.cluster,
            reporter=self.reporter,
            clock=self.clock,
            timeout_s=60,
        )
        rollback(tools, "hello", revision)

    def delete(self) -> Result:
        tools = DeleteTools(
            releases=self.releases,
            namespaces=self.namespaces,
            build_logs=self.build_logs,
            holds=self.holds,
            reporter=self.reporter,
            clock=self.clock,
            namespace="hello",
        )
        delete(tools, "hello")
        return self.result()

    def status(self) -> Result:
        tools = StatusTools(
            releases=self.releases,
            cluster=self.cluster,
            reporter=self.reporter,
            kube_context="kind-dev",
        )
        status(tools, "hello")
        return self.result()

    def log_tools(self) -> LogTools:
        return LogTools(
            cluster=self.cluster,
            source=self.source,
            build_logs=self.build_logs,
            reporter=self.reporter,
        )

    def result(self) -> Result:
        return self.reporter.of(Result)[-1]

    def give_away(self) -> None:
        """The release is somebody else's."""
        found = self.releases.revisions["hello"]
        found[:] = [replace(each, labels={LABEL_BUILD_ID: "b"}) for each in found]

    def show(self, each: PodState) -> None:
        self.cluster.pod = each


def request(build_id: str) -> ReleaseRequest:
    labels = {
        LABEL_MANAGED_BY: "draftpy",
        LABEL_BUILD_ID: build_id,
        LABEL_ENVIRONMENT: "development",
    }
    return ReleaseRequest(
        name="hello",
        namespace="hello",
        chart=Path("chart"),
        values={"image": {"repository": "localhost:5000/hello", "tag": build_id}},
        labels=labels,
        description=f"why {build_id}",
    )


@pytest.fixture
def world() -> World:
    return World()


def test_a_rollback_is_two_stages(world: World) -> None:
    world.rollback()
    assert [event_name(event) for event in world.reporter.events] == [
        "stage-started",
        "stage-finished",
        "stage-started",
        "stage-finished",
    ]
    newest = world.releases.find("hello")
    assert newest is not None
    assert (newest.revision, newest.labels[LABEL_BUILD_ID]) == (3, "b1")


def test_a_rollback_that_does_not_get_ready_fails_with_the_cause(world: World) -> None:
    world.show(pod("hello-1", CRASHED, ready=False))
    with pytest.raises(ToldError) as caught:
        world.rollback()
    assert isinstance(caught.value.error, RolloutFailed)
    failed = world.reporter.events[-1]
    assert isinstance(failed, Failed)
    assert (failed.stage, failed.exit_code) == (Stage.ROLLOUT, 9)


def test_a_rollback_to_nowhere_fails_as_a_release(world: World) -> None:
    with pytest.raises(ToldError) as caught:
        world.rollback(7)
    assert isinstance(caught.value.error, ReleaseMissing)


def test_a_release_of_others_is_neither_rolled_back_nor_deleted(world: World) -> None:
    world.give_away()
    with pytest.raises(NotOurs):
        world.rollback()
    with pytest.raises(NotOurs):
        world.delete()
    assert len(world.releases.history("hello")) == 2
    assert world.build_logs.kept


def test_a_deletion_leaves_nothing(world: World) -> None:
    world.namespaces.left = [("pods/hello-1",), ("pods/hello-1",), ()]
    result = world.delete()
    assert result.text == "hello is removed, and namespace hello with it"
    assert result.body == {"release": "hello", "removed": True, "namespaceRemoved": True}
    assert len(world.clock.slept) == 2
    assert not world.build_logs.kept
    assert not world.namespaces.there


def test_deleting_twice_is_no_error(world: World) -> None:
    world.delete()
    assert world.delete().text == "there was no release hello"


@pytest.mark.parametrize("reason", ["not ours", "not empty"])
def test_a_namespace_of_others_or_with_something_in_it_stays(world: World, reason: str) -> None:
    if reason == "not ours":
        world.namespaces.ours.clear()
    else:
        world.namespaces.full.add("hello")
    assert world.delete().text == "hello is removed"
    assert world.namespaces.there == {"hello"}


def test_what_does_not_go_away_is_named(world: World) -> None:
    world.namespaces.left = [("pods/hello-1",)]
    with pytest.raises(ReleaseFailed, match="still there after 60 s") as caught:
        world.delete()
    assert caught.value.evidence == "pods/hello-1"
    assert world.namespaces.there == {"hello"}


def test_status_is_one_screen(world: World) -> None:
    text = world.status().text
    assert text.splitlines()[0] == "hello · development · kube context kind-dev · namespace hello"
    assert "revision 2, deployed" in text
    assert "image     hello:b2" in text
    assert "1 of 1 ready" in text
    assert "port 8080" in text
    assert "wrong" not in text


def test_status_says_what_is_wrong(world: World) -> None:
    world.show(pod("hello-1", CRASHED, ready=False))
    result = world.status()
    assert "wrong     container app exits at once with code 1" in result.text
    assert "0 of 1 ready" in result.text
    assert result.body["pods"][0]["restarts"] == 3
    assert result.body["pods"][0]["state"] == "CrashLoopBackOff"
    assert result.body["cause"]["what"] == "container app exits at once with code 1"


def test_a_pod_that_is_going_does_not_count(world: World) -> None:
    world.show(pod(deleting=True))
    assert "0 of 0 ready" in world.status().text


def test_of_no_release_there_is_no_status(world: World) -> None:
    world.releases.uninstall("hello")
    with pytest.raises(ReleaseMissing) as caught:
        world.status()
    assert caught.value.remedy == "draftpy up"


def test_history_is_oldest_first_with_reasons(world: World) -> None:
    history(world.releases, "hello", world.reporter)
    rows = [line.split() for line in world.result().text.splitlines()[1:]]
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("1", "superseded", "hello:b1"),
        ("2", "deployed", "hello:b2"),
    ]
    assert "why b2" in world.result().text
    assert [r["revision"] for r in world.result().body["revisions"]] == [1, 2]


def test_the_list_has_only_what_draftpy_made(world: World) -> None:
    list_releases(world.releases, world.reporter, all_namespaces=True)
    assert "hello:b2" in world.result().text
    world.give_away()
    list_releases(world.releases, world.reporter, all_namespaces=True)
    assert world.result().text == "no releases of draftpy here"


def test_nothing_shown_has_the_values(world: World) -> None:
    """Values may hold secrets."""
    world.releases.upgrade(replace(request("b3"), values={"password": "s3cret"}))
    world.status()
    history(world.releases, "hello", world.reporter)
    assert "s3cret" not in str(world.reporter.events)


def test_logs_are_the_apps_lines(world: World) -> None:
    world.source.write((AT, "listening"))
    logs(world.log_tools(), "hello", LogOptions())
    (line,) = world.reporter.of(LogLine)
    assert (line.pod, line.container, line.text) == ("hello-1", "app", "listening")


def test_logs_say_that_nothing_matches(world: World) -> None:
    logs(world.log_tools(), "hello", LogOptions())
    assert len(world.reporter.of(Notice)) == 1


def test_logs_of_nothing_are_a_failure(world: World) -> None:
    world.releases.uninstall("hello")
    with pytest.raises(ReleaseMissing):
        logs(world.log_tools(), "hello", LogOptions())


def test_the_last_builds_output_is_told(world: World) -> None:
    build_log(world.log_tools(), "hello")
    assert world.result().text == "step 1"
    world.build_logs.kept.clear()
    with pytest.raises(ReleaseMissing, match="no build output"):
        build_log(world.log_tools(), "hello")
