"""A pack that extends another: what it says itself, and what it has from its base."""

from collections.abc import Collection
from dataclasses import replace

from draftpy.packs.model import Output, Pack, Variable

BASE = "base/"


def inherit(own: Pack, base: Pack, given: Collection[str]) -> Pack:
    """The pack laid on its base; `given` are the keys that stand in its pack.yaml.

    Mappings are laid over the base's entry by entry, ignored paths come to the base's, all else
    that is given replaces.
    """
    return replace(
        own,
        title=own.title if "title" in given else base.title,
        about=own.about if "description" in given else base.about,
        facts=own.facts if "facts" in given else base.facts,
        extensions=own.extensions if "extensions" in given else base.extensions,
        rules=own.rules if "detect" in given else base.rules,
        unless=own.unless if "unless" in given else base.unless,
        keeps=own.keeps if "keeps" in given else base.keeps,
        looks_for=own.looks_for if "looksFor" in given else base.looks_for,
        variables=_merged_variables(own.variables, base.variables),
        outputs=_merged_outputs(own.outputs, base.outputs),
        values=(*(f"{BASE}{name}" for name in base.values), *own.values),
        dockerignore=tuple(dict.fromkeys((*base.dockerignore, *own.dockerignore))),
        development={**base.development, **own.development},
        bases=(base.folder, *base.bases),
    )


def _merged_variables(
    own: tuple[Variable, ...], base: tuple[Variable, ...]
) -> tuple[Variable, ...]:
    return tuple(({v.name: v for v in base} | {v.name: v for v in own}).values())


def _merged_outputs(own: tuple[Output, ...], base: tuple[Output, ...]) -> tuple[Output, ...]:
    return tuple(({o.path: o for o in base} | {o.path: o for o in own}).values())
