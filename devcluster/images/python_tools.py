"""The stand-ins for Python's own images: the distribution's version, others from this host."""

import os
import shutil
from pathlib import Path

from devcluster.images.base import apt
from devcluster.images.engine import Engine
from devcluster.images.recipe import DEBIAN, PYTHON, Match, Recipe, build_lines
from devcluster.settings import DevclusterError

_VERSION = "3.13"
_PROGRAMS = (
    ("python3", "python"),
    ("python3", "python3"),
    ("python3", f"python{_VERSION}"),
    ("pip3", "pip"),
    ("pip3", "pip3"),
)
# What the extension modules of CPython are linked with.
_LIBRARIES = (
    *("libssl3t64", "libffi8", "libsqlite3-0", "libreadline8t64", "libbz2-1.0", "liblzma5"),
    *("zlib1g", "libncursesw6", "libuuid1", "libexpat1"),
)


def _python(engine: Engine, name: str, _: Match) -> None:
    # Upstream's own paths: /usr/local/bin/python, and a pip that may install beside it.
    links = " && ".join(
        f"ln -sf /usr/bin/{found} /usr/local/bin/{wanted}" for found, wanted in _PROGRAMS
    )
    headers = f"libpython{_VERSION}-dev"
    build_lines(
        engine,
        name,
        f"FROM {DEBIAN}",
        apt("python3", "python3-venv", "python3-pip"),
        f"RUN rm -f /usr/lib/python3*/EXTERNALLY-MANAGED && {links}",
        # Upstream has Python's headers, also in its slim image; nothing else of the package.
        f"RUN cd /tmp && apt-get update -q && apt-get download -q {headers}"
        f" && dpkg -x {headers}_*.deb headers && cp -a headers/usr/include/. /usr/include/"
        f" && rm -rf /tmp/* /var/lib/apt/lists/* /var/cache/apt/* && python{_VERSION} --version",
        'CMD ["python3"]',
    )


def _other_python(engine: Engine, name: str, match: Match) -> None:
    """A version that the distribution does not have, as pyenv built it on this host."""
    minor = match[1]
    ignore = shutil.ignore_patterns("test", "__pycache__", "idlelib", "*.a", "share")
    with engine.context() as folder:
        shutil.copytree(_pyenv_root(minor), folder / "python", symlinks=True, ignore=ignore)
        lines = (
            f"FROM {DEBIAN}",
            apt(*_LIBRARIES),
            "COPY python /usr/local",
            # Its own scripts still name the folder that they were built in.
            f"RUN ldconfig && cd /usr/local/bin && ln -sf python{minor} python"
            f" && ln -sf python{minor} python3"
            f" && sed -i '1s|^#!.*python.*|#!/usr/local/bin/python{minor}|' pip*"
            " && python -c 'import bz2, ctypes, lzma, sqlite3, ssl' && pip --version",
            'CMD ["python3"]',
        )
        engine.build(name, "\n".join(lines) + "\n", folder)


def _pyenv_root(minor: str) -> Path:
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = sorted(versions.glob(f"{minor}.*"))
    if not found:
        raise DevclusterError(
            f"there is no stand-in for python:{minor}",
            why=f"the distribution has {_VERSION} only, and {versions} has no {minor}",
            remedy=f"pyenv install {minor}, or let the example ask for {_VERSION}",
        )
    return found[-1]


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        pattern=r"python:3\.13(?:-slim)?(?:-trixie)?", example=PYTHON, make=_python, needs=(DEBIAN,)
    ),
    Recipe(
        pattern=r"python:(3\.(?:8|9|10|11|12))(?:-slim)?(?:-(?:trixie|bookworm))?",
        example="python:3.12-slim (what this machine's pyenv has)",
        make=_other_python,
        needs=(DEBIAN,),
    ),
)
