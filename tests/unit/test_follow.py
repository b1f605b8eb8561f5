import socket
import threading
import time

import pytest

from draftpy.clock import SystemClock
from draftpy.errors import ClusterUnreachable, UsageError
from draftpy.events import Failed, Forwarding, LogLine, Warned
from draftpy.follow import FollowParts, RestartNotices, find_targets, follow, forward_to_pods
from draftpy.held_ports import ForwardParts, HeldForwards
from draftpy.local_ports import PortMapping, listen_exactly
from draftpy.log_follower import LogFollower
from draftpy.logs import LogOptions
from tests.support.cluster_states import StatesCluster
from tests.support.log_source import MemoryLogs, stamp
from tests.support.pods import container, pod
from tests.support.reporter import ListReporter
from tests.support.streams import LoopbackDialer, read_all, saying, serving


def forwards(
    dialer: LoopbackDialer, reporter: ListReporter, *mappings: PortMapping
) -> HeldForwards:
    parts = ForwardParts(dialer=dialer, reporter=reporter, clock=SystemClock(), hold_s=5)
    return HeldForwards(mappings, parts)


def ask(port: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(b"GET")
        return read_all(client)


def test_a_release_is_forwarded_and_logged_as_its_pods_change() -> None:
    reporter, source = ListReporter(), MemoryLogs()
    source.write((stamp(1), "old up"), pod="old")
    source.write((stamp(2), "new up"), pod="new")
    cluster = StatesCluster()
    with serving(saying(b"one")) as one, serving(saying(b"two")) as two:
        parts = FollowParts(
            cluster=cluster,
            reporter=reporter,
            forwards=forwards(LoopbackDialer(old=one, new=two), reporter),
            logs=LogFollower(source, reporter, SystemClock(), LogOptions()),
        )
        with follow("hello", parts):
            cluster.send(pod("old"))
            reporter.wait_for(lambda events: len(events) >= 2)
            (forwarding,) = reporter.of(Forwarding)
            assert ask(forwarding.local_port) == b"one"
            cluster.send(pod("old", deleting=True), pod("new"))
            reporter.wait_for(lambda events: len(events) >= 3)
            assert ask(forwarding.local_port) == b"two"
    assert [line.text for line in reporter.of(LogLine)] == ["old up", "new up"]
    assert source.open_streams == 0


def test_leaving_leaves_no_thread_and_is_prompt() -> None:
    before = threading.active_count()
    parts = FollowParts(
        cluster=StatesCluster(pod()),
        reporter=ListReporter(),
        forwards=forwards(LoopbackDialer(), ListReporter()),
        logs=LogFollower(MemoryLogs(), ListReporter(), SystemClock(), LogOptions()),
    )
    with follow("hello", parts) as follower:
        assert not follower.wait_stopped(0.05)
        begun = time.monotonic()
    assert time.monotonic() - begun < 1
    assert threading.active_count() == before
    assert follower.wait_stopped()


@pytest.mark.parametrize("error", [ClusterUnreachable("it is away"), KeyError("it is away")])
def test_a_cluster_that_goes_away_is_told_and_asked_again(error: Exception) -> None:
    reporter, cluster = ListReporter(), StatesCluster(pod())
    cluster.fail(error)
    source = MemoryLogs()
    source.write((stamp(1), "back"))
    logs = LogFollower(source, reporter, SystemClock(), LogOptions())
    with follow("hello", FollowParts(cluster=cluster, reporter=reporter, logs=logs)):
        reporter.wait_for(lambda events: any(isinstance(event, LogLine) for event in events))
    (failed,) = reporter.of(Failed)
    assert "it is away" in failed.what + failed.evidence
    assert cluster.watches == 2


def test_a_taken_port_that_was_asked_for_ends_it_before_it_begins() -> None:
    taken = listen_exactly(0)
    cluster = StatesCluster(pod())
    mapping = PortMapping(local=taken.port, remote=8080)
    parts = FollowParts(
        cluster=cluster,
        reporter=ListReporter(),
        forwards=forwards(LoopbackDialer(), ListReporter(), mapping),
    )
    with pytest.raises(UsageError), follow("hello", parts):
        pass
    taken.close()
    assert cluster.watches == 0


def test_targets_are_ready_pods_the_newest_first() -> None:
    pods = (
        pod("a", created_at="2026-01-01T00:00:01Z"),
        pod("b", created_at="2026-01-01T00:00:02Z"),
        pod("c", created_at="2026-01-01T00:00:03Z", ready=False),
    )
    assert find_targets(pods, 8080) == ("b", "a")


def test_a_pod_that_is_being_deleted_is_no_target() -> None:
    assert find_targets((pod("a", deleting=True), pod("b")), 8080) == ("b",)
    assert find_targets((pod("a", deleting=True),), 8080) == ()


def test_a_starting_pod_comes_first_if_an_open_port_is_all_it_needs() -> None:
    old = pod("old")
    starting = container(ready_when_open=True)
    assert find_targets((old, pod("new", starting, ready=False)), 8080) == ("new", "old")
    asks_more = pod("new", container(), ready=False)
    crashed = pod("new", container(ready_when_open=True, restarts=1), ready=False)
    waiting = pod("new", container(ready_when_open=True, running=False), ready=False)
    for other in (asks_more, crashed, waiting):
        assert find_targets((old, other), 8080) == ("old",)


def test_a_port_belongs_to_the_pods_that_declare_it() -> None:
    pods = (pod("web", container(ports=(8080,))), pod("worker", container(ports=())))
    assert find_targets(pods, 8080) == ("web",)
    assert find_targets(pods, 5000) == ("worker", "web")


def test_each_declared_port_is_forwarded_once() -> None:
    reporter = ListReporter()
    group = forwards(LoopbackDialer(), reporter)
    pods = (pod("a", container(ports=(18080, 19090))), pod("b", container(ports=(18080,))))
    forward_to_pods(group, pods)
    forward_to_pods(group, pods)
    group.stop()
    assert [event.remote_port for event in reporter.of(Forwarding)] == [18080, 19090]


def crashed(times: int, **last: object) -> object:
    return pod("hello-abc", container(restarts=times, **last))  # type: ignore[arg-type]


def restarts(*looks: object) -> list[str]:
    reporter = ListReporter()
    notices = RestartNotices(reporter)
    for look in looks:
        notices.note((look,))  # type: ignore[arg-type]
    return [event.text for event in reporter.of(Warned)]


def test_each_restart_is_told_once_with_its_exit_code() -> None:
    one, two = crashed(1, last_exit_code=1, last_reason="Error"), crashed(2, last_exit_code=3)
    assert restarts(crashed(0), one, one, two) == [
        "hello-abc restarted: exit 1",
        "hello-abc restarted: exit 3",
    ]


def test_a_telling_reason_is_told() -> None:
    killed = crashed(1, last_exit_code=137, last_reason="OOMKilled")
    assert restarts(crashed(0), killed) == ["hello-abc restarted: exit 137, OOMKilled"]


def test_restarts_before_the_first_look_are_not_told() -> None:
    assert restarts(crashed(5), crashed(5)) == []


def test_a_restart_of_a_new_pod_is_told_even_at_its_first_look() -> None:
    reporter = ListReporter()
    notices = RestartNotices(reporter)
    notices.note(())
    notices.note((pod("new", container(restarts=1, last_exit_code=2)),))
    assert [event.text for event in reporter.of(Warned)] == ["new restarted: exit 2"]


def test_the_container_is_named_where_a_pod_has_several() -> None:
    reporter = ListReporter()
    notices = RestartNotices(reporter)
    notices.note((pod("p", container("app"), container("side")),))
    notices.note((pod("p", container("app"), container("side", restarts=1)),))
    assert [event.text for event in reporter.of(Warned)] == ["p (side) restarted"]
