"""No file, however broken, stops an inspector; what is broken is named, the rest is known."""

import os
from pathlib import Path

import pytest

from draftpy.inspectors.facts import Fact, Findings
from draftpy.inspectors.registry import INSPECTORS, inspect_source
from draftpy.source import SourceTree, load_source
from tests.support.source import make_source, write_files

FLASK = {"requirements.txt": "flask\n", "app.py": "from flask import Flask\napp = Flask('x')\n"}
MANIFESTS = (
    *("Procfile", "Dockerfile", "docker-compose.yml", "compose.yaml", "app.json", "Makefile"),
    *("pyproject.toml", "requirements.txt", "Pipfile", "Pipfile.lock", "poetry.lock", "uv.lock"),
    *("setup.py", "setup.cfg", "manage.py", ".python-version", "environment.yml", "pdm.lock"),
    *("package.json", "package-lock.json", "pnpm-workspace.yaml", "pnpm-lock.yaml", "yarn.lock"),
    *("tsconfig.json", "deno.json", "deno.jsonc", "bun.lock", "next.config.js", "vite.config.ts"),
    *("angular.json", "turbo.json", "nx.json", ".nvmrc", "astro.config.mjs", "nuxt.config.ts"),
    *("go.mod", "go.work", "go.sum", "main.go", "pom.xml", "build.gradle", "build.gradle.kts"),
    *("settings.gradle", "build.sbt", "project.clj", "deps.edn", "Cargo.toml", "Cargo.lock"),
    *("rust-toolchain.toml", "app.csproj", "app.sln", "global.json", "Gemfile", "Gemfile.lock"),
    *("config.ru", "composer.json", "composer.lock", "artisan", "index.php", "mix.exs"),
    *("rebar.config", "gleam.toml", "Package.swift", "pubspec.yaml", "shard.yml", "stack.yaml"),
    *("app.cabal", "package.yaml", "CMakeLists.txt", "meson.build", "build.zig", "cpanfile"),
    *("app.psgi", "app.R", "renv.lock", "DESCRIPTION", "start.sh", "index.html", "server.js"),
    *("main.rs", "src/main.rs", "src/main.ts", "index.ts", "app.rb", "main.swift", "app.pl"),
    *("Program.cs", "src/main/java/App.java", "build.zig.zon", "main.dart", "bin/main.dart"),
)
JUNK = {
    "empty": b"",
    "spaces": b" \n\t\n",
    "nul": b"\0\1\2\xff\xfe\xfd" * 50,
    "latin": b"caf\xe9 = [",
    "half json": b'{"name": "x", "scripts": {',
    "half toml": b"[project\nname = \n",
    "half xml": b"<project><dependencies><dependency>",
    "half yaml": b"a: [\n  - b: {",
    "deep": b"[" * 3_000,
    "deep braces": b"{" * 2_000 + b'"' + b"(" * 2_000,
    "list": b"[1, null, {}]",
    "null": b"null",
    "number": b"42",
    "wrong kinds": b'{"name": 1, "scripts": [], "dependencies": "x", "require": 3, "engines": []}',
    "wrong tables": b"project = 1\ntool = []\n[[package]]\nname = 2\n[workspace]\nmembers = 3\n",
    "wrong yaml": b"services: 3\nweb: [1]\n? [a]\n: b\n- x\n",
    "unclosed": b"\"'`${{%<%= /* -- #{ <<EOF (\n",
    "long line": b"x = " + b"a" * 100_000,
    "utf-16": "flask\r\n".encode("utf-16"),
}


@pytest.mark.parametrize("content", JUNK.values(), ids=JUNK.keys())
def test_junk_in_every_manifest_stops_no_inspector(tmp_path: Path, content: bytes) -> None:
    for name in MANIFESTS:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    problems = inspect_source(load_source(tmp_path)).problems
    assert [problem.what for problem in problems if "a bug" in problem.remedy] == []


@pytest.mark.parametrize("inspect", INSPECTORS, ids=lambda inspect: inspect.__module__)
def test_empty_folder_has_no_facts(tmp_path: Path, inspect: object) -> None:
    assert callable(inspect)
    assert inspect(load_source(tmp_path)) == Findings()


def test_broken_manifest_is_named_and_the_rest_is_known(tmp_path: Path) -> None:
    broken = {"package.json": "{", "go.mod": "\0", "Procfile": "nonsense\n"}
    facts = inspect_source(make_source(tmp_path, {**FLASK, **broken}))
    assert {"package.json", "Procfile"} <= {problem.file for problem in facts.problems}
    assert facts.find_value("python.framework") == "flask"


def test_inspector_that_fails_hides_no_other(tmp_path: Path) -> None:
    def fails(tree: SourceTree) -> Findings:
        raise KeyError("dependencies")

    def knows(tree: SourceTree) -> Findings:
        return Findings(facts=(Fact(key="a.b", value="c"),))

    facts = inspect_source(make_source(tmp_path, {}), (fails, knows))
    assert facts.find_value("a.b") == "c"
    assert "KeyError" in facts.problems[0].what


def test_what_tools_left_behind_is_no_evidence(tmp_path: Path) -> None:
    junk = ("node_modules/x", ".venv/lib", "vendor/x", "target/x", "dist", "build", ".next")
    write_files(tmp_path, {f"{folder}/package.json": "{" for folder in junk})
    write_files(tmp_path, {f"{folder}/manage.py": "" for folder in junk})
    assert inspect_source(load_source(tmp_path)).facts == ()


def test_gigabyte_of_nothing_is_not_read(tmp_path: Path) -> None:
    write_files(tmp_path, FLASK)
    for name in ("package.json", "dump.sql", "index.html", "main.go"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(1 << 30)
    facts = inspect_source(load_source(tmp_path))
    assert facts.find_value("python.framework") == "flask"


def test_special_files_are_not_opened(tmp_path: Path) -> None:
    write_files(tmp_path, FLASK)
    os.mkfifo(tmp_path / "package.json")
    (tmp_path / "go.mod").symlink_to("/dev/zero")
    (tmp_path / "Gemfile").symlink_to("Gemfile")
    assert load_source(tmp_path).files == ("app.py", "requirements.txt")
