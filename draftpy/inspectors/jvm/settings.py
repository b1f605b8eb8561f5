"""Settings that apps on the JVM read at start: application.properties and application.yml."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import join
from typing import Any

import yaml

from draftpy.inspectors.facts import Evidence, Problem
from draftpy.source import SourceTree

_FOLDERS = ("src/main/resources", "src/main/resources/config", "config", "")
_NAMES = ("application.properties", "application.yml", "application.yaml")
_PROPERTY = re.compile(r"^\s*([\w.\-\[\]]+)\s*[=:]\s*(.*?)\s*$")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A value as it is written, and its place."""

    value: str
    evidence: Evidence

    @property
    def number(self) -> int:
        """A literal number, or 0."""
        return int(self.value) if self.value.isdigit() else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Dotted key → setting; the first file that has a key wins."""

    known: Mapping[str, Setting]
    problems: tuple[Problem, ...] = ()

    def find(self, *keys: str) -> Setting | None:
        """The setting of the first of these keys that there is."""
        return next((self.known[key] for key in keys if key in self.known), None)


def load_settings(tree: SourceTree, module: str) -> Settings:
    """The module's settings without profiles."""
    known: dict[str, Setting] = {}
    problems: list[Problem] = []
    for path in (join(module, folder, name) for folder in _FOLDERS for name in _NAMES):
        text = tree.find_text(path)
        if text is None:
            continue
        try:
            rows = _properties(text) if path.endswith(".properties") else _yaml(text)
            for key, value, line in rows:
                where = Evidence(file=path, line=line, text=f"{key}: {value}" if line else "")
                known.setdefault(key, Setting(value=value, evidence=where))
        except (yaml.YAMLError, ValueError, RecursionError):
            problems.append(Problem(file=path, what="is not valid YAML"))
    return Settings(known=known, problems=tuple(problems))


def _properties(text: str) -> Iterator[tuple[str, str, int]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("#---"):
            return  # What follows belongs to a profile.
        match = _PROPERTY.match(line)
        if match and not line.lstrip().startswith(("#", "!")):
            yield match[1], match[2], number


def _yaml(text: str) -> Iterator[tuple[str, str, int]]:
    # Maven fills @name@ in before the app reads it; YAML knows no such word.
    clean = re.sub(r"(:\s+)@([\w.\-]+)@", r"\1'@\2@'", text)
    node = next(iter(yaml.compose_all(clean, Loader=_LOADER)), None)
    if isinstance(node, yaml.MappingNode):
        yield from _flat(node, "")


def _flat(node: yaml.MappingNode, start: str) -> Iterator[tuple[str, str, int]]:
    for key, value in node.value:
        name = f"{start}{key.value}"
        if isinstance(value, yaml.MappingNode):
            yield from _flat(value, f"{name}.")
        elif isinstance(value, yaml.ScalarNode):
            yield name, str(value.value), key.start_mark.line + 1
