import json
from pathlib import Path
from typing import Any

import pytest

from draftpy.inspectors.facts import Facts
from tests.support.source import facts_of

INDEX = "<?php echo 1;\n"


def composer(**keys: Any) -> dict[str, str]:
    return {"composer.json": json.dumps(keys, indent=4)}


def requires(**packages: str) -> dict[str, str]:
    return composer(require={name.replace("__", "/"): v for name, v in packages.items()})


def lock(**packages: dict[str, str]) -> dict[str, str]:
    listed = [
        {"name": name.replace("__", "/"), "version": "v1.2.3", "require": needs}
        for name, needs in packages.items()
    ]
    return {"composer.lock": json.dumps({"packages": listed})}


LARAVEL = {
    **requires(php="^8.2", laravel__framework="^12.0"),
    "artisan": "#!/usr/bin/env php\n",
    "public/index.php": INDEX,
    "public/.htaccess": "RewriteEngine On\n",
}
SYMFONY = {
    **requires(php=">=8.2", symfony__framework__bundle="7.3.*"),
    "bin/console": "#!/usr/bin/env php\n",
    "public/index.php": INDEX,
}
SYMFONY["composer.json"] = SYMFONY["composer.json"].replace("framework/bundle", "framework-bundle")
SERVE = {"Procfile": "web: vendor/bin/heroku-php-apache2 web/\n", "web/index.php": INDEX}
SCRIPTS = composer(scripts={"start": "php -S localhost:8000 -t site"})


@pytest.mark.parametrize(
    ("files", "docroot"),
    [
        ({"index.php": INDEX}, "."),
        ({"index.php": INDEX, "public/index.php": INDEX}, "public"),
        ({"htdocs/index.php": INDEX}, "htdocs"),
        (LARAVEL, "public"),
        (SERVE, "web"),
        ({**SCRIPTS, "site/index.php": INDEX, "index.php": INDEX}, "site"),
        ({"hello.php": INDEX}, "."),
        ({"lib/deep/x.php": INDEX}, None),
    ],
)
def test_folder_of_the_pages(tmp_path: Path, files: dict[str, str], docroot: str | None) -> None:
    assert facts_of(tmp_path, files).find_value("php.docroot") == docroot


def test_lone_page_is_the_index(tmp_path: Path) -> None:
    assert facts_of(tmp_path, {"hello.php": INDEX}).find_value("php.index") == "hello.php"


@pytest.mark.parametrize(
    ("files", "framework"),
    [
        (LARAVEL, "laravel"),
        (SYMFONY, "symfony"),
        ({**requires(laravel__framework="^12"), "index.php": INDEX}, None),
        ({**requires(slim__slim="^4"), "public/index.php": INDEX}, "slim"),
        ({"wp-includes/version.php": INDEX, "index.php": INDEX}, "wordpress"),
        ({**composer(description="not laravel/framework"), "index.php": INDEX}, None),
    ],
)
def test_framework(tmp_path: Path, files: dict[str, str], framework: str | None) -> None:
    assert facts_of(tmp_path, files).find_value("php.framework") == framework


@pytest.mark.parametrize(
    ("files", "falls_back"),
    [
        (LARAVEL, False),  # its .htaccess does it
        (SYMFONY, True),
        ({"index.php": INDEX}, False),
        ({"index.php": "<?php $p = $_SERVER['REQUEST_URI'];\n"}, True),
    ],
)
def test_index_answers_for_all_paths(
    tmp_path: Path, files: dict[str, str], *, falls_back: bool
) -> None:
    assert facts_of(tmp_path, files).find_value("php.falls_back") is falls_back


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({}, "8.4"),
        (requires(php="^8.2 || ^8.3"), "8.4"),
        (requires(php=">=8.1 <8.4"), "8.3"),
        (requires(php="~8.2.0"), "8.2"),
        (requires(php="8.3.*"), "8.3"),
        (requires(php="^7.4|^8.0"), "8.4"),
        (composer(require={"php": "^8.1"}, config={"platform": {"php": "8.2.10"}}), "8.2"),
        ({**requires(php=">=8.1"), ".php-version": "8.3\n"}, "8.3"),
        ({**requires(php=">=8.1"), **lock(a__b={"php": "~8.1.0 || ~8.2.0"})}, "8.2"),
        (requires(php="nonsense"), "8.4"),
    ],
)
def test_version(tmp_path: Path, files: dict[str, str], version: str) -> None:
    found = facts_of(tmp_path, {"index.php": INDEX, **files}).find_value("php.version")
    assert found == version


@pytest.mark.parametrize(
    ("files", "extensions"),
    [
        (requires(**{"ext-json": "*", "ext-gd": "*"}), ("gd",)),
        ({**requires(a__b="1"), **lock(a__b={"ext-intl": "*"})}, ("intl",)),
        ({"db.php": "<?php $d = new PDO('mysql:host=db');"}, ("pdo_mysql",)),
        ({"db.php": "<?php $d = mysqli_connect('db');"}, ("mysqli",)),
        ({**LARAVEL, ".env.example": "DB_CONNECTION=pgsql\n"}, ("pdo_pgsql",)),
        ({"a.php": "<?php // gd is nice"}, ()),
    ],
)
def test_extensions(tmp_path: Path, files: dict[str, str], extensions: tuple[str, ...]) -> None:
    found = facts_of(tmp_path, {"index.php": INDEX, **files}).find_value("php.extensions")
    assert found == extensions


def program_of(facts: Facts) -> tuple[object, ...]:
    return tuple(facts.find_value(f"php.{key}") for key in ("kind", "start", "port"))


@pytest.mark.parametrize(
    ("file", "code", "kind", "port"),
    [
        ("server.php", "<?php\n$s = stream_socket_server('tcp://0.0.0.0:9001');\n", "web", 9001),
        ("worker.php", "<?php\nwhile (true) { sleep(1); }\n", "worker", None),
        ("tool.php", "#!/usr/bin/env php\n<?php echo 1;\n", "job", None),
    ],
)
def test_program_without_pages(
    tmp_path: Path, file: str, code: str, kind: str, port: int | None
) -> None:
    assert program_of(facts_of(tmp_path, {file: code})) == (kind, ("php", file), port)


def test_worker_of_the_procfile(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"Procfile": "worker: php bin/work.php\n", "bin/work.php": INDEX})
    assert program_of(facts) == ("worker", ("php", "bin/work.php"), None)


def test_front_end_is_built_only_by_a_bundler(tmp_path: Path) -> None:
    package = {"scripts": {"build": "vite build"}}
    facts = facts_of(tmp_path, {**LARAVEL, "package.json": json.dumps(package)})
    assert facts.find_value("php.asset_script") == "build"
    assert facts.find_value("php.node_manager") == "npm-install"
    package = {"scripts": {"build": "zip -r x ."}}
    facts = facts_of(tmp_path / "b", {**LARAVEL, "package.json": json.dumps(package)})
    assert facts.find_value("php.asset_script") is None


def test_health_route_of_laravel(tmp_path: Path) -> None:
    text = "  ->withRouting(\n    health: '/up',\n  )"
    facts = facts_of(tmp_path, {**LARAVEL, "bootstrap/app.php": text})
    assert facts.find_value("php.health_path") == "/up"


def test_broken_composer_json_is_named_and_the_rest_works(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"composer.json": '{"require": ', "index.php": INDEX})
    assert facts.problems[0].file == "composer.json"
    assert facts.find_value("php.docroot") == "."


def test_node_of_the_front_end(tmp_path: Path) -> None:
    package = json.dumps({"scripts": {"build": "vite build"}})
    facts = facts_of(tmp_path, {**LARAVEL, "package.json": package, ".nvmrc": "v22.1\n"})
    assert facts.find_value("php.node_version") == "22"


@pytest.mark.parametrize(
    ("files", "has_index"), [({"index.php": INDEX}, True), ({"hello.php": INDEX}, False)]
)
def test_index_that_counts_like_a_manifest(
    tmp_path: Path, files: dict[str, str], *, has_index: bool
) -> None:
    assert facts_of(tmp_path, files).find_value("php.has_index") is has_index
