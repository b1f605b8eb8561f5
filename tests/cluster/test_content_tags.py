"""A tag is one content: what is saved while an image is built never ends up under another's."""

import itertools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from draftpy.build import image_tag
from draftpy.context import HashCache, snapshot
from draftpy.dockerignore import load_build_ignore
from tests.support.real_cluster import RealApp, docker, find_images

pytestmark = pytest.mark.cluster

# Large enough that hashing and sending it takes a while, in which the small file changes.
BALLAST_FILES, BALLAST_BYTES = 24, 1 << 20
MIN_IMAGES = 3
MAX_RUNS = 12


class Saver:
    """Saves server.py with ever higher versions until told to stop."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._text = path.read_text()
        self._stopped = threading.Event()
        self.version = 1

    @contextmanager
    def saving(self) -> Iterator[None]:
        thread = threading.Thread(target=self._save, name="saver")
        thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            thread.join()

    def _save(self) -> None:
        # Of changing length, so that saves fall into every moment of a build.
        pauses = itertools.cycle((0.05, 0.31, 0.13, 0.53, 0.23))
        while not self._stopped.wait(next(pauses)):
            self.version += 1
            text = self._text.replace('VERSION = "1"', f'VERSION = "{self.version}"')
            self._path.write_text(text)


def test_every_image_holds_the_content_of_its_tag(app: RealApp, tmp_path: Path) -> None:
    app.cli.run("create")
    app.use_images()
    for number in range(BALLAST_FILES):
        (app.folder / f"{number}.bin").write_bytes(os.urandom(BALLAST_BYTES))
    saver = Saver(app.folder / "server.py")
    said = ""
    # Once and not as a loop: there a newer save would stop the build that must not be trusted.
    with saver.saving():
        for _ in range(MAX_RUNS):
            said += app.cli.run("up", "--once", code=None).text
            if said.count("✓ build") >= MIN_IMAGES and "looking again" in said:
                break
    assert "looking again" in said, "no save fell between hashing and sending"
    images = [image for image in find_images(app.name) if "/" not in image]
    assert len(images) >= MIN_IMAGES
    for image in images:
        assert (
            _tag_of_content(app, image, tmp_path / image.replace(":", "-")) == image.split(":")[1]
        )


def _tag_of_content(app: RealApp, image: str, folder: Path) -> str:
    """The tag that what is in the image's /app would get."""
    container = docker("create", image)
    try:
        docker("cp", f"{container}:/app", str(folder))
    finally:
        docker("rm", container)
    # What is not sent as part of the app, but decides the tag too.
    for name in ("Dockerfile", ".dockerignore"):
        (folder / name).write_bytes((app.folder / name).read_bytes())
    context = snapshot(folder, load_build_ignore(folder, "Dockerfile"), "Dockerfile", HashCache())
    return image_tag(context.digest, dockerfile="Dockerfile")
