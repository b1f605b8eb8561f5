"""JavaScript or TypeScript text → its tokens, without comments."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

# Bundled or generated files are longer; nobody's own server is.
MAX_CHARS = 150_000
# A bracket that closes further away is not looked for: nothing that is asked for is as long.
_FAR = 6_000
_MAX_NESTED = 50
_SPACE = re.compile(r"\s+")
_COMMENT = re.compile(r"//[^\n]*|/\*.*?(?:\*/|\Z)|\A#![^\n]*", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*")
_NUMBER = re.compile(r"0[xX][\da-fA-F_]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?n?")
_STRING = re.compile(r"\"((?:\\.|[^\"\\\n])*)\"|'((?:\\.|[^'\\\n])*)'", re.DOTALL)
_REGEX = re.compile(
    r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])*/\w*"
)
_SIGN = re.compile(r"=>|===|!==|==|!=|\?\?=?|\?\.(?!\d)|\|\|=?|&&=?|\.\.\.|[^\s]")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
# After one of these a slash begins a regular expression, elsewhere it divides.
_BEFORE_REGEX = frozenset(
    [*"(,=:[!&|?{};+-*%<>~^", "=>", "&&", "||", "??", "===", "!==", "==", "!="]
)
_WORDS_BEFORE_REGEX = frozenset(("return", "typeof", "case", "in", "of", "delete", "void", "throw"))
OPENING = {"(": ")", "[": "]", "{": "}"}
_CLOSING = frozenset(OPENING.values())


class Kind(StrEnum):
    """What a token is."""

    NAME = "name"
    NUMBER = "number"
    STRING = "string"
    TEMPLATE = "template"
    REGEX = "regex"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Token:
    """One token; a string's `text` is its content, a template's is its source."""

    kind: Kind
    text: str
    line: int

    def is_sign(self, *texts: str) -> bool:
        """Whether it is one of these signs."""
        return self.kind is Kind.SIGN and self.text in texts

    def is_name(self, *texts: str) -> bool:
        """Whether it is one of these names."""
        return self.kind is Kind.NAME and self.text in texts


Tokens = tuple[Token, ...]


def tokenize(text: str) -> Tokens:
    """The tokens of a script; what is no JavaScript comes out as single signs; never fails."""
    return tuple(_scan(text[:MAX_CHARS]))


def _scan(text: str) -> Iterator[Token]:
    position, line = 0, 1
    last: Token | None = None
    while position < len(text):
        skipped = _SPACE.match(text, position) or _COMMENT.match(text, position)
        if skipped:
            line += skipped[0].count("\n")
            position = skipped.end()
            continue
        last, end = _next_token(text, position, line, last)
        yield last
        line += text.count("\n", position, end)
        position = end


def _next_token(text: str, position: int, line: int, last: Token | None) -> tuple[Token, int]:
    if text[position] == "`":
        end = _template_end(text, position)
        return Token(Kind.TEMPLATE, text[position + 1 : end - 1], line), end
    for pattern, kind in ((_NAME, Kind.NAME), (_NUMBER, Kind.NUMBER), (_STRING, Kind.STRING)):
        match = pattern.match(text, position)
        if match:
            return Token(kind, _content(match, kind), line), match.end()
    if text[position] == "/" and _may_be_regex(last):
        match = _REGEX.match(text, position)
        if match:
            return Token(Kind.REGEX, match[0], line), match.end()
    sign = _SIGN.match(text, position)
    end = sign.end() if sign else position + 1
    return Token(Kind.SIGN, text[position:end], line), end


def _content(match: re.Match[str], kind: Kind) -> str:
    if kind is not Kind.STRING:
        return match[0]
    return _ESCAPE.sub(r"\1", match[1] if match[1] is not None else match[2])


def _may_be_regex(last: Token | None) -> bool:
    if last is None:
        return True
    return last.is_sign(*_BEFORE_REGEX) or last.is_name(*_WORDS_BEFORE_REGEX)


def _template_end(text: str, start: int, nested: int = 0) -> int:
    """The position after the closing backtick; templates may stand in templates."""
    position, depth = start + 1, 0
    while position < len(text):
        char = text[position]
        if char == "\\":
            position += 1
        elif text.startswith("${", position):
            depth += 1
            position += 1
        elif char == "}" and depth:
            depth -= 1
        elif char == "`" and depth and nested < _MAX_NESTED:
            position = _template_end(text, position, nested + 1) - 1
        elif char == "`":
            return position + 1
        position += 1
    return len(text)


def closing(tokens: Tokens, opening: int) -> int:
    """The index of the bracket that closes the one at `opening`, else where looking for it ends."""
    depth = 0
    end = min(len(tokens), opening + _FAR)
    for index in range(opening, end):
        token = tokens[index]
        if token.kind is not Kind.SIGN:
            continue
        if token.text in OPENING:
            depth += 1
        elif token.text in _CLOSING:
            depth -= 1
            if depth == 0:
                return index
    return end


def until(tokens: Tokens, start: int, ends: Callable[[Token], bool]) -> Tokens:
    """The tokens from `start` to the first one outside brackets that ends them."""
    index = start
    end = min(len(tokens), start + _FAR)
    while index < end:
        token = tokens[index]
        if ends(token) or (token.kind is Kind.SIGN and token.text in _CLOSING):
            break
        is_open = token.kind is Kind.SIGN and token.text in OPENING
        index = closing(tokens, index) + 1 if is_open else index + 1
    return tokens[start:index]


def is_comma(token: Token) -> bool:
    """Whether a token ends an argument."""
    return token.is_sign(",", ";")


def properties(tokens: Tokens, opening: int) -> Iterator[tuple[Token, Tokens]]:
    """Key and value of each property of the object literal that begins at `opening`."""
    index, end = opening + 1, closing(tokens, opening)
    while index < end:
        key = tokens[index]
        value = until(tokens[:end], index, is_comma)
        if len(value) > 1 and value[1].is_sign(":"):
            yield key, value[2:]
        elif key.kind is Kind.NAME and (len(value) == 1 or value[1].is_sign("(")):
            yield key, value
        index += len(value) + 1
