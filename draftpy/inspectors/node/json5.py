"""JSON with comments, trailing commas and bare words, as tsconfig.json and deno.jsonc have it."""

from collections.abc import Iterator
from typing import Any

from draftpy.inspectors.node.js_tokens import Kind, Token, tokenize

_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}
_MAX_DEPTH = 60


class Json5Broken(ValueError):
    """The text is not JSON5; `line` is from 1."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line = line
        self.what = what


def parse_json5(text: str) -> Any:
    """Parse a whole document; raises Json5Broken."""
    reader = _Reader(list(tokenize(text)))
    value = reader.value(0)
    if reader.peek() is not None:
        raise reader.broken("something follows the end")
    return value


def find_mapping(text: str | None) -> dict[str, Any]:
    """The document if it is an object, else an empty one: for files whose absence is fine."""
    if text is None:
        return {}
    try:
        doc = parse_json5(text)
    except Json5Broken:
        return {}
    return doc if isinstance(doc, dict) else {}


def get_at(doc: Any, *path: str) -> Any:
    """What stands at a path of keys; None if anything on the way is missing."""
    for key in path:
        doc = doc.get(key) if isinstance(doc, dict) else None
    return doc


class _Reader:
    """Reads values off a list of tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.index = 0

    def peek(self) -> Token | None:
        """The next token, None at the end."""
        return self.tokens[self.index] if self.index < len(self.tokens) else None

    def take(self) -> Token:
        """The next token; raises Json5Broken at the end."""
        token = self.peek()
        if token is None:
            raise self.broken("it ends too early")
        self.index += 1
        return token

    def broken(self, what: str) -> Json5Broken:
        """The error about the place that was reached."""
        near = self.tokens[min(self.index, len(self.tokens) - 1)] if self.tokens else None
        return Json5Broken(near.line if near else 1, what)

    def value(self, depth: int) -> Any:
        """One value of any type."""
        token = self.take()
        if depth > _MAX_DEPTH:
            raise self.broken("nested too deeply")
        if token.kind is Kind.STRING:
            return token.text
        if token.is_sign("{"):
            return dict(self.members(depth))
        if token.is_sign("["):
            return list(self.items(depth))
        if token.is_sign("-", "+"):
            number = self.value(depth)
            return -number if token.text == "-" else number
        if token.kind is Kind.NUMBER:
            return self.number(token)
        if token.text in _WORDS:
            return _WORDS[token.text]
        raise self.broken(f"{token.text!r} is no value")

    def number(self, token: Token) -> int | float:
        """A number's value."""
        try:
            return int(token.text, 0)
        except ValueError:
            pass
        try:
            return float(token.text)
        except ValueError:
            raise self.broken(f"{token.text!r} is no number") from None

    def members(self, depth: int) -> Iterator[tuple[str, Any]]:
        """The members of an object, up to its closing bracket."""
        while not self.ends("}"):
            key = self.take()
            if key.kind is Kind.SIGN or not self.take().is_sign(":"):
                raise self.broken(f"a key and a colon are expected, not {key.text!r}")
            yield key.text, self.value(depth + 1)
            self.separate("}")

    def items(self, depth: int) -> Iterator[Any]:
        """The items of a list, up to its closing bracket."""
        while not self.ends("]"):
            yield self.value(depth + 1)
            self.separate("]")

    def ends(self, sign: str) -> bool:
        """Whether the closing bracket comes; it is taken."""
        token = self.peek()
        if token is not None and token.is_sign(sign):
            self.index += 1
            return True
        return False

    def separate(self, sign: str) -> None:
        """Take a comma, unless the closing bracket comes."""
        token = self.peek()
        if token is not None and token.is_sign(","):
            self.index += 1
        elif token is None or not token.is_sign(sign):
            raise self.broken("a comma is missing")
