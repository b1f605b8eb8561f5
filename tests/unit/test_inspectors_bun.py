import json
from pathlib import Path

import pytest

from draftpy.inspectors.facts import Facts
from tests.support.source import facts_of

SERVE = "Bun.serve({ port: process.env.PORT ?? 3000, fetch: () => new Response('x') });\n"
HONO = "import { Hono } from 'hono'\nconst app = new Hono()\nexport default app\n"


def facts(root: Path, files: dict[str, str], **keys: object) -> Facts:
    return facts_of(root, {"package.json": json.dumps(keys), **files})


def start_of(found: Facts) -> str:
    value = found.find_value("bun.start")
    return " ".join(value) if isinstance(value, tuple) else ""


@pytest.mark.parametrize(
    "script", ["bun src/index.ts", "bun run src/index.ts", "bun run --hot src/index.ts"]
)
def test_script_of_bun(tmp_path: Path, script: str) -> None:
    found = facts(tmp_path, {"src/index.ts": SERVE}, scripts={"start": script})
    assert start_of(found) == "bun src/index.ts"
    assert found.find_value("bun.port_variable") == "PORT"
    assert found.of("node") == ()


def test_source_that_uses_bun(tmp_path: Path) -> None:
    found = facts(tmp_path, {"index.ts": SERVE}, devDependencies={"@types/bun": "latest"})
    assert start_of(found) == "bun index.ts"


def test_handler_that_opens_no_port_is_served_by_bun(tmp_path: Path) -> None:
    found = facts(tmp_path, {"src/index.ts": HONO}, dependencies={"hono": "^4"})
    assert start_of(found) == "bun src/index.ts"
    assert found.find_value("bun.kind") == "web"


def test_handler_with_a_server_for_node_stays_with_node(tmp_path: Path) -> None:
    code = HONO + "serve({ fetch: app.fetch, port: 3000 })\n"
    packages = {"hono": "^4", "@hono/node-server": "^1", "tsx": "^4"}
    found = facts(tmp_path, {"src/index.ts": code}, dependencies=packages)
    assert found.of("bun") == ()
    assert found.find_value("node.start") == ("node", "--import", "tsx", "src/index.ts")


def test_bun_as_package_manager_only(tmp_path: Path) -> None:
    files = {"index.js": "require('express')().listen(3000)", "bun.lock": "{}"}
    found = facts(tmp_path, files, scripts={"start": "node index.js"})
    assert found.of("bun") == ()
    assert found.find_value("node.manager") == "bun"


@pytest.mark.parametrize(
    ("keys", "files", "version"),
    [
        ({"packageManager": "bun@1.2.3"}, {}, "1.2"),
        ({"engines": {"bun": "~1.3"}}, {}, "1.3"),
        ({}, {".bun-version": "1.2.20\n"}, "1.2"),
        ({}, {}, "1.4"),
    ],
)
def test_version(
    tmp_path: Path, keys: dict[str, object], files: dict[str, str], version: str
) -> None:
    found = facts(tmp_path, {"index.ts": SERVE, **files}, scripts={"start": "bun index.ts"}, **keys)
    assert found.find_value("bun.version") == version


def test_build_by_bun(tmp_path: Path) -> None:
    scripts = {"build": "bun build src/index.ts --outdir dist", "start": "bun dist/index.js"}
    found = facts(tmp_path, {"src/index.ts": SERVE}, scripts=scripts)
    assert start_of(found) == "bun dist/index.js"
    assert found.find_value("bun.build_steps") == ("bun run build",)
