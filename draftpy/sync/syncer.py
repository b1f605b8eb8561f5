"""All pods of a release kept equal to the folder."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from draftpy.clock import Deadline
from draftpy.labels import LABEL_BUILD_ID
from draftpy.pods import ContainerState, PodState
from draftpy.sync.board import SyncTarget
from draftpy.sync.folder import NeedsTurn
from draftpy.sync.link import AppExit
from draftpy.sync.pod import PodAim, PodResult, PodSync, PodTools
from draftpy.watch import ChangeSet

# A compiler in the container may take its time; a pod that says nothing for so long is left out.
PATIENCE_S = 300.0
# A stream that is cut is back within this, unless the cluster or the pod is away.
LOST_S = 3.0
# A pod that is ready is told of by the cluster well within this.
KNOWN_S = 10.0
_LOOK_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What became of a change set: the result of each pod that was there; none: at its start.

    `lost` are pods that cannot be reached, each with why: they get it as soon as they can be.
    """

    results: tuple[PodResult, ...]
    has_changes: bool = True
    lost: tuple[tuple[str, str], ...] = ()


class PodSink(Protocol):
    """Who is told of the pods of a release."""

    def set_pods(self, pods: tuple[PodState, ...]) -> None:
        """The pods as they are now."""
        ...

    def stop(self) -> None:
        """Nobody tells any more."""
        ...


@dataclass(slots=True)
class Syncer:
    """Follows the pods of one release; one thread asks it to apply changes, another sets pods."""

    tools: PodTools
    _pods: dict[tuple[str, int], PodSync] = field(default_factory=dict)

    def aim(self, target: SyncTarget) -> None:
        """From now on pods of this image are kept equal to this folder."""
        self.tools.board.aim(target)

    def set_pods(self, pods: tuple[PodState, ...]) -> None:
        """The pods as they are now: attach to new ones, let go of those that end."""
        found = dict(each for pod in pods if (each := self._aim_at(pod)))
        with self.tools.board.telling():
            gone = [self._pods.pop(key) for key in [*self._pods] if key not in found]
            new = [key for key in found if key not in self._pods]
            self._pods |= {key: PodSync(found[key], self.tools) for key in new}
        for pod in gone:
            pod.stop()
        for key in new:
            self._pods[key].start()

    def apply(self, changes: ChangeSet, is_cancelled: Callable[[], bool]) -> Synced | NeedsTurn:
        """Bring a change set into every pod; NeedsTurn says why a sync is not enough.

        Raises BuildFailed for a file that cannot be read.
        """
        board = self.tools.board
        if board.target is None:
            return NeedsTurn(path="", reason="nothing is deployed yet")
        with board.changed:
            taken = board.target.folder.take(changes, self._refuses)
        if isinstance(taken, NeedsTurn):
            return taken
        if not taken.targets:
            return Synced(results=(), has_changes=False)
        synced = self._wait(board.bump(taken.targets), is_cancelled)
        # That a pod cannot be synced may show only when its agent is reached.
        refusal = self.find_refusal()
        return NeedsTurn(path=changes.paths[0], reason=refusal) if refusal else synced

    def restart(self) -> Synced:
        """Start the app of every pod anew, changed or not."""
        return self._wait(self.tools.board.bump((), force=True), lambda: False)

    def wait_equal(self, pods: int, is_cancelled: Callable[[], bool]) -> Synced:
        """Wait until so many pods at least are known, and each has come to the newest version."""
        deadline = Deadline.after(self.tools.clock, KNOWN_S)
        with self.tools.board.changed:
            while len(self._pods) < pods and not (deadline.has_passed() or is_cancelled()):
                self.tools.board.changed.wait(_LOOK_S)
        return self._wait(self.tools.board.version, is_cancelled)

    def find_crash(self) -> tuple[PodAim, AppExit] | None:
        """An app that ended by itself although its files are the newest."""
        with self.tools.board.changed:
            for pod in self._pods.values():
                if pod.crashed and pod.result.version == self.tools.board.version:
                    return pod.aim, pod.crashed
        return None

    def find_refusal(self) -> str:
        """Why pods cannot be synced; empty if they can."""
        with self.tools.board.changed:
            return self._refusal()

    def stop(self) -> None:
        """Let go of every pod."""
        with self.tools.board.changed:
            pods = [*self._pods.values()]
        for pod in pods:
            pod.stop()

    def _refusal(self) -> str:
        return next((pod.unsyncable for pod in self._pods.values() if pod.unsyncable), "")

    def _refuses(self, target: str) -> str:
        found = (pod.refuses(target) for pod in self._pods.values())
        return self._refusal() or next((why for why in found if why), "")

    def _wait(self, version: int, is_cancelled: Callable[[], bool]) -> Synced:
        board = self.tools.board
        deadline = Deadline.after(self.tools.clock, PATIENCE_S)
        with board.changed:
            while behind := [pod for pod in self._pods.values() if not pod.is_at(version)]:
                lost = [pod for pod in behind if pod.lost_for(LOST_S)]
                if len(lost) == len(behind) or deadline.has_passed() or is_cancelled():
                    break
                board.changed.wait(_LOOK_S)
            board.told = version
            results = tuple(p.result for p in self._pods.values() if p.result.version >= version)
            lost_pods = tuple((pod.aim.pod, pod.lost_for(LOST_S)) for pod in behind)
        return Synced(results=results, lost=lost_pods)

    def _aim_at(self, pod: PodState) -> tuple[tuple[str, int], PodAim] | None:
        """The container of a pod to sync into, with a key that changes when it starts anew."""
        target = self.tools.board.target
        if target is None or pod.deleting or pod.is_old or not _is_of(pod, target.build_id):
            return None
        container = _find_container(pod)
        if container is None or not container.running:
            return None
        aim = PodAim(pod=pod.name, container=container.name, ports=container.ports)
        return (pod.uid, container.restarts), aim


def _is_of(pod: PodState, build_id: str) -> bool:
    """Whether it runs that image; a chart of the user's own may not pass the label on."""
    return dict(pod.labels).get(LABEL_BUILD_ID, build_id) == build_id


def _find_container(pod: PodState) -> ContainerState | None:
    """The app's own: the one that listens, else the one that the pod is named after."""
    own = [each for each in pod.containers if not each.is_init]
    best = sorted(own, key=lambda each: (not each.ports, not pod.name.startswith(each.name)))
    return best[0] if best else None
