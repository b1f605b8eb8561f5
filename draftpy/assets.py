"""Where the packs and templates are: inside the wheel, else beside the package in a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def find_assets() -> Path:
    """The folder that holds `packs/` and `templates/`."""
    in_wheel = _PACKAGE / "_assets"
    return in_wheel if in_wheel.is_dir() else _PACKAGE.parent


def packs_folder() -> Path:
    """The built-in packs, one folder each."""
    return find_assets() / "packs"


def templates_folder() -> Path:
    """The shared chart and file templates."""
    return find_assets() / "templates"
