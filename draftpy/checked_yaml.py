"""A YAML mapping checked against known keys: errors name line and nearest key."""

import difflib
from collections.abc import Iterable
from typing import Any

from draftpy.config_keys import find_key, matches_kind
from draftpy.errors import ConfigInvalid
from draftpy.yaml_lines import KeyPath, LinedYaml, YamlBroken, parse_lined_yaml


def parse_document(text: str, file: str) -> LinedYaml:
    """Parse a YAML mapping; raises ConfigInvalid with file and line."""
    try:
        doc = parse_lined_yaml(text)
    except YamlBroken as error:
        raise ConfigInvalid(
            f"{file} line {error.line} is not valid YAML",
            evidence=_quote_line(text, error.line) + f"{error.problem}",
            remedy=f"mend line {error.line} of {file}",
        ) from error
    if not isinstance(doc.value, dict):
        raise ConfigInvalid(
            f"{file} is not a mapping",
            evidence="it must begin with keys such as version: and name:",
            remedy=f"write it anew: move {file} away, then draftpy create",
        )
    return doc


def refuse_unknown_keys(doc: LinedYaml, path: KeyPath, known: Iterable[str], file: str) -> None:
    """Raise ConfigInvalid, with the nearest known key, for the first unknown one."""
    names = list(known)
    for key in _at(doc.value, path):
        if key not in names:
            dotted = ".".join((*path, str(key)))
            raise invalid_at(
                doc,
                (*path, str(key)),
                f"unknown key {dotted}",
                file,
                evidence=f"known here: {', '.join(names)}",
                remedy=nearest_hint(str(key), names) or f"remove {key}",
            )


def check_kinds(doc: LinedYaml, path: KeyPath, file: str) -> None:
    """Raise ConfigInvalid for the first value that is not of its key's kind."""
    for name, value in _at(doc.value, path).items():
        key = find_key(name)
        if key and not matches_kind(value, key.kind):
            dotted = ".".join((*path, name))
            raise invalid_at(
                doc, (*path, name), f"{dotted} must be a {key.kind}", file, evidence=repr(value)
            )


def _at(value: Any, path: KeyPath) -> dict[str, Any]:
    for step in path:
        value = value[step] or {}
    return dict(value)


def invalid_at(
    doc: LinedYaml, path: KeyPath, what: str, file: str, *, evidence: str = "", remedy: str = ""
) -> ConfigInvalid:
    """The error about one place in a file."""
    line = doc.line_of(path)
    return ConfigInvalid(
        f"{file} line {line}: {what}",
        evidence=evidence,
        remedy=remedy or f"mend line {line} of {file}",
    )


def nearest_hint(word: str, known: list[str]) -> str:
    """A question that names the most similar known word, or nothing."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {close[0]}?" if close else ""


def _quote_line(text: str, line: int) -> str:
    lines = text.splitlines()
    return f"{lines[line - 1].strip()}\n" if 0 < line <= len(lines) else ""
