"""Pods kept equal to a folder: attached, reconciled, synced, explained."""

from pathlib import Path

import pytest

from draftpy.dev_settings import DevSettings, Restart
from draftpy.events import BuildLine, Failed, Notice
from draftpy.sync.folder import NeedsTurn
from draftpy.sync.link import AgentEvent, AppExit, SyncRefused
from draftpy.sync.syncer import Synced
from tests.support.agents import MemoryAgent
from tests.support.pods import container, pod
from tests.support.syncing import SyncStage, changed


@pytest.fixture
def stage(tmp_path: Path) -> SyncStage:
    return SyncStage(tmp_path)


def apply(stage: SyncStage, *paths: str) -> Synced:
    synced = stage.pods.apply(changed(*paths), lambda: False)
    assert isinstance(synced, Synced)
    return synced


def test_a_save_is_written_and_the_app_restarted_behind_the_gate(stage: SyncStage) -> None:
    [agent] = stage.run(pod())
    stage.write("app.py", "two\n")
    [result] = apply(stage, "app.py").results
    assert agent.files == {"/app/app.py": b"two\n"}
    assert (result.files, result.exit, result.is_slow) == (1, None, False)
    assert agent.orders[0].restart is Restart.EXEC
    assert stage.gate.held == 1


def test_the_same_bytes_reach_no_agent(stage: SyncStage) -> None:
    [agent] = stage.run(pod())
    stage.write("app.py", "one\n")
    assert not apply(stage, "app.py").has_changes
    assert not agent.orders


def test_all_pods_get_the_same(stage: SyncStage) -> None:
    agents = stage.run(pod("hello-1"), pod("hello-2"))
    stage.write("app.py", "two\n")
    assert len(apply(stage, "app.py").results) == 2
    assert [agent.files for agent in agents] == [{"/app/app.py": b"two\n"}] * 2


def test_a_pod_that_comes_later_gets_what_differs(stage: SyncStage) -> None:
    [first] = stage.run(pod("hello-1"))
    old = dict(first.states)
    stage.write("app.py", "two\n")
    apply(stage, "app.py")
    stage.agents.agents["hello-2"] = MemoryAgent(states=old)
    stage.pods.set_pods((pod("hello-2"),))
    stage.pods.wait_equal(1, lambda: False)
    assert stage.agents.agents["hello-2"].files == {"/app/app.py": b"two\n"}


def test_a_cut_stream_is_opened_again_and_reconciled(stage: SyncStage) -> None:
    [agent] = stage.run(pod())
    agent.links[0].cut()
    stage.write("lib/a.py", "b\n")
    apply(stage, "lib/a.py")
    assert agent.files == {"/app/lib/a.py": b"b\n"}
    assert len(agent.links) == 2


def test_a_pod_that_cannot_be_reached_gets_the_change_later(stage: SyncStage) -> None:
    [agent] = stage.run(pod())
    stage.agents.is_away = True
    agent.links[0].cut()
    stage.write("app.py", "two\n")
    synced = apply(stage, "app.py")
    assert synced.lost == (("hello-1", "no route to host"),)
    stage.agents.is_away = False
    stage.wait_told(Notice)
    assert agent.files == {"/app/app.py": b"two\n"}


def test_a_file_that_went_away_is_removed(stage: SyncStage) -> None:
    [agent] = stage.run(pod())
    (stage.root / "lib/a.py").unlink()
    apply(stage, "lib/a.py")
    assert agent.orders[0].deletes == ("/app/lib/a.py",)


def test_an_app_that_ends_is_told_with_its_exit(stage: SyncStage) -> None:
    [agent] = stage.run(pod())
    agent.exits = AppExit(code=1)
    stage.write("app.py", "broken\n")
    [result] = apply(stage, "app.py").results
    assert result.exit == AppExit(code=1)
    cause = stage.pods.explain_exit(result)
    assert cause.what == "the app crashed (exit 1)"


def test_a_crash_is_found_while_the_files_are_the_newest(stage: SyncStage) -> None:
    [agent] = stage.run(pod())
    assert stage.pods.find_crash() is None
    agent.links[0].tell(AgentEvent(start=1, exit=AppExit(code=3)))
    crash = stage.pods.find_crash()
    assert crash is not None
    assert "exit 3" in crash.what


def test_a_crash_outside_of_a_turn_is_told_at_once(stage: SyncStage) -> None:
    [agent] = stage.run(pod())
    agent.links[0].tell(AgentEvent(start=1, exit=AppExit(code=137, is_oom=True)))
    [failed] = stage.reporter.of(Failed)
    assert "memory" in failed.what


def test_a_turn_tells_of_crashes_itself(stage: SyncStage) -> None:
    [agent] = stage.run(pod())
    with stage.pods.in_turn():
        agent.links[0].tell(AgentEvent(start=1, exit=AppExit(code=1)))
    assert not stage.reporter.of(Failed)


def test_what_a_sync_made_end_is_no_crash(stage: SyncStage) -> None:
    [agent] = stage.run(pod())
    agent.links[0].tell(AgentEvent(start=1, exit=AppExit(code=143), is_expected=True))
    assert stage.pods.find_crash() is None


def test_a_pod_without_an_agent_says_why_changes_need_images(stage: SyncStage) -> None:
    stage.aim()
    stage.pods.set_pods((pod(),))
    stage.pods.wait_equal(1, lambda: False)
    stage.write("app.py", "two\n")
    needs = stage.pods.apply(changed("app.py"), lambda: False)
    assert isinstance(needs, NeedsTurn)
    assert "no agent" in needs.reason


def test_a_folder_that_cannot_be_written_is_named_with_the_user(stage: SyncStage) -> None:
    tree = dict(stage.aim().tree)
    agent = MemoryAgent(states=tree, unwritable={"/app": "read-only file system"})
    stage.agents.agents["hello-1"] = agent
    stage.pods.set_pods((pod(),))
    stage.pods.wait_equal(1, lambda: False)
    assert stage.pods.find_refusal() == (
        "/app cannot be written by user 10001: read-only file system"
    )


def test_a_change_below_another_folder_is_synced_all_the_same(stage: SyncStage) -> None:
    [agent] = stage.run(pod())
    agent.unwritable = {"/": "permission denied"}
    agent.links[0].cut()
    stage.write("app.py", "two\n")
    assert apply(stage, "app.py").results


def test_a_pod_that_turns_out_not_to_be_writable_needs_an_image(stage: SyncStage) -> None:
    [agent] = stage.run(pod())
    agent.unwritable = {"/app": "read-only file system"}
    agent.links[0].cut()
    stage.write("app.py", "two\n")
    needs = stage.pods.apply(changed("app.py"), lambda: False)
    assert isinstance(needs, NeedsTurn)
    assert "read-only" in needs.reason


def test_a_build_runs_before_the_gate_closes(tmp_path: Path) -> None:
    stage = SyncStage(tmp_path, settings=DevSettings(build=("make",)))
    [agent] = stage.run(pod())
    stage.write("app.py", "two\n")
    apply(stage, "app.py")
    first, second = agent.orders
    assert (first.build, first.restart) == (("make",), Restart.NONE)
    assert (second.build, second.restart, second.force) == ((), Restart.EXEC, True)


def test_a_failed_build_keeps_the_files_and_leaves_the_app(tmp_path: Path) -> None:
    stage = SyncStage(tmp_path, settings=DevSettings(build=("make",)))
    [agent] = stage.run(pod())
    agent.refuses = [SyncRefused("make: 1", code="build", exit_code=1)]
    stage.write("app.py", "two\n")
    [result] = apply(stage, "app.py").results
    assert result.refused is not None
    assert result.refused.exit_code == 1
    assert [line.text for line in stage.reporter.of(BuildLine)] == ["main.go:3: undefined: x"]
    assert len(agent.orders) == 1


def test_a_restart_that_is_asked_for_needs_no_change(stage: SyncStage) -> None:
    [agent] = stage.run(pod())
    [result] = stage.pods.restart().results
    assert agent.orders[0].force
    assert result.answer is not None


def test_pods_that_end_and_older_ones_are_left_alone(stage: SyncStage) -> None:
    stage.aim()
    stage.agents.agents["hello-1"] = MemoryAgent()
    stage.pods.set_pods((pod(deleting=True), pod("hello-2", container(running=False))))
    assert not stage.agents.opened


def test_the_container_that_the_pod_is_named_after_is_the_apps(stage: SyncStage) -> None:
    beside, app = container("beside", ports=()), container("hello", ports=())
    stage.run(pod("hello-1", beside, app))
    stage.write("app.py", "two\n")
    [result] = apply(stage, "app.py").results
    assert result.aim.container == "hello"


def test_nothing_is_synced_before_there_is_a_target(stage: SyncStage) -> None:
    assert isinstance(stage.pods.apply(changed("app.py"), lambda: False), NeedsTurn)


def test_a_pod_that_is_followed_is_compared_with_a_new_aim(stage: SyncStage) -> None:
    [agent] = stage.run(pod())
    stage.write("app.py", "two\n")
    wanted = dict(stage.aim().tree)
    stage.pods.wait_equal(1, lambda: False)
    assert agent.states == wanted
