"""What must run now, and why: pure."""

from dataclasses import dataclass
from enum import Enum

from draftpy.errors import NotOurs
from draftpy.events import Stage
from draftpy.watch import ChangeSet

# Helm's status of a revision that was applied to its end.
DEPLOYED = "deployed"


class Decision(Enum):
    """Whether a step of a plan is needed."""

    RUN = "run"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployedRelease:
    """What the cluster says of the release: `digest`, `image` and `environment` as deployed."""

    name: str
    namespace: str
    revision: int
    status: str
    is_ours: bool
    digest: str
    image: str
    environment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInputs:
    """All that decides a plan.

    `image` is the wanted one, tagged by content; `release_digest` covers chart, values and image;
    `publish_target` says where images go; `published` is the (image, target) last published in
    this run; `changes` is None for the first plan; `adopt` allows to take a release over.
    """

    image: str
    has_image: bool
    publish_target: str
    release: DeployedRelease | None
    release_digest: str
    environment: str
    published: tuple[str, str] | None = None
    changes: ChangeSet | None = None
    adopt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStep:
    """One stage of `up`, whether it runs, and why or why not."""

    stage: Stage
    decision: Decision
    reason: str

    @property
    def runs(self) -> bool:
        """Whether the step is needed."""
        return self.decision is Decision.RUN


@dataclass(frozen=True, slots=True, kw_only=True)
class UpPlan:
    """The steps of one turn of `up`, in the order they run."""

    steps: tuple[PlannedStep, ...]

    @property
    def has_work(self) -> bool:
        """Whether any step is needed."""
        return any(step.runs for step in self.steps)

    def get_step(self, stage: Stage) -> PlannedStep:
        """The step of a stage; raises KeyError if the plan has none."""
        for step in self.steps:
            if step.stage is stage:
                return step
        raise KeyError(stage)


def plan_up(inputs: PlanInputs) -> UpPlan:
    """Decide which stages one turn of `up` needs; raises NotOurs for somebody else's release."""
    _check_ours(inputs)
    release = _plan_release(inputs)
    build = _plan_build(inputs, release)
    return UpPlan(steps=(build, _plan_publish(inputs, build, release), release))


def render_plan(plan: UpPlan) -> str:
    """The plan as lines for people: stage, run or skip, reason."""
    return "\n".join(
        f"{step.stage.value:<8} {step.decision.value:<5} {step.reason}" for step in plan.steps
    )


def _check_ours(inputs: PlanInputs) -> None:
    release = inputs.release
    if release is None or release.is_ours or inputs.adopt:
        return
    raise NotOurs(
        f"release {release.name} in namespace {release.namespace} was not made by draftpy",
        evidence=f"revision {release.revision}, {release.status}, without draftpy's label",
        remedy="take it over with draftpy up --adopt, or choose another --namespace",
    )


def _plan_build(inputs: PlanInputs, release: PlannedStep) -> PlannedStep:
    if inputs.has_image:
        return _skip(Stage.BUILD, f"{inputs.image} is already in the engine")
    if not release.runs:  # built on another machine, or pruned from this one's engine
        return _skip(Stage.BUILD, f"{release.reason}, with {inputs.image}")
    missing = f"{inputs.image} is not in the engine"
    return _run(Stage.BUILD, _name_changes(inputs.changes) or missing)


def _plan_publish(inputs: PlanInputs, build: PlannedStep, release: PlannedStep) -> PlannedStep:
    target = inputs.publish_target
    if build.runs:
        return _run(Stage.PUBLISH, f"the image goes to {target}")
    if inputs.published == (inputs.image, target):
        return _skip(Stage.PUBLISH, f"{inputs.image} is already at {target}")
    if not release.runs:
        return _skip(Stage.PUBLISH, f"{release.reason}, with this image")
    return _run(Stage.PUBLISH, f"{target} may not have {inputs.image}")


def _plan_release(inputs: PlanInputs) -> PlannedStep:
    last = inputs.release
    if last is None:
        return _run(Stage.RELEASE, "there is no release yet")
    if last.is_ours and last.status == DEPLOYED and last.digest == inputs.release_digest:
        return _skip(Stage.RELEASE, f"revision {last.revision} has exactly this")
    return _run(Stage.RELEASE, _why_release(inputs, last))


def _why_release(inputs: PlanInputs, last: DeployedRelease) -> str:
    if not last.is_ours:
        return f"revision {last.revision} is taken over"
    if last.status != DEPLOYED:
        return f"revision {last.revision} is {last.status}"
    if last.environment != inputs.environment:
        return f"revision {last.revision} was made for environment {last.environment}"
    if last.image != inputs.image:
        return _name_changes(inputs.changes) or f"revision {last.revision} has another image"
    return _name_changes(inputs.changes) or f"revision {last.revision} has other values or chart"


def _name_changes(changes: ChangeSet | None) -> str:
    if changes is None or not changes.paths:
        return ""
    first, *others = changes.paths
    return f"{first} and {len(others)} more changed" if others else f"{first} changed"


def _run(stage: Stage, reason: str) -> PlannedStep:
    return PlannedStep(stage=stage, decision=Decision.RUN, reason=reason)


def _skip(stage: Stage, reason: str) -> PlannedStep:
    return PlannedStep(stage=stage, decision=Decision.SKIP, reason=reason)
