"""One YAML document that is read key by key, every mistake named with its line."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from draftpy.checked_yaml import nearest_hint
from draftpy.errors import PackInvalid
from draftpy.yaml_lines import YamlBroken, parse_lined_yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_KINDS = {str: "text", int: "whole number", bool: "true or false", list: "list"}
E = TypeVar("E", bound=StrEnum)


class DocumentReader:
    """One document and where it stands, for errors."""

    def __init__(self, text: str, file: Path) -> None:
        self.text = text
        self.file = file

    def load(self) -> Any:
        """The plain value of the document; raises PackInvalid."""
        try:
            return yaml.load(self.text, Loader=_LOADER)
        except (yaml.YAMLError, ValueError, RecursionError):
            raise self.broken_yaml() from None

    def broken_yaml(self) -> PackInvalid:
        """The error for text that is no YAML."""
        try:
            parse_lined_yaml(self.text)
        except YamlBroken as error:
            line, problem = error.line, error.problem
        else:
            line, problem = 1, "not YAML"
        return PackInvalid(
            f"{self.file} line {line} is not valid YAML",
            evidence=problem,
            remedy=f"mend line {line} of {self.file}",
        )

    def wrong(self, path: tuple[str, ...], what: str, remedy: str = "") -> PackInvalid:
        """The error about one place."""
        try:
            line = parse_lined_yaml(self.text).line_of(path)
        except YamlBroken:
            line = 1
        where = ".".join(path)
        return PackInvalid(
            f"{self.file} line {line}: {where + ': ' if where else ''}{what}",
            remedy=remedy or f"mend line {line} of {self.file}",
        )

    def mapping(
        self,
        given: Any,
        path: tuple[str, ...],
        *,
        required: Iterable[str] = (),
        allowed: Iterable[str] = (),
    ) -> Mapping[str, Any]:
        """A mapping with text keys, of which some must be there and others must not."""
        if not isinstance(given, dict) or not all(isinstance(key, str) for key in given):
            raise self.wrong(path, "must be a mapping")
        for key in required:
            if key not in given:
                raise self.wrong(path, f"{key} is missing")
        names = list(allowed)
        for key in given if names else ():
            if key not in names:
                hint = nearest_hint(key, names) or f"known here: {', '.join(names)}"
                raise self.wrong((*path, key), "unknown key", hint)
        return given

    def texts(self, given: Any, path: tuple[str, ...]) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(self.typed(item, str, path) for item in self.typed(given, list, path))

    def typed(self, given: Any, kind: Any, path: tuple[str, ...]) -> Any:
        """The value, if it is of that type."""
        if not isinstance(given, kind) or (kind is int and isinstance(given, bool)):
            raise self.wrong(path, f"must be a {_KINDS[kind]}, not {given!r}")
        return given

    def matching(self, doc: Mapping[str, Any], key: str, pattern: re.Pattern[str]) -> str:
        """A text of that form."""
        text = self.typed(doc[key], str, (key,))
        if not pattern.fullmatch(text):
            raise self.wrong((key,), f"{text!r} must be like {pattern.pattern}")
        return str(text)

    def member(self, kind: type[E], given: Any, path: tuple[str, ...]) -> E:
        """A member of an enumeration, by its value."""
        members = {str(item): item for item in kind}
        if given not in members:
            raise self.wrong(path, f"{given!r} is not one of {', '.join(members)}")
        return members[given]
