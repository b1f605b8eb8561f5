"""Pack files → text: one sandboxed Jinja environment in which nothing may be undefined.

A pack may come from anybody, so rendering is limited in time and memory too: steps of loops and
calls are counted, and whatever makes texts longer is measured.
"""

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jinja2 import DictLoader, StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from draftpy.errors import PackInvalid

MAX_STEPS = 200_000
MAX_LENGTH = 1_000_000
_FILTERS = (
    *("abs", "attr", "bool", "capitalize", "count", "d", "default", "dictsort", "first"),
    *("float", "groupby", "int", "items", "join", "last", "length", "list", "lower", "map", "max"),
    *("min", "reject", "rejectattr", "reverse", "round", "select", "selectattr", "sort", "string"),
    *("sum", "title", "trim", "unique", "upper"),
)
_GLOBALS = ("range", "dict", "namespace")
_TEXT_METHODS = (
    *("capitalize", "count", "endswith", "find", "isalnum", "isalpha", "isdigit", "lower"),
    *("lstrip", "partition", "removeprefix", "removesuffix", "rpartition", "rsplit", "rstrip"),
    *("split", "splitlines", "startswith", "strip", "title", "upper"),
)


def render(texts: Mapping[str, str], template: str, variables: Mapping[str, Any]) -> str:
    """Render one of the texts (name → Jinja text); raises PackInvalid with name and line."""
    environment = _Environment(texts)
    try:
        pieces = environment.get_template(template).generate(variables)
        return "".join(environment.measured(pieces))
    except TemplateSyntaxError as error:
        raise _broken(f"{error.name or template} line {error.lineno}", error) from error
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
        raise _broken(template, error) from error
    except (RecursionError, MemoryError, AttributeError) as error:
        raise _broken(template, error) from error


def to_exec_form(words: Iterable[str]) -> str:
    """Words as the JSON list that Dockerfiles call exec form."""
    return json.dumps(list(words), ensure_ascii=False)


def to_shell(words: str | Iterable[str]) -> str:
    """One word, or several, quoted for a shell."""
    return shlex.quote(words) if isinstance(words, str) else shlex.join(words)


def to_quoted(text: object) -> str:
    """A text in double quotes, right in YAML, JSON and Dockerfiles alike."""
    return json.dumps(str(text), ensure_ascii=False)


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


class _Environment(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with a budget of steps and lengths for one rendering."""

    # What can make a long text or a large number of short ones.
    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__(
            loader=DictLoader(texts),
            undefined=StrictUndefined,
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # Dockerfiles and YAML: the filters below quote
        )
        self._steps = 0
        self._length = 0
        self.filters = {name: self.filters[name] for name in _FILTERS if name in self.filters}
        self.filters |= {"exec": to_exec_form, "shell": to_shell, "quoted": to_quoted}
        self.filters |= {"replace": self._replace, "join": self._joined, "tojson": _to_json}
        self.filters |= {"counted step": self._counted, "joined texts": self._joined}
        self.globals = {name: self.globals[name] for name in _GLOBALS}

    def measured(self, pieces: Iterable[str]) -> Iterator[str]:
        """The pieces of the result, as long as they are not too many or too long."""
        for piece in pieces:
            self._take(len(piece))
            yield piece

    def get_template(self, *args: Any, **kwargs: Any) -> Template:
        """A template; each include is a step."""
        self._step()
        return super().get_template(*args, **kwargs)

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """A call in a template; each is a step."""
        self._step()
        return super().call(*args, **kwargs)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """An operation on two values, unless what it makes may be huge."""
        is_number = isinstance(left, int | float) and isinstance(right, int | float)
        if not is_number and operator != "+":
            raise SecurityError(f"{operator} is for numbers only")
        if operator == "**" and (abs(left) > MAX_STEPS or abs(right) > 32):
            raise SecurityError("the number is too large")
        made = super().call_binop(context, operator, left, right)
        self._take(len(made) if hasattr(made, "__len__") else 0)
        return made

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Of a text's methods those that make no longer text."""
        if isinstance(obj, str):
            return attr in _TEXT_METHODS
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        """No method of a text is replaced by a safe one: `format` is none that is allowed."""

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        """Python code of a template whose loops are counted and whose `~` is measured."""
        for loop in source.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, "counted step", [], [], None, None)
        for node in list(source.find_all(nodes.Concat)):
            _replace_node(source, node)
        return str(super()._generate(source, *args, **kwargs))

    def _counted(self, items: Iterable[Any]) -> Iterator[Any]:
        for item in items:
            self._step()
            yield item

    def _joined(self, parts: Iterable[Any], mark: str = "") -> str:
        texts = []
        for part in parts:
            texts.append(str(part))
            self._take(len(texts[-1]) + len(mark))
        return mark.join(texts)

    def _replace(self, text: Any, old: str, new: str) -> str:
        self._take(str(text).count(old) * len(new))
        return str(text).replace(old, new)

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise SecurityError(f"it takes more than {MAX_STEPS:,} steps")

    def _take(self, length: int) -> None:
        self._step()
        self._length += length
        if self._length > MAX_LENGTH:
            raise SecurityError(f"it makes more than {MAX_LENGTH:,} characters")


def _replace_node(parent: nodes.Node, concat: nodes.Concat) -> None:
    """Put a measured join where a `~` stands."""
    joined = nodes.Filter(nodes.List(concat.nodes), "joined texts", [], [], None, None)
    for holder in [parent, *parent.find_all(nodes.Node)]:
        for name, value in holder.iter_fields():
            if value is concat:
                setattr(holder, name, joined)
            elif isinstance(value, list):
                setattr(holder, name, [joined if item is concat else item for item in value])


def _broken(where: str, error: BaseException) -> PackInvalid:
    return PackInvalid(
        f"the pack's {where} cannot be rendered",
        evidence=str(error) or type(error).__name__,
        remedy="mend the pack, or use another: draftpy packs list",
    )
