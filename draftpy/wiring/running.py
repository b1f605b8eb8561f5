"""connect and logs: commands that follow a release."""

from contextlib import suppress
from typing import TYPE_CHECKING

from draftpy.events import Stopped
from draftpy.invocation import Invocation, Telling, Where
from draftpy.wiring.flags import LogFlags
from draftpy.wiring.reporting import reporting
from draftpy.wiring.world import World

if TYPE_CHECKING:
    from draftpy.pipelines.logs import LogTools


def run_connect(invocation: Invocation, where: Where, telling: Telling, *, with_logs: bool) -> None:
    """draftpy connect."""
    from draftpy.follow import follow
    from draftpy.logs import LogOptions
    from draftpy.pipelines.status import get_release

    with reporting(invocation, telling, stream=True) as reporter:
        world = World(invocation=invocation, where=where, reporter=reporter)
        app = world.project.app
        get_release(world.releases, app)
        options = LogOptions(tail=10) if with_logs else None
        with (
            suppress(KeyboardInterrupt),
            follow(app, world.follow_parts(options, forward=True)) as f,
        ):
            f.wait_stopped()
        reporter.report(Stopped(text=f"{app} keeps running in namespace {world.namespace}"))


def run_logs(invocation: Invocation, where: Where, flags: LogFlags, telling: Telling) -> None:
    """draftpy logs."""
    from draftpy.logs import LogOptions, parse_grep
    from draftpy.pipelines.logs import build_log, follow_logs, logs

    options = LogOptions(
        tail=flags.tail,
        since_s=flags.since_s,
        grep=parse_grep(flags.grep),
        container=flags.container,
        previous=flags.previous,
    )
    with reporting(invocation, telling, stream=True) as reporter:
        world = World(invocation=invocation, where=where, reporter=reporter)
        app = world.project.app
        if flags.build:
            build_log(_log_tools(world), app)
        elif flags.follow:
            follow_logs(app, world.follow_parts(options, forward=False))
        else:
            logs(_log_tools(world), app, options)


def _log_tools(world: World) -> "LogTools":
    from draftpy.adapters.kube.build_logs import KubeBuildLogs
    from draftpy.adapters.kube.logs import KubeLogSource
    from draftpy.pipelines.logs import LogTools

    return LogTools(
        cluster=world.cluster,
        source=KubeLogSource(world.client, world.namespace),
        build_logs=KubeBuildLogs(world.client, world.namespace),
        reporter=world.reporter,
    )
