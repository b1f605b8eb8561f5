"""What doctor looks at."""

from draftpy.errors import ConfigMissing, EngineUnreachable, Rejected
from draftpy.invocation import Invocation, Telling, Where
from draftpy.wiring.reporting import reporting
from draftpy.wiring.world import World


def run_doctor(invocation: Invocation, where: Where, telling: Telling) -> int:
    """draftpy doctor; the exit code."""
    from draftpy.pipelines.doctor import Check, doctor

    with reporting(invocation, telling) as reporter:
        world = World(invocation=invocation, where=where, reporter=reporter, needs_project=False)
        return doctor(
            (
                Check(name="docker engine", look=lambda: _engine(world)),
                Check(name="docker buildx", look=lambda: _buildx(world), needed=False),
                Check(name="cluster", look=lambda: _cluster(world)),
                Check(name="guard", look=lambda: world.guard_verdict().reason),
                Check(name="publish", look=lambda: world.publish_target().reason),
                Check(name="rights", look=lambda: _rights(world)),
                Check(name="helm", look=_helm),
                Check(name="project", look=lambda: _project(world), needed=False),
            ),
            reporter,
        )


def _engine(world: World) -> str:
    engine = world.engine.ping()
    return f"{engine.version} on {engine.name}, API {engine.api}"


def _buildx(world: World) -> str:
    from draftpy.adapters.buildx import find_buildx_version

    version = find_buildx_version(world.processes)
    if not version:
        raise EngineUnreachable(
            "there is none: the engine's classic builder is used, without cache mounts",
            remedy="install Docker's buildx plugin",
        )
    return version


def _cluster(world: World) -> str:
    from draftpy.adapters.kube.facts import read_facts

    facts = read_facts(world.client)
    nodes = f"{len(facts.nodes)} node{'s' * (len(facts.nodes) != 1)}"
    return f"Kubernetes {facts.version}, kube context {world.kube_context.name}, {nodes}"


def _rights(world: World) -> str:
    from draftpy.adapters.kube.facts import NEEDED_RIGHTS, find_missing_rights

    missing = find_missing_rights(world.client, world.namespace)
    if missing:
        raise Rejected(
            f"in namespace {world.namespace} you may not: {', '.join(missing)}",
            remedy="ask your cluster's administrator for them",
        )
    return f"all {len(NEEDED_RIGHTS)} that up needs in namespace {world.namespace}"


def _helm() -> str:
    from draftpy.adapters.helm_sdk import helm_version

    return f"SDK {helm_version()}, built in"


def _project(world: World) -> str:
    if not world.has_project():
        raise ConfigMissing("no draft.yaml in this folder", remedy="draftpy create")
    return f"{world.project.app}, environment {world.environment.name}"
