"""Base images: pulled where that works, else stand-ins under the same names."""

from devcluster.images.engine import Engine
from devcluster.images.recipes import RECIPES, find_recipe
from devcluster.lock import locked
from devcluster.settings import DevclusterError, Folders
from devcluster.steps import step, tell

# What the project's packs name.
_DEFAULTS = (
    "debian:trixie-slim",
    "python:3.13-slim",
    "node:24-slim",
    "golang:1.26",
    "nginxinc/nginx-unprivileged:1.28",
    "gcr.io/distroless/static-debian13:nonroot",
    "docker/dockerfile:1",
)


def default_images() -> list[str]:
    """The images that the packs name."""
    return list(_DEFAULTS)


def ensure_images(names: list[str], folders: Folders) -> None:
    """See to it that the engine has each of them; raises DevclusterError."""
    engine = Engine(folders)
    with locked(folders.home / "images.lock"):
        for name in names:
            _ensure_image(engine, name)


def _ensure_image(engine: Engine, name: str) -> None:
    found = find_recipe(name)
    if engine.is_current(name, found[0].digest if found else ""):
        return
    if engine.pull(name):
        tell(f"✓ {name} pulled")
        return
    if found is None:
        known = "\n".join(recipe.example for recipe in RECIPES)
        raise DevclusterError(
            f"{name} can be neither pulled nor made",
            why=f"stand-ins can be made for such names:\n{known}",
            remedy="docker load it from elsewhere, or use another base image",
        )
    recipe, match = found
    for needed in recipe.needs:
        _ensure_image(engine, needed)
    with step(f"{name} (stand-in)"):
        # What it needs has set its own.
        engine.recipe_digest = recipe.digest
        recipe.make(engine, name, match)


def render_images(folders: Folders) -> str:
    """What can be made, and what the engine has."""
    engine = Engine(folders)
    lines = [f"{name:<45} {engine.describe(name)}" for name in _DEFAULTS]
    return "\n".join([*lines, "", "stand-ins can be made for:", *(r.example for r in RECIPES)])
