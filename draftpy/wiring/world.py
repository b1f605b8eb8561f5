"""The cluster and the engine of one command, opened once and late."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from draftpy.clock import SystemClock
from draftpy.config import DRAFT_YAML, Environment, Project
from draftpy.invocation import Invocation, Where
from draftpy.wiring.projects import assume_project, open_project, root_of
from draftpy.wiring.reporting import ClosableReporter

if TYPE_CHECKING:
    from draftpy.adapters.docker_engine import DockerEngine
    from draftpy.adapters.helm_sdk import HelmReleases
    from draftpy.adapters.kube.client import KubeClient
    from draftpy.adapters.kube.contexts import KubeContextFacts
    from draftpy.adapters.kube.watching import KubeCluster
    from draftpy.adapters.process import Processes
    from draftpy.follow import FollowParts
    from draftpy.guard import GuardFacts, Verdict
    from draftpy.logs import LogOptions
    from draftpy.publish import PublishTarget


def kubeconfig_of(invocation: Invocation) -> str:
    """KUBECONFIG, else ~/.kube/config: said outright, so that no library looks for itself."""
    default = invocation.home / ".kube" / "config"
    return invocation.environ.get("KUBECONFIG") or str(default)


@dataclass(kw_only=True)
class World:
    """What commands about one project in one cluster work with; parts are made when first used."""

    invocation: Invocation
    where: Where
    reporter: ClosableReporter
    # doctor also works where nothing was created yet: then as if create had just run.
    needs_project: bool = True

    @cached_property
    def _opened(self) -> tuple[Project, Environment]:
        if self.needs_project or self.has_project():
            return open_project(self.invocation, self.where)
        return assume_project(self.invocation, self.where)

    def has_project(self) -> bool:
        """Whether there is a draft.yaml."""
        return (root_of(self.invocation, self.where.path) / DRAFT_YAML).exists()

    @property
    def project(self) -> Project:
        """The project; raises ConfigMissing, ConfigInvalid."""
        return self._opened[0]

    @property
    def environment(self) -> Environment:
        """Its environment, resolved."""
        return self._opened[1]

    @property
    def namespace(self) -> str:
        """The environment's namespace."""
        return str(self.environment.namespace)

    @cached_property
    def clock(self) -> SystemClock:
        """The machine's clock."""
        return SystemClock()

    @property
    def kubeconfig(self) -> str:
        """KUBECONFIG as given (it may name several files), else the user's own."""
        return kubeconfig_of(self.invocation)

    @cached_property
    def kube_context(self) -> "KubeContextFacts":
        """The kube context; raises KubeContextUnknown."""
        from draftpy.adapters.kube.contexts import read_context

        return read_context(self.kubeconfig, self.environment.context)

    @cached_property
    def client(self) -> "KubeClient":
        """The API server."""
        from draftpy.adapters.kube.client import KubeClient

        return KubeClient(self.kubeconfig, self.kube_context.name, self.reporter)

    @cached_property
    def cluster(self) -> "KubeCluster":
        """The environment's namespace, watched."""
        from draftpy.adapters.kube.watching import KubeCluster

        return KubeCluster(self.client, self.namespace)

    @cached_property
    def releases(self) -> "HelmReleases":
        """Helm, in the environment's namespace."""
        return self.open_releases(self.namespace)

    def open_releases(self, namespace: str) -> "HelmReleases":
        """Helm, in some namespace."""
        from draftpy.adapters.helm_sdk import HelmReleases

        return HelmReleases(self.kubeconfig, self.kube_context.name, namespace, self.reporter)

    @cached_property
    def processes(self) -> "Processes":
        """Outside programs."""
        from draftpy.adapters.process import Processes

        return Processes(self.invocation.environ, self.reporter)

    @cached_property
    def engine(self) -> "DockerEngine":
        """The Docker engine."""
        from draftpy.adapters.docker_engine import DockerEngine

        return DockerEngine(self.invocation.environ, self.reporter)

    def guard_facts(self) -> "GuardFacts":
        """What decides whether we may write to this cluster."""
        from urllib.parse import urlsplit

        from draftpy.adapters.addresses import find_own_addresses, resolve_host
        from draftpy.guard import GuardFacts

        addresses = resolve_host(urlsplit(self.kube_context.server).hostname or "")
        return GuardFacts(
            kube_context=self.kube_context.name,
            server=self.kube_context.server,
            addresses=addresses,
            own_addresses=find_own_addresses(addresses),
            is_named=self.environment.context_is_named,
            environment=self.environment.name,
        )

    def guard_verdict(self) -> "Verdict":
        """The guard's verdict; raises ContextRefused."""
        from draftpy.guard import check_allowed

        return check_allowed(self.guard_facts())

    def check_guard(self) -> "Verdict":
        """The guard's verdict, told; raises ContextRefused."""
        from draftpy.events import Target

        verdict = self.guard_verdict()
        self.reporter.report(
            Target(
                app=self.project.app,
                environment=self.environment.name,
                kube_context=self.kube_context.name,
                namespace=self.namespace,
                allowed_because=verdict.reason,
            )
        )
        return verdict

    def publish_target(self) -> "PublishTarget":
        """Where images go for this cluster; raises PublishFailed."""
        from draftpy.adapters.kind import find_load_tools
        from draftpy.adapters.kube.facts import read_facts
        from draftpy.publish import PublishFacts, choose_target

        facts = read_facts(self.client)
        has_registry = bool(self.environment.registry or facts.local_registry)
        return choose_target(
            PublishFacts(
                environment=self.environment.name,
                kube_context=self.kube_context.name,
                registry=self.environment.registry,
                local_registry=facts.local_registry,
                nodes=facts.nodes,
                engine_name="" if has_registry else self.engine.ping().name,
                tools=find_load_tools(self.invocation.environ),
                unseen=facts.unseen,
            )
        )

    def follow_parts(self, options: "LogOptions | None", *, forward: bool) -> "FollowParts":
        """What following the release works with; options None: no logs."""
        from draftpy.adapters.kube.logs import KubeLogSource
        from draftpy.adapters.kube.streams import KubeDialer
        from draftpy.follow import FollowParts
        from draftpy.held_ports import ForwardParts, HeldForwards
        from draftpy.local_ports import parse_port_mapping
        from draftpy.log_follower import LogFollower

        forwards = logs = None
        if forward:
            mappings = tuple(parse_port_mapping(text) for text in self.environment.ports)
            dialer = KubeDialer(self.client, self.namespace)
            parts = ForwardParts(dialer=dialer, reporter=self.reporter, clock=self.clock)
            forwards = HeldForwards(mappings, parts)
        if options:
            source = KubeLogSource(self.client, self.namespace)
            logs = LogFollower(source, self.reporter, self.clock, options)
        return FollowParts(
            cluster=self.cluster, reporter=self.reporter, forwards=forwards, logs=logs
        )
