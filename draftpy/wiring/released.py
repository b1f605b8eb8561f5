"""Commands about a release as the cluster has it."""

from dataclasses import dataclass

from draftpy.invocation import Invocation, Telling, Where
from draftpy.wiring.reporting import open_reporter, reporting
from draftpy.wiring.world import World, kubeconfig_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDelete:
    """What is about to be removed, and the question that asks for leave."""

    world: World
    question: str


def run_status(invocation: Invocation, where: Where, telling: Telling) -> None:
    """draftpy status."""
    from draftpy.adapters.kube.watching import KubeCluster
    from draftpy.pipelines.status import StatusTools, status

    with reporting(invocation, telling) as reporter:
        world = World(invocation=invocation, where=where, reporter=reporter)
        tools = StatusTools(
            releases=world.releases,
            cluster=KubeCluster(world.client, world.namespace),
            reporter=reporter,
            kube_context=world.kube_context.name,
        )
        status(tools, world.project.app)


def run_history(invocation: Invocation, where: Where, telling: Telling) -> None:
    """draftpy history."""
    from draftpy.pipelines.history import history

    with reporting(invocation, telling) as reporter:
        world = World(invocation=invocation, where=where, reporter=reporter)
        history(world.releases, world.project.app, reporter)


def run_rollback(invocation: Invocation, where: Where, telling: Telling, *, revision: int) -> int:
    """draftpy rollback; the exit code."""
    from draftpy.adapters.kube.watching import KubeCluster
    from draftpy.pipelines.rollback import RollbackTools, rollback
    from draftpy.pipelines.stages import ToldError

    with reporting(invocation, telling, stream=True) as reporter:
        world = World(invocation=invocation, where=where, reporter=reporter)
        world.check_guard()
        tools = RollbackTools(
            releases=world.releases,
            cluster=KubeCluster(world.client, world.namespace),
            reporter=reporter,
            clock=world.clock,
            timeout_s=world.environment.timeout_s,
        )
        try:
            rollback(tools, world.project.app, revision)
        except ToldError as told:
            return int(told.error.exit_code)
    return 0


def plan_delete(invocation: Invocation, where: Where, telling: Telling) -> PlannedDelete:
    """Look where draftpy delete would act; raises what the guard raises."""
    reporter = open_reporter(invocation, telling)
    world = World(invocation=invocation, where=where, reporter=reporter)
    world.check_guard()
    question = (
        f"Remove {world.project.app} from namespace {world.namespace}"
        f" of kube context {world.kube_context.name}?"
    )
    return PlannedDelete(world=world, question=question)


def run_delete(plan: PlannedDelete) -> None:
    """draftpy delete."""
    from draftpy.adapters.kube.build_logs import KubeBuildLogs
    from draftpy.adapters.kube.leases import KubeHolds
    from draftpy.adapters.kube.namespaces import KubeNamespaces
    from draftpy.pipelines.delete import DeleteTools, delete

    world = plan.world
    tools = DeleteTools(
        releases=world.releases,
        namespaces=KubeNamespaces(world.client, world.clock),
        build_logs=KubeBuildLogs(world.client, world.namespace),
        holds=KubeHolds(world.client, world.namespace),
        reporter=world.reporter,
        clock=world.clock,
        namespace=world.namespace,
    )
    delete(tools, world.project.app)


def run_list(invocation: Invocation, where: Where, telling: Telling) -> None:
    """draftpy list; needs no project."""
    from draftpy.adapters.helm_sdk import HelmReleases
    from draftpy.adapters.kube.contexts import read_context
    from draftpy.pipelines.history import list_releases

    with reporting(invocation, telling) as reporter:
        kubeconfig = kubeconfig_of(invocation)
        context = read_context(kubeconfig, where.kube_context)
        releases = HelmReleases(kubeconfig, context.name, where.namespace, reporter)
        list_releases(releases, reporter, all_namespaces=not where.namespace)
