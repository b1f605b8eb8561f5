"""EDN, the notation of Clojure's build files → plain Python values."""

import re
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(
    r"(?P<space>[\s,]+|;[^\n]*)|(?P<string>#?\"(?:\\.|[^\"\\])*\")|(?P<open>#?[\(\[{])"
    r"|(?P<close>[\)\]}])|(?P<discard>#_)|(?P<prefix>\^|'|`|~@|~|@|#'|#\?@?|##)"
    r"|(?P<char>\\(?:\w+|.))|(?P<atom>#?[^\s,;\"()\[\]{}^'`~@\\]+)"
)
_MAX_DEPTH = 60


class EdnBroken(Exception):
    """The text is no EDN; `line` from 1."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what)
        self.line = line


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol or keyword (with its colon)."""

    name: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """A map, as the pairs of its keys and values in their order; keys by name."""

    items: tuple[tuple[str, Any], ...]

    def get(self, key: str) -> Any:
        """The value of a key such as `:main`."""
        return next((value for name, value in self.items if name == key), None)


def parse_edn(text: str) -> list[Any]:
    """Every form of the text: lists as tuples, maps as Pairs; raises EdnBroken."""
    reader = _Reader(text)
    forms = []
    while not reader.is_at_end():
        forms.append(reader.form(0))
    return [form for form in forms if form is not _NOTHING]


def name_of(value: Any) -> str:
    """A symbol's, keyword's or string's text."""
    return value.name if isinstance(value, Symbol) else str(value or "")


_NOTHING = object()
_CLOSES = {"(": ")", "[": "]", "{": "}"}


class _Reader:
    """The tokens of a text, read one by one."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def is_at_end(self) -> bool:
        """Whether only white space is left."""
        while True:
            match = _TOKEN.match(self.text, self.position)
            if not match or match.lastgroup != "space":
                return self.position >= len(self.text)
            self.position = match.end()

    def next_token(self) -> tuple[str, str]:
        """Kind and text of the next token."""
        if self.is_at_end():
            raise self.broken("ends too early")
        match = _TOKEN.match(self.text, self.position)
        if match is None:
            raise self.broken(f"has {self.text[self.position]!r} where none can be")
        self.position = match.end()
        return str(match.lastgroup), match[0]

    def form(self, depth: int) -> Any:
        """One form; _NOTHING for one that is discarded."""
        if depth > _MAX_DEPTH:
            raise self.broken("is nested too deeply")
        kind, text = self.next_token()
        match kind:
            case "string":
                return re.sub(r"\\(.)", r"\1", text.lstrip("#")[1:-1])
            case "open":
                return self.collection(text, depth)
            case "discard":
                self.form(depth + 1)
                return _NOTHING
            case "prefix":
                if text == "^":
                    self.form(depth + 1)  # What a form is marked with.
                return self.form(depth + 1)
            case "close":
                raise self.broken(f"has a {text} too many")
            case _:
                return Symbol(text)

    def collection(self, opening: str, depth: int) -> Any:
        """A list, vector, set or map up to its end."""
        closing = _CLOSES[opening[-1]]
        items: list[Any] = []
        while True:
            if self.is_at_end():
                raise self.broken(f"lacks a {closing}")
            if self.text[self.position] == closing:
                self.position += 1
                break
            item = self.form(depth + 1)
            if item is not _NOTHING:
                items.append(item)
        if opening == "{":
            pairs = zip(items[::2], items[1::2], strict=False)
            return Pairs(tuple((name_of(key), value) for key, value in pairs))
        return tuple(items)

    def broken(self, what: str) -> EdnBroken:
        """The error about the present place."""
        return EdnBroken(what, self.text.count("\n", 0, self.position) + 1)
