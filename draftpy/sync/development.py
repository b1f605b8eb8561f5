"""The pods of a release as `up` develops in them: synced, and explained where the app ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from draftpy.clock import Clock
from draftpy.diagnose import AGENT_SAYS, Cause, Words, diagnose_exit
from draftpy.errors import ExitCode
from draftpy.events import BuildLine, Failed, Notice, Reporter, Stage
from draftpy.pods import PodState
from draftpy.rollout import Cluster
from draftpy.sync.board import Board, SyncTarget
from draftpy.sync.folder import NeedsTurn
from draftpy.sync.link import AgentLinks, AppExit, SyncRefused
from draftpy.sync.pod import Gate, PodAim, PodResult, PodTools
from draftpy.sync.syncer import Synced, Syncer
from draftpy.watch import ChangeSet

_WORD_LINES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class DevelopmentParts:
    """What developing in pods works with."""

    links: AgentLinks
    gate: Gate
    cluster: Cluster
    reporter: Reporter
    clock: Clock


class DevelopmentPods:
    """See `pipelines.deploy.Development` and `pipelines.change.Pods`."""

    def __init__(self, parts: DevelopmentParts) -> None:
        self._parts = parts
        self._is_in_turn = False
        self._syncer = Syncer(
            PodTools(
                links=parts.links,
                board=Board(),
                gate=parts.gate,
                clock=parts.clock,
                on_output=lambda line: parts.reporter.report(BuildLine(text=line)),
                on_exit=self._note_exit,
                on_late=self._note_late,
            )
        )

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """Inside, whoever runs the turn tells of an app that ends, not this."""
        self._is_in_turn = True
        try:
            yield
        finally:
            self._is_in_turn = False

    def set_pods(self, pods: tuple[PodState, ...]) -> None:
        """The pods as they are now."""
        self._syncer.set_pods(pods)

    def stop(self) -> None:
        """Let go of every pod."""
        self._syncer.stop()

    def aim(self, target: SyncTarget) -> None:
        """From now on pods of this image are kept equal to this folder."""
        self._syncer.aim(target)

    def apply(self, changes: ChangeSet, is_cancelled: Callable[[], bool]) -> Synced | NeedsTurn:
        """Bring a change set into the pods."""
        return self._syncer.apply(changes, is_cancelled)

    def restart(self) -> Synced:
        """Start the app of every pod anew."""
        return self._syncer.restart()

    def wait_equal(self, pods: int, is_cancelled: Callable[[], bool]) -> int:
        """Wait until so many pods are known and each is equal to the folder, and tell of it.

        How many files that took.
        """
        synced = self._syncer.wait_equal(pods, is_cancelled)
        for refused in [result.refused for result in synced.results if result.refused][:1]:
            self._parts.reporter.report(tell_refused("a file", refused))
        files = max((result.files for result in synced.results), default=0)
        if files:
            self._parts.reporter.report(Notice(text=f"{_count(files)} not as in the image: synced"))
        return files

    def find_refusal(self) -> str:
        """Why pods cannot be synced; empty if they can."""
        return self._syncer.find_refusal()

    def find_crash(self) -> Cause | None:
        """Why the app does not run although its files are the newest."""
        crash = self._syncer.find_crash()
        return self._explain(*crash) if crash else None

    def explain_exit(self, result: PodResult) -> Cause:
        """Why the app of a pod ended."""
        return self._explain(result.aim, result.exit or AppExit(code=0))

    def _explain(self, aim: PodAim, ended: AppExit) -> Cause:
        lines = self._parts.cluster.last_log_lines(
            aim.pod, aim.container, previous=False, lines=_WORD_LINES
        )
        own = tuple(line for line in lines if not line.startswith(AGENT_SAYS))
        # An app that could not be started has said nothing; the agent has.
        words = Words(now=own or lines)
        return diagnose_exit(ended.code, signal=ended.signal, is_oom=ended.is_oom, words=words)

    def _note_late(self, result: PodResult) -> None:
        text = f"{result.aim.pod} can be reached: {_count(result.files)} synced"
        self._parts.reporter.report(Notice(text=text))
        if result.exit:
            self._note_exit(result.aim, result.exit)

    def _note_exit(self, aim: PodAim, ended: AppExit) -> None:
        if self._is_in_turn:
            return
        cause = self._explain(aim, ended)
        self._parts.reporter.report(
            Failed(
                what=cause.what,
                evidence=cause.evidence,
                remedy=cause.remedy,
                exit_code=int(ExitCode.RELEASE),
            )
        )


def tell_refused(name: str, refused: SyncRefused) -> Failed:
    """That a pod did not take what was synced; `name` stands for what nobody names better."""
    if refused.code == "build":
        what = f"the build failed (exit {refused.exit_code}); the app goes on as it was"
        remedy = "mend it and save"
        code = ExitCode.BUILD
    else:
        what = f"{refused.path or name} could not be written in the pod"
        remedy = "save again; if it stays so, draftpy up --once builds an image"
        code = ExitCode.RELEASE
    return Failed(
        what=what, evidence=refused.message, remedy=remedy, exit_code=int(code), stage=Stage.SYNC
    )


def _count(files: int) -> str:
    return f"{files} file{'' if files == 1 else 's'}"
