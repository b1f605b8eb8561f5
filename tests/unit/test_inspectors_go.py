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
    facts = facts_of(tmp_path, {"go.mod": mod, "main.go": MAIN})
    assert facts.find_value("go.framework_title") == "Gin"
    assert facts.find_value("go.framework_version") == "1.10"
