"""The tools that load images into the nodes of their own clusters: kind, k3d, minikube."""

import shutil
from collections.abc import Mapping

from draftpy.adapters.process import Command, Processes, ProgramMissing
from draftpy.errors import PublishFailed
from draftpy.publish import PublishTarget
from draftpy.refs import ImageRef

LOAD_TOOLS = ("kind", "k3d", "minikube")
_EVIDENCE_LINES = 12


def find_load_tools(environ: Mapping[str, str]) -> frozenset[str]:
    """Which of the tools are on the PATH."""
    path = environ.get("PATH", "")
    return frozenset(tool for tool in LOAD_TOOLS if shutil.which(tool, path=path))


def load_image(processes: Processes, ref: ImageRef, target: PublishTarget) -> None:
    """Load an image from the engine into all nodes; raises PublishFailed."""
    argv = load_command(target.tool, target.cluster, str(ref))
    try:
        finished = processes.run(Command(argv=argv, action="load image"))
    except ProgramMissing as error:
        raise PublishFailed(error.what, evidence=error.evidence, remedy=error.remedy) from error
    if finished.code != 0:
        raise PublishFailed(
            f"{target.tool} could not load {ref} into cluster {target.cluster}",
            evidence="\n".join(finished.lines[-_EVIDENCE_LINES:]),
            remedy=f"try it by hand: {' '.join(argv)}",
        )


def load_command(tool: str, cluster: str, image: str) -> tuple[str, ...]:
    """The command line of a load tool."""
    match tool:
        case "kind":
            return ("kind", "load", "docker-image", image, "--name", cluster)
        case "k3d":
            return ("k3d", "image", "import", image, "--cluster", cluster)
        case "minikube":
            return ("minikube", "image", "load", image, "--profile", cluster)
        case _:
            raise ValueError(f"{tool} is no load tool")
