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
from tests.support.real_cluster import RealApp, docker, find_images, wait_answer, wait_until

pytestmark = pytest.mark.cluster

# Large enough that hashing and sending it takes a while, in which the small file changes.
BALLAST_FILES, BALLAST_BYTES = 24, 1 << 20
MIN_IMAGES = 4


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
        # Some saves fall into the moment of hashing and sending, some pauses let a build end.
        pauses = itertools.cycle((0.03, 0.11, 0.05, 1.3, 0.23, 0.07, 0.4, 1.7))
        while not self._stopped.wait(next(pauses)):
            self.version += 1
            text = self._text.replace('VERSION = "1"', f'VERSION = "{self.version}"')
            self._path.write_text(text)


def test_every_image_holds_the_content_of_its_tag(app: RealApp, tmp_path: Path) -> None:
    app.cli.run("create")
    for number in range(BALLAST_FILES):
        (app.folder / f"{number}.bin").write_bytes(os.urandom(BALLAST_BYTES))
    saver = Saver(app.folder / "server.py")
    with app.cli.start("up", "--port", ":8080") as up:
        url = up.wait_for(r"→ (http://\S+)")[1]
        with saver.saving():
            wait_until(
                lambda: up.text.count("✓ build") >= MIN_IMAGES and "looking again" in up.text,
                lambda: f"enough builds, one of them with a save in between:\n{up.text}",
            )
        wait_answer(url, lambda body: body.endswith(f"version {saver.version}"))
        assert up.stop() == 0
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
