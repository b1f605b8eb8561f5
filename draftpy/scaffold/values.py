"""values.yaml: the shared chart's, the pack's and the app's own, merged, with the comments kept."""

from collections.abc import Mapping
from typing import Any

import yaml

from draftpy.yaml_lines import KeyPath, parse_lined_yaml

_Comments = dict[KeyPath, tuple[str, ...]]


def merge_values(layers: tuple[str, ...], own: Mapping[str, Any]) -> str:
    """Merge YAML texts and then `own`; later ones win, mappings key by key, lists as a whole.

    The comment above a key comes from the last text that has one there.
    """
    merged: dict[str, Any] = {}
    comments: _Comments = {}
    header = ""
    for text in layers:
        lined = parse_lined_yaml(text)
        merged = merge_maps(merged, lined.value or {})
        comments.update(_comments_of(text, lined.lines))
        header = header or _header_of(text)
    merged = merge_maps(merged, own)
    return header + "\n".join(_lines_of(merged, (), comments)) + "\n"


def merge_maps(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `base`: mappings key by key, null removes, everything else replaces."""
    merged = dict(base)
    for key, value in over.items():
        if value is None:
            merged.pop(key, None)
            continue
        old = merged.get(key)
        both = isinstance(old, dict) and isinstance(value, dict) and value
        merged[key] = merge_maps(old, value) if both and isinstance(old, dict) else value
    return merged


def _comments_of(text: str, lines: dict[KeyPath, int]) -> _Comments:
    """For each key the comment lines directly above it."""
    rows = text.splitlines()
    found: _Comments = {}
    for path, line in lines.items():
        first = line - 1
        while first > 0 and rows[first - 1].lstrip().startswith("#"):
            first -= 1
        block = tuple(row.strip() for row in rows[first : line - 1])
        # A mapping's first key shares its line with nothing; list items have no comments.
        if block and not path[-1].isdigit():
            found[path] = block
    return found


def _header_of(text: str) -> str:
    """The comment at the head of the file, if an empty line parts it from the first key."""
    head, gap, _ = text.partition("\n\n")
    is_comment = all(line.startswith("#") for line in head.splitlines())
    return head + gap if gap and is_comment else ""


def _lines_of(values: Mapping[str, Any], path: KeyPath, comments: _Comments) -> list[str]:
    pad = "  " * len(path)
    lines: list[str] = []
    for key, value in values.items():
        here = (*path, key)
        block = comments.get(here, ())
        if block and not path and lines:
            lines.append("")
        lines += [pad + row for row in block]
        if isinstance(value, dict) and value:
            lines.append(f"{pad}{render_scalar(key)}:")
            lines += _lines_of(value, here, comments)
        else:
            lines += [pad + row for row in _dump(key, value)]
    return lines


def _dump(key: str, value: Any) -> list[str]:
    if not isinstance(value, list | tuple) or not value:
        return [f"{render_scalar(key)}: {render_scalar(value)}"]
    body = yaml.safe_dump(list(value), sort_keys=False, allow_unicode=True, width=1000)
    return [f"{render_scalar(key)}:", *(f"  {row}" for row in body.splitlines())]


def render_scalar(value: Any) -> str:
    """One value on one line, quoted where YAML needs it."""
    if value == "":
        return '""'
    if isinstance(value, tuple):
        value = list(value)
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=1_000_000)
    return str(text).removesuffix("\n").removesuffix("\n...")
