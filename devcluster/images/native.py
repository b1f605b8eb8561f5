"""Stand-ins for the images of Swift and Haskell, from what the distribution packs."""

from devcluster.images.base import apt
from devcluster.images.engine import Engine
from devcluster.images.recipe import DEBIAN, Match, Recipe, build_lines

_SWIFT = "swift:6.2"
_HASKELL = "haskell:9.10"
# Hackage is not asked: the distribution's own packages are what can be used.
_CABAL = (
    "#!/bin/sh",
    'case "$1" in update) exit 0 ;; esac',
    'exec /usr/bin/cabal "$@"',
)


def _swift(engine: Engine, name: str, _: Match) -> None:
    build_lines(engine, name, f"FROM {DEBIAN}", apt("swiftlang", "libc6-dev"), 'CMD ["bash"]')


def _swift_slim(engine: Engine, name: str, _: Match) -> None:
    """The libraries that programs need, out of the whole."""
    libraries = "/usr/libexec/swift/lib/swift/linux"
    build_lines(
        engine,
        name,
        f"FROM {_SWIFT} AS whole",
        "RUN mkdir /libraries && find / -xdev -path '*/lib/swift/linux/*.so'"
        " -exec cp -f {} /libraries/ ';'",
        f"FROM {DEBIAN}",
        apt("libstdc++6", "libcurl4t64", "libxml2", "tzdata"),
        f"COPY --from=whole /libraries {libraries}",
        "RUN cp -a /usr/libexec/swift/lib/swift/linux/. /usr/lib/x86_64-linux-gnu/ && ldconfig",
        'CMD ["bash"]',
    )


def _haskell(engine: Engine, name: str, _: Match) -> None:
    wrapper = "".join(f"{line}\\n" for line in _CABAL)
    build_lines(
        engine,
        name,
        f"FROM {DEBIAN}",
        apt("ghc", "cabal-install", "libghc-network-dev", "libghc-warp-dev", "libgmp-dev"),
        f"RUN printf '{wrapper}' > /usr/local/bin/cabal && chmod +x /usr/local/bin/cabal"
        " && printf 'offline: True\\n' > /etc/cabal.config",
        "ENV CABAL_CONFIG=/etc/cabal.config",
        'CMD ["ghci"]',
    )


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        pattern=r"swift:6\.\d+(?:-noble)?",
        example=f"{_SWIFT} (the distribution's 6.0)",
        make=_swift,
        needs=(DEBIAN,),
    ),
    Recipe(
        pattern=r"swift:6\.\d+(?:-noble)?-slim",
        example=f"{_SWIFT}-slim",
        make=_swift_slim,
        needs=(_SWIFT,),
    ),
    Recipe(
        pattern=r"haskell:9\.(?:4|6|8|10|12)(?:\.\d+)?(?:-slim)?",
        example=f"{_HASKELL} (the distribution's 9.6, with its packages only)",
        make=_haskell,
        needs=(DEBIAN,),
    ),
)
