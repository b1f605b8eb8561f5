"""JavaScript and TypeScript text → where it listens and which health route it has."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from draftpy.inspectors.facts import Evidence
from draftpy.inspectors.python_shapes import HEALTH_PATHS, Listening

_COMMENT_OR_STRING = re.compile(
    r"""(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)"""
    r"""|(?P<comment>//[^\n]*|/\*.*?\*/)""",
    re.DOTALL,
)
_LISTEN = re.compile(r"(?:\.listen|\bserve)\s*\(")
_CONSTANT = re.compile(r"\b(?:const|let|var)\s+(\w+)(?:\s*:\s*\w+)?\s*=\s*([^;\n]+)")
_VARIABLE = re.compile(r"process\.env(?:\.(\w+)|\[\s*[\"'](\w+)[\"']\s*\])")
_PORT_KEY = re.compile(r"\bport\s*(?::\s*([^,}\n]+)|(?=[,}]))")
_HOST = re.compile(r"[\"'](localhost|127\.0\.0\.1|::1)[\"']")
_ANY_HOST = re.compile(r"\bhost(?:name)?\s*[:,}]|[\"'](?:0\.0\.0\.0|::)[\"']")
_ROUTE = re.compile(r"\b(?:app|server|fastify)\.get\(\s*[\"'](/[\w/-]+)[\"']")
_CREATES = re.compile(r"\b(?:createServer|createSecureServer)\s*\(")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptShape:
    """What one script holds that matters for running it."""

    path: str
    listening: Listening | None = None
    names_host: bool = False
    health_path: str = ""
    health_line: int = 0
    creates_server: bool = False
    lines: tuple[str, ...] = ()

    def evidence_at(self, line: int, means: str) -> Evidence:
        """A line of the script."""
        text = self.lines[line - 1].strip() if 0 < line <= len(self.lines) else ""
        return Evidence(file=self.path, line=line, text=text, means=means)


def parse_script(path: str, text: str) -> ScriptShape:
    """Look at a script without its comments; there is no JavaScript parser at hand."""
    code = _without_comments(text)
    health = next(_health_routes(code), ("", 0))
    listening, call = _find_listening(code)
    return ScriptShape(
        path=path,
        listening=listening,
        names_host=bool(_ANY_HOST.search(call)),
        health_path=health[0],
        health_line=health[1],
        creates_server=bool(_CREATES.search(code)),
        lines=tuple(text.splitlines()),
    )


def _without_comments(text: str) -> str:
    """Comments turned into empty space, so that lines keep their numbers."""

    def blank(match: re.Match[str]) -> str:
        if match["string"] is not None:
            return match[0]
        return re.sub(r"[^\n]", " ", match[0])

    return _COMMENT_OR_STRING.sub(blank, text)


def _find_listening(code: str) -> tuple[Listening | None, str]:
    constants = {match[1]: match[2] for match in _CONSTANT.finditer(code)}
    for match in _LISTEN.finditer(code):
        call = _arguments(code, match.end())
        line = code.count("\n", 0, match.start()) + 1
        expression = _port_expression(call)
        name = expression.strip()
        port_line = line
        if name in constants:
            expression = constants[name]
            port_line = _line_of(code, rf"\b(?:const|let|var)\s+{re.escape(name)}\b") or line
        port, variable = _read_port(expression)
        host = _HOST.search(call)
        return (
            Listening(
                line=line,
                port=port,
                port_line=port_line,
                variable=variable,
                host=host[1] if host else "",
            ),
            call,
        )
    return None, ""


def _arguments(code: str, start: int) -> str:
    """The text between the brackets of a call."""
    depth = 1
    for position in range(start, min(len(code), start + 2000)):
        depth += {"(": 1, ")": -1}.get(code[position], 0)
        if depth == 0:
            return code[start:position]
    return code[start : start + 200]


def _port_expression(call: str) -> str:
    """The first argument, or the `port` of the object given there."""
    if call.lstrip().startswith("{") or "{" in call.partition(",")[0]:
        match = _PORT_KEY.search(call)
        return (match[1] or "port") if match else ""
    depth = 0
    for position, char in enumerate(call):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            return call[:position]
    return call


def _read_port(expression: str) -> tuple[int, str]:
    variable = _VARIABLE.search(expression)
    numbers = [int(n) for n in re.findall(r"(?<![\w.])(\d{2,5})(?![\w.])", expression)]
    # parseInt's radix is the one other number that stands in such expressions.
    ports = [n for n in numbers if 0 < n < 65536 and not (n == 10 and "parseInt" in expression)]
    return ports[-1] if ports else 0, (variable[1] or variable[2]) if variable else ""


def _health_routes(code: str) -> Iterator[tuple[str, int]]:
    for match in _ROUTE.finditer(code):
        if match[1] in HEALTH_PATHS:
            yield match[1], code.count("\n", 0, match.start()) + 1


def _line_of(code: str, pattern: str) -> int:
    match = re.search(pattern, code)
    return code.count("\n", 0, match.start()) + 1 if match else 0
