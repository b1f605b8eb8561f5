"""The stand-ins for Bun and Deno, whose programs the npm registry carries."""

from devcluster.images.engine import Engine
from devcluster.images.recipe import DEBIAN, Match, Recipe, build_lines

_NODE = "node:24-slim"


def _fetched(package: str) -> tuple[str, ...]:
    """A stage that has the program of an npm package at /out."""
    name = package.partition("@")[0]
    return (
        f"FROM {_NODE} AS fetch",
        f"RUN npm install --prefix /fetched --no-audit --no-fund '{package}'",
        # The package of the platform has it; the other one holds a script that finds it.
        f"RUN found=$(find /fetched/node_modules -type f -size +10M -name '{name}*' | head -n 1)"
        f' && install -D "$found" /out/{name} && /out/{name} --version',
        f"FROM {DEBIAN}",
    )


def _bun(engine: Engine, name: str, match: Match) -> None:
    build_lines(
        engine,
        name,
        *_fetched(f"bun@{match[1]}"),
        "COPY --from=fetch /out/bun /usr/local/bin/bun",
        "RUN ln -s bun /usr/local/bin/bunx && useradd --uid 1000 --create-home bun",
        "WORKDIR /home/bun/app",
        'CMD ["bun"]',
    )


def _deno(engine: Engine, name: str, match: Match) -> None:
    build_lines(
        engine,
        name,
        *_fetched(f"deno@{match[1]}"),
        "COPY --from=fetch /out/deno /usr/bin/deno",
        "RUN useradd --uid 1993 --user-group deno && install -d -o deno -g deno /deno-dir",
        "ENV DENO_DIR=/deno-dir/ DENO_INSTALL_ROOT=/usr/local",
        'CMD ["deno"]',
    )


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        pattern=r"oven/bun:(1(?:\.\d+){0,2})(?:-slim)?",
        example="oven/bun:1.4-slim",
        make=_bun,
        needs=(_NODE,),
    ),
    Recipe(
        pattern=r"denoland/deno:(?:debian-)?(2(?:\.\d+){0,2})",
        example="denoland/deno:2.9.6",
        make=_deno,
        needs=(_NODE,),
    ),
)
