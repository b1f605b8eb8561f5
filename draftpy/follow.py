"""Logs and forwards of a release until told to stop."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from draftpy.errors import DraftError, ExitCode
from draftpy.events import Failed, Reporter, Warned
from draftpy.held_ports import HeldForwards
from draftpy.log_follower import LogFollower
from draftpy.pods import ContainerState, PodState, ReleaseState
from draftpy.rollout import Cluster
from draftpy.sync.syncer import PodSink

# How long to wait before the cluster is asked again after it was unreachable.
RETRY_S = 1.0
STOPPING_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowParts:
    """What following works with; what is None is not followed. `pods` hears of each change."""

    cluster: Cluster
    reporter: Reporter
    forwards: HeldForwards | None = None
    logs: LogFollower | None = None
    pods: PodSink | None = None


@contextmanager
def follow(release: str, parts: FollowParts) -> Iterator["Follower"]:
    """Follow a release on a thread of its own until the context is left.

    Raises UsageError if a local port that was asked for is taken; an unreachable cluster is told
    and asked again.
    """
    follower = Follower(release, parts)
    if parts.forwards is not None:
        parts.forwards.start()
    follower.start()
    try:
        yield follower
    finally:
        follower.stop()
        if parts.pods is not None:
            parts.pods.stop()
        if parts.logs is not None:
            parts.logs.stop()
        if parts.forwards is not None:
            parts.forwards.stop()


class Follower:
    """Hands each state of a release on: pods to forwards and logs, restarts to the user."""

    def __init__(self, release: str, parts: FollowParts) -> None:
        self._release = release
        self._parts = parts
        self._restarts = RestartNotices(parts.reporter)
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._states = ExitStack()
        self._has_told_error = False
        self._thread = threading.Thread(target=self._follow, name=f"follow-{release}", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; takes a second at most."""
        with self._lock:
            self._stopped.set()
            self._states.close()
        self._thread.join(STOPPING_S)

    def wait_stopped(self, timeout_s: float | None = None) -> bool:
        """Block until somebody stops it (or Ctrl-C interrupts); whether it is stopped."""
        return self._stopped.wait(timeout_s)

    def _follow(self) -> None:
        while not self._stopped.is_set():
            try:
                self._hand_on_states()
            except DraftError as error:
                self._tell_error(Failed.of(error))
            except Exception as error:  # noqa: BLE001 - whatever it is, the user must know
                evidence = f"{type(error).__name__}: {error}"
                what = f"following {self._release} broke"
                code = int(ExitCode.BUG)
                self._tell_error(Failed(what=what, evidence=evidence, exit_code=code))
            self._stopped.wait(RETRY_S)

    def _hand_on_states(self) -> None:
        with ExitStack() as stack:
            states = stack.enter_context(self._parts.cluster.watch_release(self._release))
            with self._lock:
                self._states = stack
                if self._stopped.is_set():
                    return
            for state in states:
                if self._stopped.is_set():
                    return
                self._hand_on(state)
                self._has_told_error = False

    def _hand_on(self, state: ReleaseState) -> None:
        if self._parts.forwards is not None:
            forward_to_pods(self._parts.forwards, state.pods)
        if self._parts.logs is not None:
            self._parts.logs.set_pods(state.pods)
        if self._parts.pods is not None:
            self._parts.pods.set_pods(state.pods)
        self._restarts.note(state.pods)

    def _tell_error(self, failed: Failed) -> None:
        if self._stopped.is_set() or self._has_told_error:
            return
        self._has_told_error = True
        self._parts.reporter.report(failed)


class RestartNotices:
    """Tells each restart of a container once; those before the first look are history."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._known: dict[tuple[str, str], int] | None = None

    def note(self, pods: tuple[PodState, ...]) -> None:
        """Look at the pods now and tell what restarted since the last look."""
        found = {(pod.uid, each.name): (pod, each) for pod in pods for each in pod.containers}
        if self._known is not None:
            for key, (pod, container) in found.items():
                if container.restarts > self._known.get(key, 0):
                    self._tell(pod, container)
        self._known = {key: container.restarts for key, (_, container) in found.items()}

    def _tell(self, pod: PodState, container: ContainerState) -> None:
        name = pod.name if len(pod.containers) == 1 else f"{pod.name} ({container.name})"
        code = container.last_exit_code
        reason = "" if container.last_reason in ("", "Error") else f", {container.last_reason}"
        why = "" if code is None else f": exit {code}{reason}"
        remedy = "its last words: draftpy logs --previous"
        self._reporter.report(Warned(text=f"{name} restarted{why}", remedy=remedy))


def forward_to_pods(forwards: HeldForwards, pods: tuple[PodState, ...]) -> None:
    """Open a local port for each container port, and say which pods serve it now."""
    for port in sorted({port for pod in pods for port in _ports(pod)}):
        forwards.add_port(port)
    for port in forwards.ports:
        forwards.set_pods(port, find_targets(pods, port))


def find_targets(pods: tuple[PodState, ...], port: int) -> tuple[str, ...]:
    """The pods that can serve a port, the best first.

    A pod that is being deleted may stop answering at any moment, so it is no target: connections
    rather wait for its successor. A port that no pod declares may be any pod's. A pod that has just
    started and is ready as soon as its port is open comes first: until then it refuses, and the
    others serve. So its readiness is known here up to a second before Kubernetes asks for it.
    """
    is_declared = any(port in _ports(pod) for pod in pods)
    serving = [pod for pod in pods if not pod.deleting and (port in _ports(pod) or not is_declared)]
    newest_first = sorted(serving, key=lambda pod: (pod.created_at, pod.name), reverse=True)
    starting = [pod.name for pod in newest_first if _is_starting(pod, port)]
    return (*starting, *(pod.name for pod in newest_first if pod.ready))


def _is_starting(pod: PodState, port: int) -> bool:
    """Whether only its port is still to open, as far as one can see."""
    owners = [each for each in pod.containers if port in each.ports]
    return not pod.ready and any(
        each.running and each.ready_when_open and not each.restarts for each in owners
    )


def _ports(pod: PodState) -> set[int]:
    return {port for each in pod.containers if not each.is_init for port in each.ports}
