import json
from pathlib import Path

import pytest

from draftpy.inspectors.facts import Facts
from tests.support.source import facts_of

SERVE = "Deno.serve({ port: Number(Deno.env.get('PORT') ?? 8000) }, () => new Response('x'));\n"


def start_of(facts: Facts) -> str:
    value = facts.find_value("deno.start")
    return " ".join(value) if isinstance(value, tuple) else ""


def config(**tasks: str) -> dict[str, str]:
    return {"deno.json": json.dumps({"tasks": tasks})}


@pytest.mark.parametrize(
    ("task", "start"),
    [
        ("deno run -A main.ts", "deno run -A main.ts"),
        ("deno run --allow-net --watch=routes/ main.ts", "deno run --allow-net main.ts"),
        ("PORT=1 deno run -A --env-file=.env main.ts", "deno run -A main.ts"),
        ("deno task build && deno task go", "deno run -A main.ts"),
        ("deno main.ts", "deno run --allow-net --allow-env --allow-read main.ts"),
        ("deno serve -A main.ts", "deno serve --port={port} -A main.ts"),
        ("deno serve -A --port 9000 main.ts", "deno serve -A --port 9000 main.ts"),
        ("deno test", "deno run --allow-net --allow-env --allow-read main.ts"),
        ("deno run -A gone.ts", "deno run --allow-net --allow-env --allow-read main.ts"),
    ],
)
def test_start_task(tmp_path: Path, task: str, start: str) -> None:
    tasks = config(start=task, go="deno run -A main.ts", build="deno run -A build.ts")
    assert start_of(facts_of(tmp_path, {**tasks, "main.ts": SERVE})) == start


def test_task_may_be_an_object(tmp_path: Path) -> None:
    doc = {"tasks": {"start": {"command": "deno run -N main.ts", "dependencies": []}}}
    files = {"deno.json": json.dumps(doc), "main.ts": SERVE}
    assert start_of(facts_of(tmp_path, files)) == "deno run -N main.ts"


def test_output_of_the_build_may_start(tmp_path: Path) -> None:
    tasks = config(build="vite build", start="deno serve -A _fresh/server.js")
    facts = facts_of(tmp_path, {**tasks, "main.ts": "import { App } from 'jsr:@fresh/core'\n"})
    assert start_of(facts) == "deno serve --port={port} -A _fresh/server.js"
    assert facts.find_value("deno.builds") is True
    assert facts.find_value("deno.framework") == "fresh"


@pytest.mark.parametrize(
    ("code", "port", "variable"),
    [
        (SERVE, 8080, "PORT"),
        ("Deno.serve(handler)", 8000, None),
        ("Deno.serve({ port: 9001 }, handler)", 9001, None),
        (
            "import { Application } from 'jsr:@oak/oak'\nawait app.listen({ port: 9002 })",
            9002,
            None,
        ),
        ("import express from 'npm:express'\napp.listen(9003)", 9003, None),
    ],
)
def test_port(tmp_path: Path, code: str, port: int, variable: str | None) -> None:
    facts = facts_of(tmp_path, {"deno.json": "{}", "main.ts": code})
    assert facts.find_value("deno.port") == port
    assert facts.find_value("deno.port_variable") == variable
    assert facts.find_value("deno.kind") == "web"


def test_script_without_a_config(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"server.ts": "Deno.serve(() => new Response('x'))"})
    assert start_of(facts).endswith("server.ts")
    assert facts.find("node.start") is None


def test_default_export_is_served(tmp_path: Path) -> None:
    code = "export default { fetch(request: Request) { return new Response('x') } }"
    facts = facts_of(tmp_path, {"deno.jsonc": "{ /* none */ }", "main.ts": code})
    assert start_of(facts) == "deno serve --allow-env --allow-read --port={port} main.ts"


def test_functions_of_another_project_are_not_its_own(tmp_path: Path) -> None:
    files = {"package.json": '{"scripts": {"start": "node index.js"}}', "index.js": "x.listen(1)"}
    deno = {"supabase/functions/hello/index.ts": "Deno.serve(handler)"}
    assert facts_of(tmp_path, {**files, **deno}).of("deno") == ()


def test_deno_json_for_tools_leaves_it_to_node(tmp_path: Path) -> None:
    files = {"package.json": '{"scripts": {"start": "node index.js"}}', "index.js": "x.listen(80)"}
    facts = facts_of(tmp_path, {**files, "deno.json": '{"fmt": {"lineWidth": 100}}'})
    assert facts.of("deno") == ()
    assert facts.find_value("node.start") == ("node", "index.js")


def test_deno_project_with_a_package_json_is_not_nodes(tmp_path: Path) -> None:
    tasks = config(start="deno run -A main.ts")
    facts = facts_of(tmp_path, {**tasks, "package.json": "{}", "main.ts": SERVE})
    assert facts.of("node") == ()
    assert facts.find_value("deno.has_modules") is True


def test_bot_is_a_worker(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"deno.json": "{}", "bot.ts": "setInterval(() => Deno.pid, 1)"})
    assert facts.find_value("deno.kind") == "worker"


@pytest.mark.parametrize(
    ("doc", "code", "lock"),
    [
        ({}, "import { Hono } from 'npm:hono'", "deno.lock"),
        ({"imports": {"hono": "npm:hono"}}, "", "deno.lock"),
        ({"lock": False, "imports": {"hono": "npm:hono"}}, "", ""),
        ({}, "import { x } from './x.ts'", ""),
    ],
)
def test_lock_that_deno_would_write(
    tmp_path: Path, doc: dict[str, object], code: str, lock: str
) -> None:
    facts = facts_of(tmp_path, {"deno.json": json.dumps(doc), "main.ts": code + "\n" + SERVE})
    assert facts.find_value("deno.lock_file") == lock


def test_broken_deno_json_is_named(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"deno.json": '{\n "tasks" {}\n}', "main.ts": SERVE})
    assert facts.problems[0].place == "deno.json:2"
    assert start_of(facts).endswith("main.ts")


def test_version_of_a_tool_file(tmp_path: Path) -> None:
    files = {"deno.json": "{}", "main.ts": SERVE, ".tool-versions": "deno 2.1.4\n"}
    assert facts_of(tmp_path, files).find_value("deno.version") == "2.1.4"


def test_loopback_is_told(tmp_path: Path) -> None:
    code = "Deno.serve({ hostname: '127.0.0.1', port: 8000 }, handler)"
    facts = facts_of(tmp_path, {"deno.json": "{}", "main.ts": code})
    assert "listens on 127.0.0.1" in facts.problems[0].what
