"""The recipes of all families."""

import re

from devcluster.images import (
    beam,
    core,
    js_runtimes,
    jvm,
    longtail,
    native,
    php,
    python_tools,
    ruby,
    rust_lang,
)
from devcluster.images.recipe import Match, Recipe

RECIPES: tuple[Recipe, ...] = (
    *python_tools.RECIPES,
    *core.RECIPES,
    *beam.RECIPES,
    *js_runtimes.RECIPES,
    *jvm.RECIPES,
    *native.RECIPES,
    *longtail.RECIPES,
    *php.RECIPES,
    *ruby.RECIPES,
    *rust_lang.RECIPES,
)


def find_recipe(name: str) -> tuple[Recipe, Match] | None:
    """The recipe for an image name."""
    for recipe in RECIPES:
        match = re.fullmatch(recipe.pattern, name)
        if match:
            return recipe, match
    return None
