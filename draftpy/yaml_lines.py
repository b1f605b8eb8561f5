"""YAML with positions: plain values, and the line on which each key stands."""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

_TOO_DEEP = re.compile(r"(?:[\[{]\s*){100}|(?:[-?]\s){100}")
KeyPath = tuple[str, ...]


class YamlBroken(Exception):
    """The text is not YAML: what is wrong, on which line (from 1)."""

    def __init__(self, *, problem: str, line: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line


@dataclass(frozen=True, slots=True, kw_only=True)
class LinedYaml:
    """A document's plain value, and the line (from 1) of each key path in it."""

    value: Any
    lines: dict[KeyPath, int] = field(default_factory=dict)

    def line_of(self, path: KeyPath) -> int:
        """The line of a key, else of its nearest parent, else 1."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def parse_lined_yaml(text: str) -> LinedYaml:
    """Parse one YAML document; raises YamlBroken, also for a key that stands twice."""
    if _TOO_DEEP.search(text):
        # The parser would take seconds, and then all of Python's stack.
        raise YamlBroken(problem="it is nested too deeply", line=1)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        value = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlBroken(
            problem=error.problem or "not YAML", line=mark.line + 1 if mark else 1
        ) from error
    except RecursionError as error:
        raise YamlBroken(problem="it is nested too deeply", line=1) from error
    except (yaml.YAMLError, ValueError) as error:
        # Unprintable characters and impossible dates come without a mark.
        raise YamlBroken(problem=str(error).splitlines()[0], line=1) from error
    lines: dict[KeyPath, int] = {}
    if node is not None:
        _note_lines(node, (), lines)
    return LinedYaml(value=value, lines=lines)


def _note_lines(node: yaml.Node, path: KeyPath, lines: dict[KeyPath, int]) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            here = (*path, str(key.value))
            if str(key.value) in seen:
                raise YamlBroken(
                    problem=f"the key {key.value!r} stands twice", line=key.start_mark.line + 1
                )
            seen.add(str(key.value))
            lines[here] = key.start_mark.line + 1
            _note_lines(value, here, lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            here = (*path, str(index))
            lines[here] = item.start_mark.line + 1
            _note_lines(item, here, lines)
