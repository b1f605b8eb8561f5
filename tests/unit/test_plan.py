from dataclasses import replace

import pytest

from draftpy.errors import NotOurs
from draftpy.events import Stage
from draftpy.plan import DeployedRelease, PlanInputs, plan_up, render_plan
from draftpy.watch import ChangeSet

IMAGE = "hello:3f9c2a1b7d04"
DEPLOYED = DeployedRelease(
    name="hello",
    namespace="hello",
    revision=3,
    status="deployed",
    is_ours=True,
    digest="d1",
    image=IMAGE,
    environment="development",
)
UNCHANGED = PlanInputs(
    image=IMAGE,
    has_image=True,
    publish_target="localhost:5000",
    release=DEPLOYED,
    release_digest="d1",
    environment="development",
)
FIRST = replace(UNCHANGED, has_image=False, release=None)


def changed(*paths: str) -> ChangeSet:
    return ChangeSet(paths=paths, seen_at=0.0)


def running(inputs: PlanInputs) -> set[Stage]:
    return {step.stage for step in plan_up(inputs).steps if step.runs}


def reason(inputs: PlanInputs, stage: Stage) -> str:
    return plan_up(inputs).get_step(stage).reason


def test_the_first_time_everything_runs() -> None:
    assert running(FIRST) == {Stage.BUILD, Stage.PUBLISH, Stage.RELEASE}
    assert reason(FIRST, Stage.RELEASE) == "there is no release yet"
    assert reason(FIRST, Stage.BUILD) == f"{IMAGE} is not in the engine"


def test_unchanged_means_nothing_to_do() -> None:
    assert not plan_up(UNCHANGED).has_work
    assert reason(UNCHANGED, Stage.BUILD) == f"{IMAGE} is already in the engine"
    assert reason(UNCHANGED, Stage.RELEASE) == "revision 3 has exactly this"


def test_touched_files_change_nothing() -> None:
    assert not plan_up(replace(UNCHANGED, changes=changed("app.py"))).has_work


def test_new_content_runs_everything_and_names_the_file() -> None:
    inputs = replace(
        UNCHANGED, image="hello:77", has_image=False, release_digest="d2", changes=changed("app.py")
    )
    assert running(inputs) == {Stage.BUILD, Stage.PUBLISH, Stage.RELEASE}
    assert reason(inputs, Stage.BUILD) == "app.py changed"
    assert reason(inputs, Stage.RELEASE) == "app.py changed"


def test_many_changed_files_are_counted() -> None:
    inputs = replace(
        UNCHANGED, has_image=False, release_digest="d2", changes=changed("a.py", "b.py", "c.py")
    )
    assert reason(inputs, Stage.BUILD) == "a.py and 2 more changed"


def test_a_change_of_the_chart_builds_nothing() -> None:
    inputs = replace(
        UNCHANGED,
        release_digest="d2",
        published=(IMAGE, "localhost:5000"),
        changes=changed("charts/hello/values.yaml"),
    )
    assert running(inputs) == {Stage.RELEASE}
    assert reason(inputs, Stage.RELEASE) == "charts/hello/values.yaml changed"


def test_an_image_not_published_in_this_session_is_published_before_a_release() -> None:
    assert running(replace(UNCHANGED, release_digest="d2")) == {Stage.PUBLISH, Stage.RELEASE}


def test_an_image_published_elsewhere_is_published_again() -> None:
    inputs = replace(UNCHANGED, release=None, published=(IMAGE, "kind node dev"))
    assert Stage.PUBLISH in running(inputs)


def test_an_old_image_in_the_engine_is_not_built_again() -> None:
    inputs = replace(UNCHANGED, image="hello:77", release_digest="d2")
    assert running(inputs) == {Stage.PUBLISH, Stage.RELEASE}


@pytest.mark.parametrize("status", ["failed", "pending-upgrade", "uninstalled"])
def test_a_release_that_did_not_end_well_is_made_again(status: str) -> None:
    inputs = replace(UNCHANGED, release=replace(DEPLOYED, status=status))
    assert Stage.RELEASE in running(inputs)
    assert reason(inputs, Stage.RELEASE) == f"revision 3 is {status}"


def test_a_release_of_another_environment_is_made_again() -> None:
    inputs = replace(UNCHANGED, environment="staging", release_digest="d2")
    assert reason(inputs, Stage.RELEASE) == "revision 3 was made for environment development"


def test_somebody_elses_release_is_refused_before_anything_is_built() -> None:
    foreign = replace(DEPLOYED, is_ours=False)
    with pytest.raises(NotOurs, match="hello in namespace hello was not made by draftpy"):
        plan_up(replace(FIRST, release=foreign))


def test_somebody_elses_release_is_taken_over_when_told() -> None:
    inputs = replace(UNCHANGED, release=replace(DEPLOYED, is_ours=False), adopt=True)
    assert reason(inputs, Stage.RELEASE) == "revision 3 is taken over"


def test_a_plan_reads_as_one_line_per_step() -> None:
    assert render_plan(plan_up(UNCHANGED)) == (
        f"build    skip  {IMAGE} is already in the engine\n"
        "publish  skip  revision 3 has exactly this, with this image\n"
        "release  skip  revision 3 has exactly this"
    )


def test_what_is_deployed_is_not_built_again_for_an_engine_that_lacks_it() -> None:
    inputs = replace(UNCHANGED, has_image=False)
    assert not plan_up(inputs).has_work
    assert reason(inputs, Stage.BUILD) == f"revision 3 has exactly this, with {IMAGE}"
