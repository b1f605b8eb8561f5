"""Stand-ins for the images of Erlang and Elixir, from the distribution."""

from devcluster.images.base import apt
from devcluster.images.engine import Engine
from devcluster.images.recipe import DEBIAN, Match, Recipe, build_lines

_ERLANG = ("erlang-base", "erlang-dev", "erlang-nox", "rebar3")


def _erlang(engine: Engine, name: str, _: Match) -> None:
    build_lines(
        engine,
        name,
        f"FROM {DEBIAN}",
        apt(*_ERLANG),
        "ENV LANG=C.UTF-8",
        'CMD ["erl"]',
    )


def _elixir(engine: Engine, name: str, _: Match) -> None:
    build_lines(
        engine,
        name,
        "FROM erlang:27-slim",
        apt("elixir"),
        'CMD ["iex"]',
    )


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        pattern=r"erlang:27(?:-slim)?",
        example="erlang:27-slim",
        make=_erlang,
        needs=(DEBIAN,),
    ),
    Recipe(
        pattern=r"elixir:1\.18(?:-otp-27)?(?:-slim)?",
        example="elixir:1.18-otp-27-slim",
        make=_elixir,
        needs=("erlang:27-slim",),
    ),
)
