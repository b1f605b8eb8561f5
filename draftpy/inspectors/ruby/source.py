"""Ruby source → what it requires, serves, and where it listens."""

import re
from dataclasses import dataclass

_COMMENT_OR_STRING = re.compile(
    r"(?P<string>\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|`[^`]*`)"
    r"|(?P<block>^=begin\b.*?^=end\b[^\n]*)|(?P<line>(?<!\\)#(?!\{)[^\n]*)",
    re.DOTALL | re.MULTILINE,
)
_REQUIRE = re.compile(r"^\s*require[\s(]+[\"']([\w/.-]+)[\"']", re.MULTILINE)
_DATA = re.compile(r"^__END__\s*$.*", re.DOTALL | re.MULTILINE)
# Who listens, and where in its arguments the port stands.
_LISTENERS = (
    (re.compile(r"WEBrick::HTTPServer\.new"), "webrick"),
    (re.compile(r"\bTCPServer\.(?:new|open)\b"), "socket"),
    (re.compile(r"\bSocket\.tcp_server_loop\b"), "socket"),
    (re.compile(r"\b(?:Rackup|Rack)::(?:Handler|Server)\b"), "rack"),
    (re.compile(r"\bPuma::Server\.new\b"), "rack"),
    (re.compile(r"\bAsync::HTTP::(?:Server|Endpoint)\b"), "async"),
)
_PORT = re.compile(r"(?i:(?<!\w)port)(?::|\s*=>|\s*=(?!=)|,)\s*(\d{2,5})\b")
_ENV_PORT = re.compile(r"ENV(?:\.fetch\(|\[)\s*[\"'](\w*PORT)[\"']")
_TCP_PORT = re.compile(r"TCPServer\.(?:new|open)[\s(]+(?:[\"']([\w.:]*)[\"']\s*,\s*)?(\d{2,5})")
_BIND = re.compile(
    r"(?:\b(?:bind|BindAddress|Host|host)(?::|\s*=>)|:bind,|:BindAddress\s*=>)\s*[\"']([\w.:-]+)[\"']"
)
_HEALTH = re.compile(r"\bget[\s(]+[\"'](/(?:healthz?|up|livez|readyz|ping|status))[\"']")


@dataclass(frozen=True, slots=True, kw_only=True)
class RubyShape:
    """What one file does: `server` is webrick, socket, rack, async, or nothing."""

    requires: tuple[str, ...] = ()
    server: str = ""
    line: int = 0
    port: int = 0
    port_line: int = 0
    variable: str = ""
    host: str = ""
    health_path: str = ""
    health_line: int = 0
    code: str = ""

    def needs(self, library: str) -> bool:
        """Whether it requires this library or a part of it."""
        return any(r == library or r.startswith(f"{library}/") for r in self.requires)


def strip_comments(text: str) -> str:
    """Comments turned into empty space, so that lines keep their numbers."""

    def blank(match: re.Match[str]) -> str:
        if match["string"] is not None:
            return match[0]
        return re.sub(r"[^\n]", " ", match[0])

    return _COMMENT_OR_STRING.sub(blank, text)


def parse_ruby(text: str) -> RubyShape:
    """Read one file; what it does not say stays empty."""
    code = strip_comments(_DATA.sub("", text))
    server, line = _find_server(code)
    port, port_line, variable = _find_port(code)
    bind = _BIND.search(code)
    tcp = _TCP_PORT.search(code)
    health = _HEALTH.search(code)
    return RubyShape(
        requires=tuple(_REQUIRE.findall(code)),
        server=server,
        line=line,
        port=port,
        port_line=port_line,
        variable=variable,
        host=bind[1] if bind else (tcp[1] or "" if tcp else ""),
        health_path=health[1] if health else "",
        health_line=_line_at(code, health) if health else 0,
        code=code,
    )


def _find_server(code: str) -> tuple[str, int]:
    for pattern, name in _LISTENERS:
        match = pattern.search(code)
        if match:
            return name, _line_at(code, match)
    return "", 0


def _find_port(code: str) -> tuple[int, int, str]:
    """The literal port, its line, and the variable that moves it."""
    variable = _ENV_PORT.search(code)
    if variable:
        rest = code[variable.end() : variable.end() + 40].partition("\n")[0]
        default = re.search(r"\d{2,5}", rest)
        return int(default[0]) if default else 0, _line_at(code, variable), variable[1]
    for match in (*_PORT.finditer(code), *_TCP_PORT.finditer(code)):
        port = int(match[2] if match.re is _TCP_PORT else match[1])
        if 0 < port < 65536:
            return port, _line_at(code, match), ""
    return 0, 0, ""


def _line_at(code: str, match: re.Match[str]) -> int:
    return code.count("\n", 0, match.start()) + 1
