"""A pack's `development:` → the `dev:` that create writes into draft.yaml."""

from collections.abc import Mapping
from typing import Any

from draftpy.dev_settings import DevWrong, parse_dev
from draftpy.errors import PackInvalid
from draftpy.packs.model import Pack
from draftpy.render import render


def render_dev(pack: Pack, names: Mapping[str, Any]) -> dict[str, Any]:
    """Fill the texts in; what becomes empty is left out; raises PackInvalid."""
    filled = {key: _fill(value, names) for key, value in pack.development.items()}
    given = {key: value for key, value in filled.items() if value not in ("", [])}
    try:
        parse_dev(given)
    except DevWrong as error:
        raise PackInvalid(
            f"pack {pack.name}: development.{error.key} {error.what}",
            evidence=repr(given[error.key]),
            remedy=f"mend {pack.folder}/pack.yaml",
        ) from error
    return given


def _fill(value: Any, names: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [text for text in (_fill(item, names) for item in value) if text]
    return render({"text": value}, "text", names) if isinstance(value, str) else value
