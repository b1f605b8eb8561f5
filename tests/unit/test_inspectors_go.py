from pathlib import Path

import pytest

from tests.support.source import facts_of

MOD = {"go.mod": "module example.com/shop\n\ngo 1.22.3\n"}
MAIN = (
    'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":9090", nil)\n}\n'
)
SCRIPT = "package main\n\nfunc main() {}\n"


@pytest.mark.parametrize(
    ("files", "package"),
    [
        ({"main.go": MAIN, "cmd/server/main.go": MAIN}, "."),
        ({"cmd/admin/main.go": SCRIPT, "cmd/server/main.go": MAIN}, "./cmd/server"),
        ({"cmd/admin/main.go": SCRIPT, "cmd/shop/main.go": MAIN}, "./cmd/shop"),
        ({"tools/x/main.go": SCRIPT}, "./tools/x"),
        ({"gen.go": "//go:build ignore\n\n" + SCRIPT, "cmd/a/main.go": SCRIPT}, "./cmd/a"),
        ({"doc.go": "// package main\n// func main()\npackage shop\n"}, None),
        ({"main_test.go": SCRIPT}, None),
    ],
)
def test_main_package(tmp_path: Path, files: dict[str, str], package: str | None) -> None:
    assert facts_of(tmp_path, {**MOD, **files}).find_value("go.package") == package


def test_other_programs_are_named(tmp_path: Path) -> None:
    files = {**MOD, "cmd/admin/main.go": SCRIPT, "cmd/server/main.go": MAIN}
    problem = facts_of(tmp_path, files).problems[0]
    assert "others: cmd/admin" in problem.what
    assert problem.is_note


def test_literal_port(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {**MOD, "main.go": MAIN})
    assert facts.find_value("go.port") == 9090
    assert facts.find_value("go.port_variable") is None


def test_port_from_the_environ(tmp_path: Path) -> None:
    code = MAIN.replace('":9090"', '":" + os.Getenv("APP_PORT")')
    facts = facts_of(tmp_path, {**MOD, "main.go": code})
    assert facts.find_value("go.port") == 8080
    assert facts.find_value("go.port_variable") == "APP_PORT"


def test_program_that_does_not_listen_is_a_worker(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {**MOD, "main.go": SCRIPT})
    assert facts.find_value("go.kind") == "worker"
    assert facts.find_value("go.port") is None


@pytest.mark.parametrize(
    ("lines", "version"),
    [
        ("go 1.22.3", "1.26"),
        ("go 1.27", "1.27"),
        ("go 1.22\ntoolchain go1.27.1", "1.27"),
        ("", "1.26"),
    ],
)
def test_version(tmp_path: Path, lines: str, version: str) -> None:
    files = {"go.mod": f"module m\n{lines}\n", "main.go": MAIN}
    assert facts_of(tmp_path, files).find_value("go.version") == version


def test_assets_are_copied_unless_embedded(tmp_path: Path) -> None:
    files = {**MOD, "main.go": MAIN, "templates/a.html": ""}
    assert facts_of(tmp_path, files).find_value("go.assets") == ("templates",)
    files["main.go"] = MAIN + "//go:embed templates\nvar t string\n"
    assert facts_of(tmp_path, files).find_value("go.assets") == ()


def test_framework(tmp_path: Path) -> None:
    mod = "module m\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.10.0\n)\n"
    code = MAIN.replace('"net/http"', '"github.com/gin-gonic/gin"')
    facts = facts_of(tmp_path, {"go.mod": mod, "main.go": code})
    assert facts.find_value("go.framework_title") == "Gin"
    assert facts.find_value("go.framework_version") == "1.10"


def test_framework_that_another_program_imports_says_nothing(tmp_path: Path) -> None:
    mod = "module m\n\nrequire github.com/gin-gonic/gin v1.10.0\n"
    facts = facts_of(tmp_path, {"go.mod": mod, "main.go": SCRIPT})
    assert facts.find_value("go.framework_title") is None
    assert facts.find_value("go.kind") == "worker"


def test_server_of_an_imported_package_counts(tmp_path: Path) -> None:
    main = 'package main\n\nimport "example.com/shop/internal/web"\n\nfunc main() {}\n'
    web = 'package web\n\nfunc Run() { http.ListenAndServe(":7000", nil) }\n'
    other = web.replace("7000", "7001")
    files = {"main.go": main, "internal/web/a.go": web, "internal/admin/a.go": other}
    facts = facts_of(tmp_path, {**MOD, **files})
    assert facts.find_value("go.port") == 7000


def test_server_goes_before_a_migration_tool(tmp_path: Path) -> None:
    files = {"cmd/dbmigrate/main.go": SCRIPT, "cmd/zeta/main.go": MAIN, "cmd/a/main.go": SCRIPT}
    assert facts_of(tmp_path, {**MOD, **files}).find_value("go.package") == "./cmd/zeta"


def test_module_within_the_module_is_not_built_from_the_root(tmp_path: Path) -> None:
    files = {
        "tools/go.mod": "module tools\n",
        "tools/server/main.go": MAIN,
        "cmd/x/main.go": SCRIPT,
    }
    assert facts_of(tmp_path, {**MOD, **files}).find_value("go.package") == "./cmd/x"


def test_workspace_without_a_module_at_its_root(tmp_path: Path) -> None:
    files = {
        "go.work": "go 1.25\n\nuse (\n\t./lib\n\t./svc // the server\n)\n",
        "lib/go.mod": "module example.com/lib\n",
        "lib/lib.go": "package lib\n",
        "svc/go.mod": "module example.com/svc\n",
        "svc/cmd/api/main.go": MAIN,
    }
    facts = facts_of(tmp_path, files)
    assert facts.find_value("go.manifest") == "go.work"
    assert facts.find_value("go.package") == "./svc/cmd/api"
    assert facts.find_value("go.needs_source") is True


def test_program_for_another_system_is_left_out(tmp_path: Path) -> None:
    files = {"main_windows.go": MAIN, "cmd/b/main.go": SCRIPT}
    assert facts_of(tmp_path, {**MOD, **files}).find_value("go.package") == "./cmd/b"


def test_cgo_is_known_by_an_import(tmp_path: Path) -> None:
    mod = MOD["go.mod"] + "require github.com/mattn/go-sqlite3 v1.14.0\n"
    code = MAIN.replace('"net/http"', '(\n\t_ "github.com/mattn/go-sqlite3"\n)')
    fact = facts_of(tmp_path, {"go.mod": mod, "main.go": code}).find("go.uses_cgo")
    assert fact
    assert fact.value is True
    assert fact.evidence
    assert fact.evidence.place == "go.mod:4"


COBRA = 'package cmd\n\nvar serveCmd = &cobra.Command{\n\tUse:   "serve",\n}\n'


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (COBRA + "func init() {\n\trootCmd.AddCommand(serveCmd)\n}\n", ("serve",)),
        (
            "package cmd\n\nfunc newServe() *cobra.Command {\n\treturn &cobra.Command{\n"
            '\t\tUse: "server [flags]",\n\t}\n}\n\nfunc R() {\n\tcmd.AddCommand(newServe())\n}\n',
            ("server",),
        ),
        (COBRA + "func init() {\n\tgatewayCmd.AddCommand(serveCmd)\n}\n", None),
        (COBRA.replace("serve", "version"), None),
    ],
)
def test_command_that_serves(tmp_path: Path, code: str, arguments: object) -> None:
    main = 'package main\n\nimport "example.com/shop/cmd"\n\nfunc main() {}\n'
    facts = facts_of(tmp_path, {**MOD, "main.go": main, "cmd/serve.go": code})
    assert facts.find_value("go.arguments") == arguments


def test_client_of_grpc_is_no_server_of_it(tmp_path: Path) -> None:
    mod = MOD["go.mod"] + "require google.golang.org/grpc v1.60.0\n"
    main = 'package main\n\nimport "google.golang.org/grpc"\n\nfunc main() { BODY }\n'
    client = facts_of(tmp_path, {"go.mod": mod, "main.go": main.replace("BODY", "grpc.Dial(a)")})
    assert client.find_value("go.framework_title") is None
    code = main.replace("BODY", "grpc.NewServer()")
    server = facts_of(tmp_path, {"go.mod": mod, "main.go": code})
    assert server.find_value("go.framework_title") == "gRPC"


@pytest.mark.parametrize(
    ("code", "port"),
    [
        ('redis.New("localhost:6379")\n\thttp.ListenAndServe(":9000", nil)', 9000),
        ('http.Server{Addr: ":9001"}', 9001),
        ('net.Listen("tcp", ":50051")', 50051),
        ('flag.Int("port", 4000, "")\n\thttp.ListenAndServe(a, nil)', 4000),
        ("const port = 4001\n\thttp.ListenAndServe(a, nil)", 4001),
    ],
)
def test_port(tmp_path: Path, code: str, port: int) -> None:
    main = f"package main\n\nfunc main() {{\n\t{code}\n}}\n"
    assert facts_of(tmp_path, {**MOD, "main.go": main}).find_value("go.port") == port


@pytest.mark.parametrize(
    "code", ['getEnv("APP_PORT", "3000")', 'os.LookupEnv("APP_PORT")', 'P int `env:"APP_PORT"`']
)
def test_port_variable(tmp_path: Path, code: str) -> None:
    main = MAIN.replace("func main() {", f"func main() {{\n\t{code}")
    facts = facts_of(tmp_path, {**MOD, "main.go": main})
    assert facts.find_value("go.port_variable") == "APP_PORT"


def test_files_that_are_opened_by_name_are_copied(tmp_path: Path) -> None:
    main = MAIN.replace("func main() {", 'func main() {\n\tos.ReadFile("./config.yaml")')
    files = {"main.go": main, "config.yaml": "", "other.yaml": ""}
    assert facts_of(tmp_path, {**MOD, **files}).find_value("go.assets") == ("config.yaml",)


def test_main_without_a_module(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"main.go": MAIN})
    assert facts.find_value("go.needs_module") is True
    assert facts.find_value("go.package") == "."
    assert facts.find_value("go.manifest") is None


def test_module_without_a_name_is_named(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"go.mod": "go 1.25\n", "main.go": MAIN})
    assert facts.problems[0].what == "names no module"


def test_missing_sums(tmp_path: Path) -> None:
    mod = MOD["go.mod"] + "require github.com/gorilla/mux v1.8.0\n"
    files = {"go.mod": mod, "main.go": MAIN}
    assert facts_of(tmp_path, files).find_value("go.needs_sums") is True
    files["go.sum"] = "x"
    assert facts_of(tmp_path, files).find_value("go.needs_sums") is False


def test_procfile_names_the_program_and_its_arguments(tmp_path: Path) -> None:
    files = {"cmd/server/main.go": MAIN, "cmd/zoo/main.go": MAIN}
    procfile = {"Procfile": "web: bin/zoo --listen $PORT\n"}
    facts = facts_of(tmp_path, {**MOD, **files, **procfile})
    assert facts.find_value("go.package") == "./cmd/zoo"
    assert facts.find_value("go.arguments") == ("--listen", "{port}")
