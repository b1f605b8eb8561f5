"""The layer that makes a development image of an app's own image: the agent as its process 1."""

import hashlib
import json
from dataclasses import dataclass

from draftpy.dev_settings import OnExit
from draftpy.errors import BuildFailed

AGENT_FOLDER = "/.draftpy"


@dataclass(frozen=True, slots=True, kw_only=True)
class DevLayer:
    """What the agent is told: folders it may write below, and the synced files with their hashes.

    `run` replaces the image's own command, if it is given; `agent_digest` is of the program.
    """

    roots: tuple[str, ...]
    files: tuple[tuple[str, str], ...]
    run: tuple[str, ...]
    on_exit: OnExit
    agent_digest: str

    @property
    def digest(self) -> str:
        """What decides whether another layer is needed, besides the files themselves."""
        recipe = [self.roots, self.run, str(self.on_exit), self.agent_digest]
        return hashlib.sha256(json.dumps(recipe).encode()).hexdigest()

    def render_config(self) -> str:
        """agent.json."""
        config = {
            "version": 1,
            "roots": self.roots,
            "onExit": str(self.on_exit),
            "files": dict(self.files),
        }
        return json.dumps(config, indent=1) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageConfig:
    """What an image runs, and for which processor."""

    entrypoint: tuple[str, ...]
    cmd: tuple[str, ...]
    architecture: str


def render_dockerfile(base: str, config: ImageConfig, layer: DevLayer) -> str:
    """The Dockerfile of the layer; raises BuildFailed if the image has nothing to run."""
    entrypoint, cmd = (layer.run, ()) if layer.run else (config.entrypoint, config.cmd)
    if not (entrypoint or cmd):
        raise BuildFailed(
            "the image has neither ENTRYPOINT nor CMD",
            remedy="add a CMD to the Dockerfile, or dev: run: to draft.yaml",
        )
    run = [f"{AGENT_FOLDER}/agent", "run", "--", *entrypoint]
    lines = [
        f"FROM {base}",
        f"COPY agent agent.json {AGENT_FOLDER}/",
        # Some images name another (Apache's: SIGWINCH), which the agent would only pass on.
        "STOPSIGNAL SIGTERM",
        f"ENTRYPOINT {json.dumps(run)}",
        f"CMD {json.dumps(list(cmd))}",
    ]
    return "\n".join(lines) + "\n"
