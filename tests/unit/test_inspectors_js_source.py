import pytest

from draftpy.inspectors.node.js_source import parse_script
from draftpy.inspectors.node.js_tokens import Kind, tokenize


def texts(code: str) -> list[str]:
    return [token.text for token in tokenize(code)]


def test_comments_are_gone_and_lines_are_kept() -> None:
    tokens = tokenize("#!/usr/bin/env node\n// a\n/* b\n */ x // c")
    assert [(t.text, t.line) for t in tokens] == [("x", 4)]


@pytest.mark.parametrize(
    ("code", "kinds"),
    [
        ("a / b / c", ["name", "sign", "name", "sign", "name"]),
        ("x = /[/'\"]\\//g", ["name", "sign", "regex"]),
        ("return /x'/.test(y)", ["name", "regex", "sign", "name", "sign", "name", "sign"]),
        ("`a${`b${c}`}'`", ["template"]),
        ("'it\\'s'", ["string"]),
        ("'open", ["sign", "name"]),
        ("a ?? 3000", ["name", "sign", "number"]),
    ],
)
def test_kinds(code: str, kinds: list[str]) -> None:
    assert [str(token.kind) for token in tokenize(code)] == kinds


def test_what_never_closes_ends() -> None:
    assert tokenize("`a ${ b")[0].kind is Kind.TEMPLATE
    assert texts("/* never") == []
    assert parse_script("x.js", "app.listen({ port: (3000").listening is not None


@pytest.mark.parametrize(
    ("code", "port", "variable"),
    [
        ("const { PORT = 3000, X } = process.env\napp.listen(PORT)", 3000, "PORT"),
        ("const port = config.get<number>('PORT')\nawait app.listen(port)", 0, "PORT"),
        ("const port = normalizePort(process.env.PORT || '3000');\ns.listen(port)", 3000, "PORT"),
        ("const p = +(process.env['HTTP_PORT'] ?? 80)\nx()\ns.listen(p)", 80, "HTTP_PORT"),
        ("Bun.serve({ port: Bun.env.PORT ?? 3001, fetch(r) {} })", 3001, "PORT"),
        ("serve({ fetch: app.fetch, port: 8787 }, (i) => {})", 8787, ""),
        ("new Elysia().get('/', () => 'x').listen(3000)", 3000, ""),
        ("app.listen(0x1F90)", 0, ""),
        ("app.listen(\n  {\n host: '0.0.0.0',\n port: 5000 }\n)", 5000, ""),
    ],
)
def test_port_of_a_call(code: str, port: int, variable: str) -> None:
    listening = parse_script("x.js", code).listening
    assert listening is not None
    assert (listening.port.port, listening.port.variable) == (port, variable)


@pytest.mark.parametrize(
    "code",
    [
        "history.listen((location) => go(location))",
        "history.listen(location => go(location))",
        "emitter.listen(function () {})",
        "function serve(a) {}",
        "x = 'app.listen(3000)'",
        "store.listen({ onChange: f })",
    ],
)
def test_what_only_looks_like_listening(code: str) -> None:
    assert parse_script("x.js", code).listening is None


@pytest.mark.parametrize(
    ("code", "port", "variable"),
    [
        ("export default { port: process.env.PORT || 5000 }", 5000, "PORT"),
        ("z.object({ PORT: z.coerce.number().default(3000) })", 3000, "PORT"),
        ("Hapi.server({ port: 3010, host: 'localhost' })", 3010, ""),
    ],
)
def test_port_of_a_setting(code: str, port: int, variable: str) -> None:
    setting = parse_script("x.js", code).port_setting
    assert setting is not None
    assert (setting.port, setting.variable) == (port, variable)


def test_host_of_a_call() -> None:
    fixed = parse_script("x.js", "s.listen(1, 'localhost')").listening
    moved = parse_script("x.js", "s.listen({ port: 1, host: process.env.HOST || '::1' })").listening
    assert fixed is not None
    assert (fixed.host, fixed.host_variable) == ("localhost", "")
    assert moved is not None
    assert moved.host_variable == "HOST"


def test_variables_without_a_value_to_fall_back_to() -> None:
    code = "a(process.env.DB_URL)\nb(process.env.X || 1)\nc(process.env['KEY'])\n!process.env.FLAG"
    assert parse_script("x.js", code).needed == {"DB_URL": 1, "KEY": 3}


def test_imports() -> None:
    code = "import a from 'a'\nimport 'b'\nconst c = require('c')\nexport * from \"d\"\nf('e')"
    assert parse_script("x.js", code).imports == {"a", "b", "c", "d"}


def test_health_route_of_a_server_only() -> None:
    assert parse_script("x.js", "app.get('/healthz', h)").health == ("/healthz", 1)
    assert parse_script("x.js", "axios.get('/healthz')").health == ("", 0)


@pytest.mark.parametrize(
    ("code", "exports"),
    [
        ("export default { port: 1, fetch: app.fetch }", True),
        ("export default { fetch(request) {} }", True),
        ("export default app", True),
        ("export default { content: [] }", False),
    ],
)
def test_default_export_that_a_runtime_serves(code: str, exports: bool) -> None:
    assert parse_script("x.js", code).exports_fetch is exports


@pytest.mark.parametrize(
    "part", ["(", "app.listen(", "const {", "const a = ", "`${", "{a:", "[{ port: ", "/*"]
)
def test_text_that_nests_without_end_ends(part: str) -> None:
    assert parse_script("x.js", part * 3000).path == "x.js"
