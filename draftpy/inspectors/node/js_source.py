"""JavaScript and TypeScript text → what matters for running it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from draftpy.inspectors.facts import Evidence
from draftpy.inspectors.node.js_listening import (
    Listening,
    PortSource,
    find_constants,
    find_listening,
    find_port_settings,
)
from draftpy.inspectors.node.js_tokens import Kind, Tokens, properties, tokenize

_SERVERS = ("createServer", "createSecureServer", "createHttpServer")
_HEALTH_PATHS = (
    *("/healthz", "/health", "/livez", "/readyz", "/ping", "/_health"),
    *("/api/health", "/api/healthz"),
)
_ROUTERS = ("app", "server", "fastify", "api", "web", "http", "router")
_FALLBACKS = ("||", "??", "?", "===", "!==", "==", "!=", "&&", "??=", "||=")
_WRITERS = (
    *("writeFile", "writeFileSync", "appendFile", "appendFileSync", "createWriteStream"),
    *("mkdir", "mkdirSync"),
)
# Set by the runtime, the platform or the tools themselves.
_GIVEN_VARIABLES = re.compile(r"NODE_ENV|.*PORT|HOST|HOSTNAME|CI|TZ|PWD|HOME|PATH|DEBUG|npm_.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptShape:
    """What one script holds that matters for running it."""

    path: str
    imports: frozenset[str] = frozenset()
    listening: Listening | None = None
    port_setting: PortSource | None = None
    health: tuple[str, int] = ("", 0)
    creates_server: bool = False
    exports_fetch: bool = False
    uses: frozenset[str] = frozenset()
    needed: Mapping[str, int] = field(default_factory=dict)
    writes: int = 0
    lines: tuple[str, ...] = ()

    def evidence_at(self, line: int, means: str) -> Evidence:
        """A line of the script."""
        text = self.lines[line - 1].strip() if 0 < line <= len(self.lines) else ""
        return Evidence(file=self.path, line=line, text=text, means=means)


def parse_script(path: str, text: str) -> ScriptShape:
    """Look at a script's tokens; there is no JavaScript parser at hand."""
    tokens = tokenize(text)
    constants = find_constants(tokens)
    names = frozenset(token.text for token in tokens if token.kind is Kind.NAME)
    return ScriptShape(
        path=path,
        imports=frozenset(_imports(tokens)),
        listening=find_listening(tokens, constants),
        port_setting=next(find_port_settings(tokens, constants), None),
        health=next(_health_routes(tokens), ("", 0)),
        creates_server=any(name in names for name in _SERVERS),
        exports_fetch=_exports_fetch(tokens),
        uses=names & {"Bun", "Deno"},
        needed=dict(_needed_variables(tokens)),
        writes=next((t.line for t in tokens if t.kind is Kind.NAME and t.text in _WRITERS), 0),
        lines=tuple(text.splitlines()),
    )


def _imports(tokens: Tokens) -> Iterator[str]:
    """What stands in import, export … from, require() and import()."""
    for index, token in enumerate(tokens):
        if token.kind is not Kind.STRING or index == 0:
            continue
        before = tokens[index - 1]
        is_call = (
            before.is_sign("(") and index > 1 and tokens[index - 2].is_name("require", "import")
        )
        if before.is_name("from", "import") or is_call:
            yield token.text


def _health_routes(tokens: Tokens) -> Iterator[tuple[str, int]]:
    for index in range(3, len(tokens)):
        token = tokens[index]
        if token.kind is not Kind.STRING or token.text not in _HEALTH_PATHS:
            continue
        before = tokens[index - 4 : index]
        is_route = [t.text for t in before[-3:]] == [".", "get", "("]
        if is_route and (before[0].is_name(*_ROUTERS) or before[0].is_sign(")")):
            yield token.text, token.line


def _exports_fetch(tokens: Tokens) -> bool:
    """`export default { fetch }`, or an app made by a constructor: what Bun and Deno serve."""
    for index in range(len(tokens) - 2):
        if tokens[index].is_name("export") and tokens[index + 1].is_name("default"):
            if tokens[index + 2].is_sign("{"):
                return any(key.text == "fetch" for key, _ in properties(tokens, index + 2))
            return tokens[index + 2].is_name("app", "server")
    return False


def _needed_variables(tokens: Tokens) -> Iterator[tuple[str, int]]:
    """Variables that are read without a value to fall back to, and where."""
    for index in range(len(tokens) - 3):
        if not (tokens[index].is_name("process") and tokens[index + 2].is_name("env")):
            continue
        bracketed = tokens[index + 3].is_sign("[")
        if index + 4 >= len(tokens) or not (bracketed or tokens[index + 3].is_sign(".")):
            continue
        name = tokens[index + 4]
        after = index + (6 if bracketed else 5)
        has_other = after < len(tokens) and tokens[after].is_sign(*_FALLBACKS, "=")
        is_asked = index > 0 and tokens[index - 1].is_sign("!", "&&", "||", "??")
        is_constant = name.text.isupper() and not _GIVEN_VARIABLES.fullmatch(name.text)
        if is_constant and not has_other and not is_asked:
            yield name.text, name.line
