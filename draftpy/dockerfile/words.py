"""Words of a Dockerfile: $VARIABLES replaced, KEY=value pairs split."""

import re
from collections.abc import Iterator, Mapping

_VARIABLE = re.compile(r"([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-+?])([^}]*))?\}")
_PAIR = re.compile(r"""([^\s=]+)=((?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])*)""")


def expand(text: str, variables: Mapping[str, str], escape: str = "\\") -> str:
    """Replace `$A`, `${A}`, `${A:-default}`, `${A:+given}`; quotes go, single ones protect."""
    return "".join(_expanded(text, variables, escape))


def split_pairs(text: str) -> tuple[tuple[str, str], ...]:
    """The pairs of `A=1 B="two words"`, or of the old form `A the rest`."""
    pairs = tuple((match[1], match[2]) for match in _PAIR.finditer(text))
    if pairs and text.lstrip().startswith(f"{pairs[0][0]}="):
        return pairs
    name, _, value = text.strip().partition(" ")
    return ((name, value.strip()),)


def _expanded(text: str, variables: Mapping[str, str], escape: str) -> Iterator[str]:
    quote = ""
    position = 0
    while position < len(text):
        char = text[position]
        position += 1
        if char == escape and position < len(text) and quote != "'":
            yield text[position]
            position += 1
        elif char in "\"'" and quote in ("", char):
            quote = "" if quote else char
        elif char == "$" and quote != "'" and (match := _VARIABLE.match(text, position)):
            position = match.end()
            yield _value(match, variables)
        else:
            yield char


def _value(match: re.Match[str], variables: Mapping[str, str]) -> str:
    name, operator, word = match[1] or match[2], match[3] or "", match[4] or ""
    value = variables.get(name)
    is_set = bool(value) if operator.startswith(":") else value is not None
    if operator.endswith("-"):
        return value or "" if is_set else expand(word, variables)
    if operator.endswith("+"):
        return expand(word, variables) if is_set else ""
    return value or ""
