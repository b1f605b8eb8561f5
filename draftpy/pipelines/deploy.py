"""One turn of `up`: snapshot → plan → build → publish → release → rollout."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from draftpy.build import BuiltImage, Cancelled, ImageBuilder
from draftpy.clock import Clock, Deadline
from draftpy.diagnose import Cause
from draftpy.errors import ContextChanged, DraftError
from draftpy.events import BuildLine, Event, Notice, Reporter, Stage, Warned
from draftpy.healing import heal_release
from draftpy.pipelines.planning import PlannedTurn, TurnPlanner
from draftpy.pipelines.stages import StageRunner
from draftpy.publish import PublishedImage, Publisher, PublishTarget
from draftpy.release import Release, Releases, plan_release
from draftpy.rollout import Cluster, Rollout, RolloutWait, no_crash, wait_rollout
from draftpy.sync.board import SyncTarget
from draftpy.watch import ChangeSet

# A file that is written again and again while it is packed: after so many tries it is told.
SNAPSHOT_TRIES = 5
# What is kept of a build's output, from its end; a ConfigMap may hold 1 MiB.
BUILD_LOG_CHARS = 300_000


class Namespaces(Protocol):
    """The namespaces of the cluster."""

    def ensure(self, name: str) -> bool:
        """Make it if it is missing, labelled as ours; True if made; raises Rejected."""
        ...


class BuildLogs(Protocol):
    """Where the output of the last build is kept: in the cluster, for any machine."""

    def save(self, release: str, text: str) -> bool:
        """Keep it; False if the namespace is not there yet."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployTools:
    """The outside world of a turn."""

    builder: ImageBuilder
    publisher: Publisher
    target: PublishTarget
    releases: Releases
    cluster: Cluster
    namespaces: Namespaces
    build_logs: BuildLogs
    reporter: Reporter
    clock: Clock


class Development(Protocol):
    """What keeps pods equal to the folder where the agent is in them."""

    def aim(self, target: SyncTarget) -> None:
        """From now on pods of this image, and this folder."""
        ...

    def wait_equal(self, pods: int, is_cancelled: Cancelled) -> int:
        """Wait until so many pods are known and each is equal; how many files that took."""
        ...

    def find_refusal(self) -> str:
        """Why pods cannot be synced; empty if they can."""
        ...

    def find_crash(self) -> Cause | None:
        """Why the app does not run although its files are the newest."""
        ...


class Deployer:
    """Makes the cluster equal to the folder; remembers what was published."""

    def __init__(
        self,
        tools: DeployTools,
        planner: TurnPlanner,
        development: Development | None = None,
    ) -> None:
        self._tools = tools
        self._planner = planner
        self._development = development
        self._published: PublishedImage | None = None
        self._unsaved_log = ""
        # Whether the last turn ended with a rollout that is ready: else there is more to tell.
        self._is_ready = False
        # Whether pods may run an image with older files, for they can be synced.
        self._may_keep = True
        self._stages = StageRunner(reporter=tools.reporter, clock=tools.clock)

    def __call__(self, changes: ChangeSet | None, is_cancelled: Cancelled) -> bool:
        """One turn; whether anything was deployed. See `up.Turn` for what it raises."""
        for _ in range(SNAPSHOT_TRIES - 1):
            try:
                return self._turn(changes, is_cancelled)
            except ContextChanged as error:
                # What was hashed is no longer there: building it would mislabel what is.
                self._tools.reporter.report(Notice(text=f"{error.what}: looking again"))
        return self._turn(changes, is_cancelled)

    def rebuild(self, changes: ChangeSet | None, is_cancelled: Cancelled) -> bool:
        """One turn with an image of the files as they are now; see `__call__`."""
        self._may_keep = False
        return self(changes, is_cancelled)

    def plan(self, changes: ChangeSet | None) -> PlannedTurn:
        """Read the folder and the release, and decide; changes nothing anywhere."""
        return self._planner.plan(changes, self._published, may_keep=self._may_keep)

    def _turn(self, changes: ChangeSet | None, is_cancelled: Cancelled) -> bool:
        turn = self.plan(changes)
        if self._is_ready and changes is not None and not turn.plan.has_work:
            return self._turn_without_work(turn, changes, is_cancelled)
        built = self._build(turn, is_cancelled)
        step = turn.plan.get_step(Stage.RELEASE)
        if not step.runs:
            self._stages.skip(Stage.PUBLISH, turn.plan.get_step(Stage.PUBLISH).reason)
            self._stages.skip(Stage.RELEASE, step.reason)
        else:
            published = self._publish(turn, built)
            self._release(turn, published)
        self._is_ready = False
        self._aim(turn)
        rollout = self._rollout(turn, is_cancelled)
        self._is_ready = True
        if self._make_equal(turn, min(1, rollout.ready), is_cancelled) is None:
            return self._turn(changes, is_cancelled)
        return turn.plan.has_work

    def _turn_without_work(
        self, turn: PlannedTurn, changes: ChangeSet, is_cancelled: Cancelled
    ) -> bool:
        """What is deployed is as it should be; pods may still hold other files than the folder."""
        self._aim(turn)
        files = self._make_equal(turn, 0, is_cancelled)
        if files is None:
            return self._turn(changes, is_cancelled)
        if not files:
            self._tools.reporter.report(Notice(text="same content: nothing to do"))
        return False

    def _aim(self, turn: PlannedTurn) -> None:
        if self._development and turn.development:
            self._development.aim(turn.development.target(turn.ref.tag))

    def _make_equal(self, turn: PlannedTurn, pods: int, is_cancelled: Cancelled) -> int | None:
        """How many files were synced; None if they cannot be, and pods have older ones."""
        if not (self._development and turn.development):
            return 0
        files = self._development.wait_equal(pods, is_cancelled)
        refusal = self._development.find_refusal()
        if not refusal or not self._may_keep:
            self._may_keep = not refusal
            return files
        self._may_keep = False
        remedy = (
            "let the image's user own them (COPY --chown), or say dev: sync: false in draft.yaml"
        )
        text = f"files cannot be synced, so each change builds an image: {refusal}"
        self._tools.reporter.report(Warned(text=text, remedy=remedy))
        return None

    def _build(self, turn: PlannedTurn, is_cancelled: Cancelled) -> BuiltImage | None:
        step, tools = turn.plan.get_step(Stage.BUILD), self._tools
        if not step.runs:
            self._stages.skip(Stage.BUILD, step.reason)
            return None
        recorder = _BuildRecorder(tools.reporter)
        try:
            return self._stages.run(
                Stage.BUILD,
                step.reason,
                lambda: tools.builder.build(turn.request, recorder, is_cancelled),
                _tell_build,
            )
        finally:
            self._save_log(turn.order.name, recorder.text())

    def _publish(self, turn: PlannedTurn, built: BuiltImage | None) -> PublishedImage:
        step, tools = turn.plan.get_step(Stage.PUBLISH), self._tools
        if not step.runs and self._published:
            self._stages.skip(Stage.PUBLISH, step.reason)
            return self._published
        image = built or tools.builder.find_image(turn.ref)
        if image is None:
            raise ContextChanged(f"{turn.ref} has gone from the engine", remedy="draftpy up")
        self._published = self._stages.run(
            Stage.PUBLISH,
            step.reason,
            lambda: tools.publisher.publish(image, tools.target, tools.reporter),
            lambda published: published.target.reason,
        )
        return self._published

    def _release(self, turn: PlannedTurn, published: PublishedImage) -> None:
        step, tools = turn.plan.get_step(Stage.RELEASE), self._tools
        request = plan_release(turn.order, published.ref, step.reason)

        def deploy() -> Release:
            tools.namespaces.ensure(request.namespace)
            last = turn.last
            if last:
                last = heal_release(tools.releases, last, tools.clock, tools.reporter)
            return tools.releases.upgrade(request) if last else tools.releases.install(request)

        self._stages.run(Stage.RELEASE, step.reason, deploy, tell_release)
        self._save_log(request.name, self._unsaved_log)
        if self._unsaved_log:
            text = "the build's output could not be kept in the cluster: logs --build will lack it"
            tools.reporter.report(Notice(text=text))

    def _rollout(self, turn: PlannedTurn, is_cancelled: Cancelled) -> Rollout:
        tools, development = self._tools, self._development
        wait = RolloutWait(
            release=turn.order.name,
            build_id=turn.ref.tag,
            deadline=Deadline.after(tools.clock, turn.timeout_s),
            find_crash=development.find_crash if development and turn.development else no_crash,
        )
        return self._stages.run(
            Stage.ROLLOUT,
            "",
            lambda: wait_rollout(tools.cluster, wait, tools.reporter, is_cancelled),
            tell_rollout,
        )

    def _save_log(self, release: str, text: str) -> None:
        """Keep a build's output beside the release, as soon as its namespace is there.

        That it cannot be kept must neither hide how the build ended nor end what follows it.
        """
        self._unsaved_log = text
        if text:
            with suppress(DraftError):
                if self._tools.build_logs.save(release, text):
                    self._unsaved_log = ""


class _BuildRecorder:
    """Passes events on and keeps the build's own output."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._lines: list[str] = []

    def report(self, event: Event) -> None:
        if isinstance(event, BuildLine):
            self._lines.append(event.text)
        self._reporter.report(event)

    def text(self) -> str:
        return "\n".join(self._lines)[-BUILD_LOG_CHARS:]


def tell_release(release: Release) -> str:
    """`hello, revision 3`."""
    return f"{release.name}, revision {release.revision}"


def tell_rollout(rollout: Rollout) -> str:
    """`1 of 1 ready`."""
    return f"{rollout.ready} of {rollout.desired} ready"


def _tell_build(built: BuiltImage) -> str:
    layers = f"   {built.layers_new} of {built.layers_total} layers new"
    return f"{built.ref}{layers if built.layers_total else ''}"
