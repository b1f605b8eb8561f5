"""One turn of `up` for a change set: a sync where that is enough, else all stages."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Protocol

from draftpy.clock import Clock
from draftpy.diagnose import Cause
from draftpy.errors import ExitCode
from draftpy.events import Changed, Failed, FilesSynced, Notice, Reporter, Stage, Warned
from draftpy.sync.development import tell_refused
from draftpy.sync.folder import NeedsTurn
from draftpy.sync.link import SyncAnswer
from draftpy.sync.pod import ANSWER_S, PodResult
from draftpy.sync.syncer import Synced
from draftpy.watch import ChangeSet

_NAMED_PATHS = 5
Cancelled = Callable[[], bool]


class Deploy(Protocol):
    """All stages."""

    def __call__(self, changes: ChangeSet | None, is_cancelled: Cancelled) -> bool:
        """One turn; whether anything was deployed."""
        ...

    def rebuild(self, changes: ChangeSet | None, is_cancelled: Cancelled) -> bool:
        """The same, with an image of the files as they are now."""
        ...


class Pods(Protocol):
    """The pods that can be synced."""

    def in_turn(self) -> AbstractContextManager[None]:
        """Inside, the turn tells of an app that ends."""
        ...

    def apply(self, changes: ChangeSet, is_cancelled: Cancelled) -> Synced | NeedsTurn:
        """Bring a change set into them; NeedsTurn says why that is not enough."""
        ...

    def restart(self) -> Synced:
        """Start the app of each anew."""
        ...

    def explain_exit(self, result: PodResult) -> Cause:
        """Why the app of a pod ended."""
        ...


@dataclass(slots=True, kw_only=True)
class ChangeTurn:
    """See `up.Turn`; `deploy` is a turn of all stages."""

    deploy: Deploy
    pods: Pods | None
    reporter: Reporter
    clock: Clock
    # Whether pods hold newer files than their image.
    has_synced: bool = field(default=False, init=False)
    # A turn that failed has left its changes to the next one: only all stages see to them.
    _is_open: bool = field(default=False, init=False)

    def __call__(self, changes: ChangeSet | None, is_cancelled: Cancelled) -> bool:
        """Sync or deploy; whether anything was deployed."""
        with self.pods.in_turn() if self.pods else nullcontext():
            return self._turn(changes, is_cancelled)

    def _turn(self, changes: ChangeSet | None, is_cancelled: Cancelled) -> bool:
        if changes is not None:
            needs = self._sync(changes, is_cancelled)
            if needs is None:
                return False
            self.reporter.report(_changed(changes, needs))
        self._is_open = True
        deployed = self.deploy(changes, is_cancelled)
        self._is_open = False
        return deployed

    def rebuild(self, changes: ChangeSet | None, is_cancelled: Cancelled) -> bool:
        """All stages, with an image of the files as they are now."""
        with self.pods.in_turn() if self.pods else nullcontext():
            deployed = self.deploy.rebuild(changes, is_cancelled)
            self._is_open = self.has_synced = False
            return deployed

    def restart(self) -> None:
        """Start the app anew with the files that it has."""
        if self.pods is None:
            return
        began = self.clock.now()
        with self.pods.in_turn():
            synced = self.pods.restart()
        count = len(synced.results)
        took = f"{(self.clock.now() - began) * 1000:.0f} ms"
        text = f"restarted in {count} pod{'' if count == 1 else 's'}, answering after {took}"
        self.reporter.report(Notice(text=text if count else "no pod to restart an app in"))
        self._tell_ends(synced)

    def _sync(self, changes: ChangeSet, is_cancelled: Cancelled) -> NeedsTurn | None:
        if self.pods is None or self._is_open:
            return NeedsTurn(path="", reason="")
        began = self.clock.now()
        synced = self.pods.apply(changes, is_cancelled)
        if isinstance(synced, NeedsTurn):
            return synced
        if not synced.has_changes:
            self.reporter.report(Notice(text="same content: nothing to do"))
            return None
        self.has_synced = True
        self._tell(changes, synced, began)
        return None

    def _tell(self, changes: ChangeSet, synced: Synced, began: float) -> None:
        if synced.lost and not synced.results:
            self.reporter.report(_lost(changes, *synced.lost[0]))
            return
        refused = next((r.refused for r in synced.results if r.refused), None)
        if refused is not None:
            name = changes.paths[0] if changes.paths else "the change"
            self.reporter.report(tell_refused(name, refused))
            return
        slowest = max(synced.results, key=lambda r: r.answering_s, default=None)
        answer = slowest.answer if slowest else None
        self.reporter.report(
            FilesSynced(
                paths=changes.paths[:_NAMED_PATHS],
                total=len(changes.paths),
                pods=len(synced.results),
                files=max((r.files for r in synced.results), default=0),
                action=_action(answer),
                seconds=self.clock.now() - changes.seen_at,
                decided_s=began - changes.seen_at,
                moved_s=(slowest.moved_s if slowest else 0.0) + (answer.write_s if answer else 0.0),
                built_s=answer.build_s if answer else 0.0,
                restarted_s=answer.restart_s if answer else 0.0,
                answering_s=slowest.answering_s if slowest else 0.0,
            )
        )
        self._tell_ends(synced)

    def _tell_ends(self, synced: Synced) -> None:
        for result in synced.results:
            if result.exit and self.pods:
                self._tell_exit(self.pods.explain_exit(result))
            elif result.is_slow:
                text = f"the app has not opened its port within {ANSWER_S:.0f} s"
                self.reporter.report(Warned(text=text, remedy="draftpy logs"))

    def _tell_exit(self, cause: Cause) -> None:
        self.reporter.report(
            Failed(
                what=cause.what,
                evidence=cause.evidence,
                remedy=cause.remedy,
                exit_code=int(ExitCode.RELEASE),
                stage=Stage.SYNC,
            )
        )


def _action(answer: SyncAnswer | None) -> str:
    if answer is None or answer.is_unchanged:
        return "which the pod had already"
    return "restarted" if answer.restart_s > 0 else "left running"


def _changed(changes: ChangeSet, needs: NeedsTurn) -> Changed:
    why = needs.reason
    if needs.path and len(changes.paths) > 1:
        why = f"{needs.path}: {why}"
    return Changed(paths=changes.paths[:_NAMED_PATHS], total=len(changes.paths), why=why)


def _lost(changes: ChangeSet, pod: str, why: str) -> Failed:
    name = changes.paths[0] if changes.paths else "the change"
    return Failed(
        what=f"{pod} cannot be reached: {name} waits until it can",
        evidence=why,
        remedy="is the cluster up? draftpy doctor",
        exit_code=int(ExitCode.UNREACHABLE),
        stage=Stage.SYNC,
    )
