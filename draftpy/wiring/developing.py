"""What `up` needs to develop in running pods: the agent's program, links to it, the syncer."""

import os
import platform
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from draftpy.errors import DraftError
from draftpy.events import Warned
from draftpy.wiring.world import World

if TYPE_CHECKING:
    from draftpy.build import ImageBuilder
    from draftpy.sync.development import DevelopmentPods
    from draftpy.sync.pod import Gate


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGate:
    """Where nobody's requests are forwarded."""

    def hold(self, drain_s: float) -> AbstractContextManager[object]:  # noqa: ARG002
        """Nothing waits."""
        return nullcontext()


class ShippedAgents:
    """See `dev_image.Agents`: those that came with draftpy."""

    def get_program(self, architecture: str) -> bytes:
        """The program for a processor."""
        from draftpy.assets import find_agent

        return find_agent(architecture).path.read_bytes()


def read_agent_digest(world: World) -> str:
    """The digest of the agent's programs; empty where there is nothing to develop in or by."""
    from draftpy.assets import find_agent

    if world.environment.dev is None or world.environment.dev.sync_off:
        return ""
    try:
        return "".join(find_agent(arch).sha256 for arch in ("amd64", "arm64"))
    except DraftError as error:
        text = f"{error.what}: each change builds an image"
        world.reporter.report(Warned(text=text, remedy=error.remedy))
        return ""


def open_pods(world: World, gate: "Gate | None") -> "DevelopmentPods":
    """The pods of the release, kept equal to the folder once there is something to keep."""
    from draftpy.adapters.kube.agent_links import KubeAgentLinks
    from draftpy.sync.development import DevelopmentParts, DevelopmentPods

    return DevelopmentPods(
        DevelopmentParts(
            links=KubeAgentLinks(world.client, world.namespace),
            gate=gate or OpenGate(),
            cluster=world.cluster,
            reporter=world.reporter,
            clock=world.clock,
        )
    )


def open_hold(world: World) -> AbstractContextManager[None]:
    """Keep others from running `up` on the release; raises NotOurs when entered."""
    from draftpy.adapters.kube.leases import KubeHolds
    from draftpy.adapters.process import is_alive
    from draftpy.holding import Holder, HoldParts, holding

    environ = world.invocation.environ
    user = environ.get("USER") or environ.get("LOGNAME") or environ.get("USERNAME") or "somebody"
    me = Holder(user=user, host=platform.node(), pid=os.getpid())
    holds = KubeHolds(world.client, world.namespace)
    return holding(world.project.app, HoldParts(holds=holds, me=me, is_alive=is_alive))


def wrap_builder(world: World, builder: "ImageBuilder") -> "ImageBuilder":
    """The builder that also lays the agent over images."""
    from draftpy.dev_image import DevImageBuilder

    return DevImageBuilder(builder, world.engine, ShippedAgents())
