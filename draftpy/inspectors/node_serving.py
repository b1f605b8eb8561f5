"""How a framework's build is served: by which process, or from which folder of files."""

from dataclasses import dataclass

from draftpy.inspectors.facts import Evidence, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A server (`start`) or a site (`site`: the folder; `fallback`: the page for unknown paths).

    `build` is used where no script builds; `artefacts` (`FROM TO`) are all that runs, if given.
    """

    start: tuple[str, ...] = ()
    site: str = ""
    fallback: str = ""
    build: str = ""
    artefacts: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    build_env: tuple[str, ...] = ()
    build_cache: str = ""
    writable: tuple[str, ...] = ()
    keeps_dev: bool = False
    evidence: Evidence | None = None
    problems: tuple[Problem, ...] = ()
