import json
from pathlib import Path
from typing import Any

import pytest

from draftpy.inspectors.facts import Facts
from draftpy.inspectors.node.version import choose_version
from tests.support.source import facts_of

EXPRESS = "const app = require('express')()\napp.listen(process.env.PORT || 3000)\n"


def package(**keys: Any) -> dict[str, str]:
    return {"package.json": json.dumps(keys, indent=1)}


def start_of(facts: Facts) -> str:
    value = facts.find_value("node.start")
    return " ".join(value) if isinstance(value, tuple) else ""


@pytest.mark.parametrize(
    ("script", "start"),
    [
        ("node index.js", "node index.js"),
        ("NODE_ENV=production node index.js", "node index.js"),
        ("cross-env NODE_ENV=production node index.js", "node index.js"),
        ("nodemon index.js", "node index.js"),
        ("npm run serve", "node index.js --quiet"),
        ("node index.js && echo", "node index.js"),
        ("vite", "node index.js --quiet"),
        ("node missing.js", "node index.js"),
        ("pm2-runtime index.js", "node index.js"),
        ("npx dotenv -e .env -- node index.js", "node index.js"),
    ],
)
def test_start_script(tmp_path: Path, script: str, start: str) -> None:
    scripts = {"start": script, "serve": "node index.js --quiet"}
    facts = facts_of(tmp_path, {**package(scripts=scripts), "index.js": EXPRESS})
    assert start_of(facts) == start


def test_start_of_what_the_build_makes(tmp_path: Path) -> None:
    scripts = {"start": "node dist/main.js", "build": "tsc"}
    assert start_of(facts_of(tmp_path, package(scripts=scripts))) == "node dist/main.js"


def test_main_counts_only_if_it_is_there(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {**package(main="index.js"), "src/server.mjs": EXPRESS})
    assert start_of(facts) == "node src/server.mjs"


@pytest.mark.parametrize(
    ("code", "port", "variable"),
    [
        ("app.listen(4000)", 4000, None),
        ("const PORT = 4001;\napp.listen(PORT, () => {})", 4001, None),
        ("app.listen(process.env.PORT || 3000)", 8080, "PORT"),
        ("let p = parseInt(process.env.APP_PORT ?? '3000', 10)\ns.listen(p)", 8080, "APP_PORT"),
        ("server.listen({ port: 4002, host: '0.0.0.0' })", 4002, None),
        ("// app.listen(1)\n/* app.listen(2) */ app.listen(4003)", 4003, None),
        ("console.log('http://x'); app.listen(4004)", 4004, None),
    ],
)
def test_port(tmp_path: Path, code: str, port: int, variable: str | None) -> None:
    facts = facts_of(tmp_path, {**package(), "index.js": code})
    assert facts.find_value("node.port") == port
    assert facts.find_value("node.port_variable") == variable


def test_script_without_server_is_a_worker(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {**package(), "index.js": "setInterval(work, 1000)"})
    assert facts.find_value("node.kind") == "worker"


def test_framework_with_the_locked_version(tmp_path: Path) -> None:
    lock = {
        "packages": {
            "": {"dependencies": {"express": "^4.1.0"}},
            "node_modules/express": {"version": "4.21.2"},
        }
    }
    files = {**package(dependencies={"express": "^4.1.0"}), "package-lock.json": json.dumps(lock)}
    facts = facts_of(tmp_path, {**files, "index.js": EXPRESS})
    assert facts.find_value("node.framework_version") == "4.21"
    assert facts.find_value("node.is_locked") is True


def test_stale_lock_is_not_used(tmp_path: Path) -> None:
    lock: dict[str, Any] = {"packages": {"": {"dependencies": {}}}}
    files = {**package(dependencies={"express": "^4"}), "package-lock.json": json.dumps(lock)}
    facts = facts_of(tmp_path, {**files, "index.js": EXPRESS})
    assert facts.find_value("node.is_locked") is False
    assert "does not match package.json" in facts.problems[0].what


def test_two_locks_are_told(tmp_path: Path) -> None:
    files = {**package(packageManager="npm@10"), "yarn.lock": "", "package-lock.json": "{}"}
    facts = facts_of(tmp_path, {**files, "index.js": EXPRESS})
    assert facts.find_value("node.manager") == "npm"
    assert facts.problems[0].place == "package-lock.json"


def test_broken_package_json_is_named(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"package.json": '{\n "a": 1,\n}', "server.js": EXPRESS})
    assert facts.problems[0].place == "package.json:3"
    assert start_of(facts) == "node server.js"


def test_fastify_listens_on_loopback_unless_told(tmp_path: Path) -> None:
    files = package(dependencies={"fastify": "^5"})
    facts = facts_of(tmp_path, {**files, "index.js": "fastify.listen({ port: 3000 })"})
    assert "localhost" in facts.problems[0].what
    told = {**files, "index.js": "fastify.listen({ port: 3000, host: '0.0.0.0' })"}
    assert facts_of(tmp_path, told).problems == ()


def test_health_route(tmp_path: Path) -> None:
    code = EXPRESS + "app.get('/healthz', h)\n"
    assert facts_of(tmp_path, {**package(), "index.js": code}).find_value("node.health_path") == (
        "/healthz"
    )


def test_install_scripts_need_the_source(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {**package(scripts={"postinstall": "x"}), "index.js": EXPRESS})
    assert facts.find_value("node.needs_source") is True


@pytest.mark.parametrize(
    ("wanted", "version"),
    [
        ("v22.3.0", "22"),
        ("20", "20"),
        ("lts/jod", "22"),
        ("lts/*", "24"),
        (">=18", "24"),
        (">=18 <23", "22"),
        ("^20.1.0 || ^22.0.0", "22"),
        ("18 - 22", "22"),
        ("20.x", "20"),
        ("~22.1", "22"),
        ("*", "24"),
        ("<20", "18"),
        (">=99", None),
        ("nonsense", None),
    ],
)
def test_version_inside_a_range(wanted: str, version: str | None) -> None:
    assert choose_version(wanted) == version


def test_version_file_goes_before_engines(tmp_path: Path) -> None:
    files = {**package(engines={"node": ">=22"}), ".nvmrc": "v22\n", "index.js": EXPRESS}
    assert facts_of(tmp_path, files).find_value("node.version") == "22"


def test_manifest_is_a_fact_of_its_own(tmp_path: Path) -> None:
    with_manifest = {**package(), "index.js": EXPRESS}
    assert facts_of(tmp_path / "a", with_manifest).find_value("node.manifest") == "package.json"
    without = facts_of(tmp_path / "b", {"index.js": EXPRESS})
    assert without.find_value("node.manifest") is None
    assert start_of(without) == "node index.js"


def test_scripts_far_from_the_start_say_nothing(tmp_path: Path) -> None:
    files = {**package(), "index.js": "run()", "tools/mock/server.js": "x.listen(5000)"}
    assert facts_of(tmp_path, files).find_value("node.kind") == "worker"


def test_start_by_a_development_package_keeps_those(tmp_path: Path) -> None:
    files = package(scripts={"start": "tsx index.ts"}, devDependencies={"tsx": "^4"})
    facts = facts_of(tmp_path, {**files, "index.ts": EXPRESS})
    assert start_of(facts) == "node --import tsx index.ts"
    assert facts.find_value("node.install") == "npm install --no-audit --no-fund"
    assert facts.find_value("node.prune") == ""


def test_version_names_its_line(tmp_path: Path) -> None:
    files = {**package(), ".tool-versions": "ruby 3\nnodejs 22.1\n", "index.js": EXPRESS}
    fact = facts_of(tmp_path, files).find("node.version")
    assert fact is not None
    assert fact.evidence is not None
    assert fact.evidence.place == ".tool-versions:2"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ecosystem.config.js", "module.exports = { apps: [{ name: 'x', script: './index.js' }] }"),
        ("ecosystem.config.json", '{"apps": [{"script": "index.js"}]}'),
        ("pm2.config.cjs", "module.exports = { script: 'index.js', instances: 4 }"),
    ],
)
def test_file_of_pm2(tmp_path: Path, name: str, text: str) -> None:
    files = {**package(scripts={"start": f"pm2 start {name} --no-daemon"}), name: text}
    assert start_of(facts_of(tmp_path, {**files, "index.js": EXPRESS})) == "node index.js"


def test_main_of_a_library_starts_nothing(tmp_path: Path) -> None:
    files = package(main="index.js", files=["lib"], dependencies={"debug": "^4"})
    facts = facts_of(tmp_path, {**files, "index.js": "module.exports = require('./lib/x')"})
    assert facts.find("node.start") is None
    assert facts.find_value("node.manager") == "npm"


def test_start_of_a_package_below_is_left_to_it(tmp_path: Path) -> None:
    below = {"api/package.json": '{"dependencies": {"express": "5"}}', "api/index.js": EXPRESS}
    root = {"start": "node api/index.js"}
    assert start_of(facts_of(tmp_path, {**package(scripts=root), **below})) == ""
    own = {**root, "postinstall": "cd api && npm install"}
    files = {**package(scripts=own), **below}
    assert start_of(facts_of(tmp_path / "own", files)) == "node api/index.js"


def test_procfile_goes_through_the_scripts(tmp_path: Path) -> None:
    files = {**package(scripts={"start": "node app.js", "web": "node web.js"}), "web.js": EXPRESS}
    facts = facts_of(tmp_path, {**files, "app.js": "", "Procfile": "web: npm run web\n"})
    fact = facts.find("node.start")
    assert start_of(facts) == "node web.js"
    assert fact is not None
    assert fact.evidence is not None
    assert fact.evidence.place == "Procfile:1"


def test_procfile_of_another_language_is_not_ours(tmp_path: Path) -> None:
    files = {**package(scripts={"start": "node app.js"}), "app.js": EXPRESS}
    facts = facts_of(tmp_path, {**files, "Procfile": "web: gunicorn app:app\n"})
    assert start_of(facts) == "node app.js"


@pytest.mark.parametrize(
    "keys",
    [
        {"devDependencies": {"electron": "^30"}, "scripts": {"start": "electron ."}},
        {"dependencies": {"react-native": "0.7", "expo": "5"}},
        {"engines": {"vscode": "^1.90.0"}},
    ],
)
def test_apps_that_run_on_no_server(tmp_path: Path, keys: dict[str, Any]) -> None:
    files = {**package(main="index.js", **keys), "index.js": "run()"}
    assert facts_of(tmp_path, files).find("node.start") is None


def test_json_server_is_told_where_to_listen(tmp_path: Path) -> None:
    files = package(scripts={"start": "json-server db.json"}, dependencies={"json-server": "^0.17"})
    facts = facts_of(tmp_path, {**files, "db.json": "{}"})
    assert start_of(facts) == "json-server db.json --host 0.0.0.0 --port {port}"


@pytest.mark.parametrize(
    ("scripts", "files", "command"),
    [
        ({"start": "prisma migrate deploy && node a.js"}, {}, "npx prisma migrate deploy"),
        (
            {"start": "npm run up && node a.js", "up": "knex migrate:latest"},
            {},
            "npx knex migrate:latest",
        ),
        ({"migrate": "NODE_ENV=x knex migrate:latest"}, {}, "npx knex migrate:latest"),
        ({"migrate": "prisma migrate dev"}, {}, ""),
        ({}, {"prisma/migrations/1/migration.sql": ""}, "npx prisma migrate deploy"),
        ({}, {}, ""),
    ],
)
def test_migrations_are_offered(
    tmp_path: Path, scripts: dict[str, str], files: dict[str, str], command: str
) -> None:
    facts = facts_of(
        tmp_path, {**package(scripts=scripts), "a.js": EXPRESS, "index.js": "", **files}
    )
    value = facts.find_value("node.migrations")
    assert (" ".join(value) if isinstance(value, tuple) else "") == command
