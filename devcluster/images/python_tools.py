"""The stand-in for Python's own image."""

from devcluster.images.base import apt
from devcluster.images.engine import Engine
from devcluster.images.recipe import DEBIAN, PYTHON, Match, Recipe, build_lines

_VERSION = "3.13"
_PROGRAMS = (
    ("python3", "python"),
    ("python3", "python3"),
    ("python3", f"python{_VERSION}"),
    ("pip3", "pip"),
    ("pip3", "pip3"),
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


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        pattern=r"python:3\.13(?:-slim)?(?:-trixie)?", example=PYTHON, make=_python, needs=(DEBIAN,)
    ),
)
