"""How a framework's build is served: by which process, or from which folder of files."""

from dataclasses import dataclass

from draftpy.inspectors.facts import Evidence, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A server (`start`) or a site (`site`: the folder; `fallback`: the page for unknown paths;
    `base`: the path under which its pages look for each other).

    `script` builds it, if it is another than the one called build; `build` is the command where
    no script does; `artefacts` (`FROM TO`) are all that runs, if given. `needs_no_page`: it makes
    its pages itself, so that none stands in the source.
    """

    start: tuple[str, ...] = ()
    site: str = ""
    fallback: str = ""
    base: str = ""
    script: str = ""
    build: str = ""
    artefacts: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    build_env: tuple[str, ...] = ()
    build_cache: str = ""
    writable: tuple[str, ...] = ()
    keeps_dev: bool = False
    needs_no_page: bool = False
    evidence: Evidence | None = None
    problems: tuple[Problem, ...] = ()
