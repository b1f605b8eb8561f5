"""The real engine, for tests that are marked `engine`."""

import os
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from draftpy.adapters.buildx import BuildxBuilder
from draftpy.adapters.classic_builder import ClassicBuilder
from draftpy.adapters.docker_engine import DockerEngine
from draftpy.adapters.process import Processes
from draftpy.build import ImageBuilder
from tests.support.reporter import ListReporter

# Known to the engine as a local tag where nothing can be pulled.
BASE_IMAGE = "python:3.13-slim"


@dataclass(frozen=True, kw_only=True)
class RealEngine:
    """An engine, its two builders, and a name for images that are removed afterwards."""

    engine: DockerEngine
    processes: Processes
    reporter: ListReporter
    name: str

    def builder(self, kind: str) -> ImageBuilder:
        if kind == "buildx":
            return BuildxBuilder(self.processes, self.engine)
        return ClassicBuilder(self.engine)

    def docker(self, *arguments: str) -> str:
        """What the docker command prints."""
        done = subprocess.run(
            ("docker", *arguments), check=True, capture_output=True, text=True, timeout=60
        )
        return done.stdout.strip()


@contextmanager
def real_engine() -> Iterator[RealEngine]:
    """The engine that environ names; the images made under `name` are removed."""
    reporter, name = ListReporter(), f"draftpytest-{uuid.uuid4().hex[:8]}"
    engine = DockerEngine(os.environ, reporter)
    real = RealEngine(
        engine=engine, processes=Processes(os.environ, reporter), reporter=reporter, name=name
    )
    try:
        yield real
    finally:
        engine.close()
        found = real.docker("images", "--format", "{{.Repository}}:{{.Tag}}").splitlines()
        ours = [image for image in found if name in image]
        if ours:
            real.docker("rmi", "--force", *ours)


def environ_without_buildx(folder: Path) -> dict[str, str]:
    """An environ whose docker command knows no plugins."""
    docker = folder / "docker"
    docker.write_text('#!/bin/sh\necho "docker: unknown command: docker $1" >&2\nexit 1\n')
    docker.chmod(0o755)
    assert shutil.which("docker", path=str(folder))
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"}
