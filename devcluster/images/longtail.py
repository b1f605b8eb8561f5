"""Stand-ins for the images of smaller languages, from the distribution."""

from devcluster.images.base import apt
from devcluster.images.engine import Engine
from devcluster.images.recipe import DEBIAN, Match, Recipe, build_lines

_PERL_MODULES = (
    "libdancer2-perl",
    "libmojolicious-perl",
    "libplack-perl",
    "starman",
)
# Where upstream's interpreter is; modules of the distribution count as installed.
_PERL_LINKS = ("perl", "cpanm", "plackup", "starman", "hypnotoad", "morbo", "mojo")
_R_PACKAGES = ("r-cran-plumber", "r-cran-shiny", "r-cran-jsonlite")
_CRYSTAL_LIBRARIES = (
    "libevent-dev",
    "libgc-dev",
    "libgmp-dev",
    "libpcre2-dev",
    "libssl-dev",
    "libxml2-dev",
    "libyaml-dev",
    "libzstd-dev",
    "pkgconf",
    "zlib1g-dev",
)


def _perl(engine: Engine, name: str, _: Match) -> None:
    links = " && ".join(f"ln -sf /usr/bin/{tool} /usr/local/bin/{tool}" for tool in _PERL_LINKS)
    build_lines(
        engine,
        name,
        f"FROM {DEBIAN}",
        apt("perl", "cpanminus", *_PERL_MODULES),
        f"RUN {links}",
        'CMD ["perl"]',
    )


def _r(engine: Engine, name: str, _: Match) -> None:
    build_lines(
        engine,
        name,
        f"FROM {DEBIAN}",
        apt("r-base-core", "r-base-dev", *_R_PACKAGES),
        "RUN mkdir -p /usr/local/lib/R/site-library /usr/local/lib/R/etc"
        " && ln -sf /usr/bin/R /usr/local/bin/R && ln -sf /usr/bin/Rscript /usr/local/bin/Rscript",
        "ENV LANG=C.UTF-8",
        'CMD ["R"]',
    )


def _crystal(engine: Engine, name: str, _: Match) -> None:
    build_lines(
        engine,
        name,
        f"FROM {DEBIAN}",
        apt("crystal", "shards", "gcc", "libc6-dev", "git", *_CRYSTAL_LIBRARIES),
        # Upstream's Alpine has libraries that need no others when they are linked statically.
        "RUN printf '#!/bin/sh\\nexec /usr/bin/pkgconf --static \"$@\"\\n'"
        " > /usr/local/bin/pkg-config && chmod +x /usr/local/bin/pkg-config",
        'CMD ["crystal"]',
    )


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        pattern=r"perl:5\.\d+(?:-slim)?",
        example="perl:5.40-slim (5.40, with the distribution's modules)",
        make=_perl,
        needs=(DEBIAN,),
    ),
    Recipe(
        pattern=r"rocker/r-ver:4(?:\.\d+)*",
        example="rocker/r-ver:4.5 (4.5, with plumber and Shiny)",
        make=_r,
        needs=(DEBIAN,),
    ),
    Recipe(
        pattern=r"crystallang/crystal:1\.\d+(?:\.\d+)?(?:-alpine)?",
        example="crystallang/crystal:1.16.3-alpine (1.14, and Debian's C library)",
        make=_crystal,
        needs=(DEBIAN,),
    ),
)
