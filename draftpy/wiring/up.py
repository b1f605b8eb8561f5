"""up: what one run of it is made of."""

from dataclasses import replace
from typing import TYPE_CHECKING

from draftpy.config import DRAFT_YAML
from draftpy.errors import ConfigInvalid, ExitCode
from draftpy.events import Notice, Reporter, Result, Stopped
from draftpy.invocation import Invocation, Telling, Where
from draftpy.keys import Command, render_key_help
from draftpy.wiring.developing import open_hold, open_pods, read_agent_digest, wrap_builder
from draftpy.wiring.flags import CreateFlags, UpFlags
from draftpy.wiring.keys import open_keys
from draftpy.wiring.local import run_create
from draftpy.wiring.projects import open_project, root_of
from draftpy.wiring.reporting import reporting
from draftpy.wiring.screen import Screen
from draftpy.wiring.watching import open_watcher
from draftpy.wiring.world import World

if TYPE_CHECKING:
    from draftpy.pipelines.deploy import Deployer
    from draftpy.pipelines.wanted import Wanted
    from draftpy.sync.development import DevelopmentPods
    from draftpy.watch import ChangeQueue


def run_up(invocation: Invocation, where: Where, flags: UpFlags, telling: Telling) -> int:
    """draftpy up; the exit code."""
    if not (root_of(invocation, where.path) / DRAFT_YAML).exists() and not flags.dry_run:
        made = run_create(invocation, CreateFlags(path=where.path), telling, stream=True)
        where = replace(where, path=made)  # The app may be in a folder below.
    with reporting(invocation, telling, stream=True) as reporter:
        world = World(invocation=invocation, where=where, reporter=reporter)
        world.check_guard()
        if flags.dry_run:
            _tell_plan(_deployer(world, flags, None), reporter)
            return int(ExitCode.DONE)
        with open_hold(world):
            return _run_once(world, flags) if flags.once else _run_loop(world, flags, telling)


def _deployer(world: World, flags: UpFlags, pods: "DevelopmentPods | None") -> "Deployer":
    from draftpy.adapters.builders import ChosenBuilder
    from draftpy.adapters.kube.build_logs import KubeBuildLogs
    from draftpy.adapters.kube.namespaces import KubeNamespaces
    from draftpy.adapters.publishers import ImagePublisher
    from draftpy.pipelines.deploy import Deployer, DeployTools
    from draftpy.pipelines.planning import PlanParts, TurnPlanner

    builder = wrap_builder(world, ChosenBuilder(world.engine, world.processes))
    target = world.publish_target()
    tools = DeployTools(
        builder=builder,
        publisher=ImagePublisher(world.engine, world.processes),
        target=target,
        releases=world.releases,
        cluster=world.cluster,
        namespaces=KubeNamespaces(world.client, world.clock),
        build_logs=KubeBuildLogs(world.client, world.namespace),
        reporter=world.reporter,
        clock=world.clock,
    )
    planner = TurnPlanner(
        PlanParts(
            builder=builder,
            target=target,
            releases=world.releases,
            read_wanted=lambda: _read_wanted(world),
            adopt=flags.adopt,
            agent_digest=read_agent_digest(world),
            keeps=not flags.once,
        )
    )
    return Deployer(tools, planner, pods)


def _run_once(world: World, flags: UpFlags) -> int:
    from draftpy.follow import FollowParts, follow
    from draftpy.pipelines.change import ChangeTurn
    from draftpy.pipelines.up import up_once

    pods = open_pods(world, None)
    turn = ChangeTurn(
        deploy=_deployer(world, flags, pods), pods=pods, reporter=world.reporter, clock=world.clock
    )
    parts = FollowParts(cluster=world.cluster, reporter=world.reporter, pods=pods)
    with follow(world.project.app, parts):
        return up_once(turn, world.reporter)


def _read_wanted(world: World) -> "Wanted":
    """The folder as it is now; where it is deployed to cannot change while `up` runs."""
    from draftpy.adapters.git import find_commit
    from draftpy.pipelines.wanted import Wanted

    project, environment = open_project(world.invocation, world.where)
    before = (world.project.app, world.namespace, world.environment.context)
    if (project.app, environment.namespace, environment.context) != before:
        raise ConfigInvalid(
            "draft.yaml now names another app, namespace or kube context",
            remedy="end this draftpy up with Ctrl-C and start it again",
        )
    commit = find_commit(world.processes, project.root)
    return Wanted(project=project, environment=environment, commit=commit)


def _tell_plan(deployer: "Deployer", reporter: Reporter) -> None:
    from draftpy.plan import render_plan

    plan = deployer.plan(None).plan
    body = {
        "steps": [
            {"stage": step.stage, "decision": step.decision.value, "reason": step.reason}
            for step in plan.steps
        ]
    }
    reporter.report(Result(text=render_plan(plan), body=body))


def _run_loop(world: World, flags: UpFlags, telling: Telling) -> int:
    from draftpy.follow import follow
    from draftpy.logs import LogOptions
    from draftpy.pipelines.change import ChangeTurn
    from draftpy.pipelines.up import UpParts, up
    from draftpy.watch import ChangeQueue

    screen = Screen(world.reporter)
    world.reporter = screen
    parts = world.follow_parts(LogOptions(tail=10), forward=True)
    pods = open_pods(world, parts.forwards)
    turn = ChangeTurn(
        deploy=_deployer(world, flags, pods), pods=pods, reporter=screen, clock=world.clock
    )
    queue = ChangeQueue(world.clock)
    return up(
        UpParts(
            turn=turn,
            watcher=open_watcher(world) if flags.watch else None,
            queue=queue,
            follow=follow(world.project.app, replace(parts, pods=pods)),
            reporter=screen,
            clock=world.clock,
            goodbye=lambda: _goodbye(world, has_synced=turn.has_synced),
            when_up=screen.open_browser if flags.open_browser else lambda: None,
            when_idle=_give_memory_back,
            keyboard=open_keys(world.invocation, telling, queue.press),
            rebuild=turn.rebuild,
            keys={
                Command.RESTART: turn.restart,
                Command.PAUSE: lambda: _toggle_pause(queue, screen),
                Command.OPEN: screen.open_browser,
                Command.LOGS: screen.toggle_logs_only,
                Command.HELP: lambda: screen.report(Notice(text=render_key_help())),
            },
        )
    )


def _give_memory_back() -> None:
    from draftpy.adapters.idle_memory import release_heap, release_library

    # A third of the memory, and not needed for as long as saves are synced.
    release_library("libhelm")
    release_heap()


def _goodbye(world: World, *, has_synced: bool) -> Stopped:
    text = f"{world.project.app} keeps running in namespace {world.namespace}"
    if has_synced:
        text += " with the last synced files; a new pod starts with those of its image"
    return Stopped(text=text, remedy="remove it: draftpy delete")


def _toggle_pause(queue: "ChangeQueue", screen: Screen) -> None:
    text = "paused: changes wait; p goes on" if queue.toggle_pause() else "going on"
    screen.report(Notice(text=text))
