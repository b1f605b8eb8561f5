"""JavaScript tokens → the call that opens a port, and where the port is from."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from draftpy.inspectors.node.js_tokens import (
    Kind,
    Token,
    Tokens,
    closing,
    is_comma,
    properties,
    until,
)

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PORT_NAME = re.compile(r"[A-Z0-9_]*PORT|port|[a-z]\w*Port")
_PORT_VARIABLE = re.compile(r"[A-Z0-9_]*PORT")
_HOST_VARIABLE = re.compile(r"[A-Z0-9_]*(?:HOST|HOSTNAME|ADDRESS)")
_MAX_CALLS = 40
# What a port is set to is short.
_MAX_EXPRESSION = 80
_DECLARES = ("const", "let", "var")


@dataclass(frozen=True, slots=True, kw_only=True)
class PortSource:
    """Where a port is from: a number, the variable that moves it, and its line."""

    line: int
    port: int = 0
    variable: str = ""

    @property
    def is_known(self) -> bool:
        """Whether it says anything."""
        return bool(self.port or self.variable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """A call that opens a port; `host` and `host_variable` are "" where it names none."""

    line: int
    port: PortSource
    host: str = ""
    host_variable: str = ""
    names_host: bool = False


def find_constants(tokens: Tokens) -> dict[str, Tokens]:
    """Name → the tokens of what it is set to; the default of a variable taken apart."""
    found: dict[str, Tokens] = {}
    for index, token in enumerate(tokens):
        part = tokens[index + 1 : index + 1 + _MAX_EXPRESSION] if token.is_name(*_DECLARES) else ()
        if len(part) < 2:
            continue
        if part[0].is_sign("{"):
            found.update(_taken_apart(part, 0))
            continue
        left = until(part, 0, lambda t: t.is_sign("=", ";", ",") or t.is_name("of", "in"))
        if len(left) < len(part) and part[len(left)].is_sign("="):
            found.setdefault(part[0].text, _expression(part, len(left) + 1))
    return found


def _taken_apart(tokens: Tokens, opening: int) -> dict[str, Tokens]:
    """`const { PORT = 3000 } = process.env`: each name as if it read its variable."""
    end = closing(tokens, opening)
    source = tokens[end + 1 : end + 5]
    if [t.text for t in source[:4]] != ["=", "process", ".", "env"]:
        return {}
    found: dict[str, Tokens] = {}
    index = opening + 1
    while index < end:
        part = until(tokens[:end], index, is_comma)
        if part and part[0].kind is Kind.NAME:
            aliased = len(part) > 2 and part[1].is_sign(":")
            local = part[2].text if aliased else part[0].text
            found[local] = (*source[1:4], Token(Kind.SIGN, ".", part[0].line), *part)
        index += len(part) + 1
    return found


def _expression(tokens: Tokens, start: int) -> Tokens:
    """The tokens of an expression, which a new statement on a new line ends, too."""
    whole = until(tokens, start, is_comma)
    for index in range(1, len(whole)):
        before, token = whole[index - 1], whole[index]
        if token.line > before.line and token.kind is Kind.NAME and before.kind is not Kind.SIGN:
            return whole[:index]
    return whole


def find_listening(tokens: Tokens, constants: Mapping[str, Tokens]) -> Listening | None:
    calls = islice(_calls(tokens, constants), _MAX_CALLS)
    found = [call for call in calls if call is not None]
    return next((call for call in found if call.port.is_known), found[0] if found else None)


def _calls(tokens: Tokens, constants: Mapping[str, Tokens]) -> Iterator[Listening | None]:
    for index in range(len(tokens) - 1):
        token = tokens[index]
        if not token.is_name("listen", "serve") or not tokens[index + 1].is_sign("("):
            continue
        before = tokens[index - 1] if index else token
        is_listen = token.text == "listen" and before.is_sign(".", "?.")
        is_serve = token.text == "serve" and not before.is_name("function")
        if is_listen or is_serve:
            inside = tokens[index + 2 : closing(tokens, index + 1)]
            yield _listening(token.line, inside, constants, is_serve=is_serve)


def _listening(
    line: int, inside: Tokens, constants: Mapping[str, Tokens], *, is_serve: bool
) -> Listening | None:
    arguments = list(_arguments(inside))
    first = arguments[0] if arguments else ()
    if not is_serve and (not first or _is_function(first)):
        return None  # `history.listen(() => …)` opens no port.
    options = next((arg for arg in arguments if arg and arg[0].is_sign("{")), ())
    keys = {key.text: value for key, value in properties(options, 0)} if options else {}
    if not is_serve and options is first and not {"port", "host", "path", "fd"} & keys.keys():
        return None
    port = keys.get("port", () if options or is_serve else first)
    host = keys.get("hostname", keys.get("host", ()))
    if not host and len(arguments) > 1 and not options and not _is_function(arguments[1]):
        host = arguments[1]
    shown = _resolved(host, constants)
    return Listening(
        line=line,
        port=_port_source(port, constants) or PortSource(line=line),
        host=next((t.text for t in shown if t.kind is Kind.STRING and t.text in _LOOPBACK), ""),
        host_variable=_variable(shown, _HOST_VARIABLE),
        names_host=bool(host),
    )


def _arguments(inside: Tokens) -> Iterator[Tokens]:
    index = 0
    while index < len(inside):
        argument = until(inside, index, is_comma)
        yield argument
        index += len(argument) + 1


def _is_function(argument: Tokens) -> bool:
    return (
        any(token.is_sign("=>") or token.is_name("function") for token in argument[:1])
        or (argument[0].is_sign("(") and any(token.is_sign("=>") for token in argument))
        or (len(argument) > 1 and argument[1].is_sign("=>"))
    )


def _resolved(expression: Tokens, constants: Mapping[str, Tokens]) -> Tokens:
    """The expression with the names in it replaced by what they are set to, one level deep."""
    result: list[Token] = []
    for index, token in enumerate(expression):
        is_member = index > 0 and expression[index - 1].is_sign(".", "?.")
        known = () if is_member else constants.get(token.text, ())
        result += known if token.kind is Kind.NAME and known else (token,)
    return tuple(result)


def _port_source(expression: Tokens, constants: Mapping[str, Tokens]) -> PortSource | None:
    if not expression:
        return None
    # What is longer is no port that somebody wrote, and junk must not take long.
    start = expression[:_MAX_EXPRESSION]
    shown = _resolved(_resolved(start, constants), constants)[: 2 * _MAX_EXPRESSION]
    variable = _variable(shown, _PORT_VARIABLE) or _variable(shown, None)
    # parseInt's radix is the one other number that stands in such expressions.
    numbers = [
        (int(t.text), t.line) for t in shown if t.kind is not Kind.SIGN and t.text.isdecimal()
    ]
    ports = [(n, line) for n, line in numbers if 10 < n < 65536]
    found = ports[-1] if ports else (0, shown[0].line)
    return PortSource(line=found[1], port=found[0], variable=variable)


def _variable(shown: Tokens, pattern: re.Pattern[str] | None) -> str:
    """The environment variable that an expression reads: `process.env.X`, `get("X")`."""
    for index, token in enumerate(shown):
        after_env = index > 1 and any(
            t.is_name("env", "environment") for t in shown[index - 2 : index]
        )
        in_call = token.kind is Kind.STRING and index > 0 and shown[index - 1].is_sign("(", "[")
        is_name = token.kind in (Kind.NAME, Kind.STRING) and token.text not in ("env", "get")
        if not is_name or not (after_env or in_call):
            continue
        if pattern.fullmatch(token.text) if pattern else after_env and token.text.isupper():
            return token.text
    return ""


def find_port_settings(tokens: Tokens, constants: Mapping[str, Tokens]) -> Iterator[PortSource]:
    """`port: process.env.PORT || 3000` in settings; `PORT: z.coerce.number()` in a schema."""
    for index in range(1, len(tokens) - 1):
        token = tokens[index]
        is_key = tokens[index + 1].is_sign(":") and tokens[index - 1].is_sign("{", ",")
        if not is_key or not _PORT_NAME.fullmatch(token.text) or token.kind is Kind.NUMBER:
            continue
        value = until(tokens, index + 2, is_comma)
        source = _port_source(value, constants)
        if source is None:
            continue
        is_schema = token.text.isupper() and any(t.is_sign("(") for t in value)
        variable = source.variable or (token.text if is_schema else "")
        found = PortSource(line=source.line, port=source.port, variable=variable)
        if found.is_known:
            yield found
