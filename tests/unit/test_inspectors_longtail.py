from pathlib import Path

import pytest

from draftpy.inspectors.facts import Facts
from tests.support.source import facts_of

Files = dict[str, str]
DART = "void main() async {\n  await HttpServer.bind('0.0.0.0', 8085);\n}\n"
PUBSPEC = "name: shop\nenvironment:\n  sdk: ^3.5.0\n"
SHARD = "name: shop\ntargets:\n  tool:\n    main: src/tool.cr\n  shop:\n    main: src/shop.cr\n"
CRYSTAL = 'server = HTTP::Server.new\nserver.bind_tcp "0.0.0.0", 8086\n'
LITE = "use Mojolicious::Lite;\napp->start;\n"


def start_of(facts: Facts, ecosystem: str) -> str:
    value = facts.find_value(f"{ecosystem}.start")
    return " ".join(value) if isinstance(value, tuple) else ""


@pytest.mark.parametrize(
    ("files", "main"),
    [
        ({"bin/tool.dart": DART, "bin/server.dart": DART}, "bin/server.dart"),
        ({"bin/shop.dart": DART, "bin/other.dart": DART}, "bin/shop.dart"),
        ({"main.dart": DART}, "main.dart"),
        ({"bin/part.dart": "int x = 1;\n"}, None),
    ],
)
def test_program_of_dart(tmp_path: Path, files: Files, main: str | None) -> None:
    facts = facts_of(tmp_path, {"pubspec.yaml": PUBSPEC, **files})
    assert facts.find_value("dart.main") == main


def test_port_and_kind_of_dart(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"pubspec.yaml": PUBSPEC, "bin/server.dart": DART})
    assert facts.find_value("dart.kind") == "web"
    assert facts.find_value("dart.port") == 8085
    assert facts.find_value("dart.version") == "3"


def test_flutter_is_no_server(tmp_path: Path) -> None:
    pubspec = PUBSPEC + "dependencies:\n  flutter:\n    sdk: flutter\n"
    facts = facts_of(tmp_path, {"pubspec.yaml": pubspec, "lib/main.dart": DART})
    assert facts.of("dart") == ()


def test_dart_frog_has_routes(tmp_path: Path) -> None:
    pubspec = PUBSPEC + "dependencies:\n  dart_frog: ^1.0.0\n"
    facts = facts_of(tmp_path, {"pubspec.yaml": pubspec, "routes/index.dart": ""})
    assert facts.find_value("dart.is_frog") is True
    assert facts.find_value("dart.framework_title") == "Dart Frog"


def test_broken_pubspec_is_named(tmp_path: Path) -> None:
    assert facts_of(tmp_path, {"pubspec.yaml": "a: [\n"}).problems[0].file == "pubspec.yaml"


@pytest.mark.parametrize(
    ("files", "target", "main"),
    [
        ({"shard.yml": SHARD, "src/shop.cr": "", "src/tool.cr": ""}, "shop", "src/shop.cr"),
        ({"shard.yml": SHARD, "src/tool.cr": ""}, "tool", "src/tool.cr"),
        ({"shard.yml": "name: shop\n", "src/shop.cr": ""}, "", "src/shop.cr"),
        ({"server.cr": ""}, "", "server.cr"),
    ],
)
def test_target_of_crystal(tmp_path: Path, files: Files, target: str, main: str) -> None:
    facts = facts_of(tmp_path, files)
    assert facts.find_value("crystal.target") == target
    assert facts.find_value("crystal.main") == main


def test_port_of_crystal(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"server.cr": CRYSTAL})
    assert facts.find_value("crystal.port") == 8086


def test_kemal_is_told_its_port(tmp_path: Path) -> None:
    shard = "name: shop\ndependencies:\n  kemal:\n    github: kemalcr/kemal\n"
    facts = facts_of(tmp_path, {"shard.yml": shard, "src/shop.cr": "Kemal.run\n"})
    assert start_of(facts, "crystal") == "/app/app --bind 0.0.0.0 --port {port}"


@pytest.mark.parametrize(
    ("files", "start"),
    [
        ({"app.pl": LITE}, "perl app.pl daemon --mode production --listen http://*:{port}"),
        ({"app.psgi": ""}, "plackup --env production --host 0.0.0.0 --port {port} app.psgi"),
        ({"app.psgi": "", "cpanfile": "requires 'Starman';"},
         "starman --host 0.0.0.0 --port {port} app.psgi"),
        ({"bin/app.pl": "use Dancer2;\ndance;\n"},
         "plackup --env production --host 0.0.0.0 --port {port} bin/app.pl"),
        ({"server.pl": "HTTP::Daemon->new(LocalPort => 8087);\n", "a.pl": ""}, "perl server.pl"),
        ({"a.pl": "", "b.pl": ""}, ""),
    ],
)  # fmt: skip
def test_start_of_perl(tmp_path: Path, files: Files, start: str) -> None:
    assert start_of(facts_of(tmp_path, files), "perl") == start


def test_port_of_perl(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"server.pl": "HTTP::Daemon->new(LocalPort => 8087);\n"})
    assert facts.find_value("perl.port") == 8087


def test_modules_that_perl_needs(tmp_path: Path) -> None:
    cpanfile = "requires 'Mojolicious';\non 'test' => sub { requires 'DBD::mysql'; };\n"
    files = {"app.pl": LITE + "use DBD::Pg;\n", "cpanfile": cpanfile}
    facts = facts_of(tmp_path, files)
    assert facts.find_value("perl.added") == ("DBD::Pg",)
    assert facts.find_value("perl.run_packages") == ("libpq5",)


PLUMBER = "#* @get /\nfunction() 1\n"
SHINY = "library(shiny)\nshinyApp(ui, server)\n"


@pytest.mark.parametrize(
    ("files", "framework", "call"),
    [
        ({"app.R": SHINY}, "shiny", "runApp('.', host = '0.0.0.0', port = {port})"),
        ({"ui.R": "", "server.R": ""}, "shiny", "runApp('.', host"),
        ({"plumber.R": PLUMBER}, "plumber", "pr('plumber.R')"),
        ({"api.R": PLUMBER, "run.R": "plumber::pr_run(x)\n"}, "plumber", "Rscript run.R"),
        ({"job.R": "print(1)\n"}, None, "Rscript job.R"),
        ({"R/f.R": "f <- 1\n", "R/g.R": ""}, None, ""),
    ],
)  # fmt: skip
def test_start_of_r(tmp_path: Path, files: Files, framework: str | None, call: str) -> None:
    facts = facts_of(tmp_path, files)
    assert facts.find_value("r.framework") == framework
    assert call in start_of(facts, "r")


def test_packages_of_r(tmp_path: Path) -> None:
    files = {"job.R": "library(dplyr)\nrequire('httr')\nstats::sd(1)\n# library(no)\n"}
    facts = facts_of(tmp_path, files)
    assert facts.find_value("r.packages") == ("dplyr", "httr")
    assert facts.find_value("r.libraries") == ("libcurl4-openssl-dev", "libssl-dev")


def test_port_that_a_runner_of_r_says(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"run.R": "plumber::pr_run(x, port = 7000)\n"})
    assert facts.find_value("r.port") == 7000


def test_lua(tmp_path: Path) -> None:
    code = 'local socket = require("socket")\nlocal s = socket.bind("*", 8088)\n'
    facts = facts_of(tmp_path, {"main.lua": code})
    assert start_of(facts, "lua") == "lua5.4 main.lua"
    assert facts.find_value("lua.port") == 8088
    assert facts.find_value("lua.packages") == ("lua-socket",)


def test_nginx_that_answers_by_lua(tmp_path: Path) -> None:
    config = "server {\n  listen 8089;\n  location / { \n content_by_lua_block { } }\n}\n"
    facts = facts_of(tmp_path, {"nginx.conf": config})
    assert facts.find_value("lua.is_openresty") is True
    assert facts.find_value("lua.port") == 8089


def test_scheme_on_its_loopback_is_told(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"server.scm": "(run-server f 'http '(#:port 8090))\n"})
    assert facts.find_value("scheme.port") == 8090
    assert "loopback only" in facts.problems[0].what


def test_julia(tmp_path: Path) -> None:
    project = '[deps]\nHTTP = "x"\n[compat]\njulia = "1.10"\n'
    code = 'HTTP.serve(f, "0.0.0.0", 8091)\n'
    facts = facts_of(tmp_path, {"Project.toml": project, "server.jl": code})
    assert facts.find_value("julia.port") == 8091
    assert facts.find_value("julia.framework_title") == "HTTP.jl"
    assert facts.find_value("julia.version") == "1.11"


@pytest.mark.parametrize(
    ("text", "is_free"),
    [
        ("       IDENTIFICATION DIVISION.\n", False),
        ("IDENTIFICATION DIVISION.\n", True),
        (">>SOURCE FORMAT FREE\nIDENTIFICATION DIVISION.\n", False),
    ],
)
def test_format_of_cobol(tmp_path: Path, text: str, *, is_free: bool) -> None:
    assert facts_of(tmp_path, {"main.cob": text}).find_value("cobol.is_free") is is_free


def test_programs_that_cobol_calls(tmp_path: Path) -> None:
    files = {"main.cbl": "CALL 'ADDER' USING X\n", "adder.cbl": "", "other.cbl": ""}
    facts = facts_of(tmp_path, files)
    assert facts.find_value("cobol.main") == "main.cbl"
    assert facts.find_value("cobol.others") == ("adder.cbl",)
