import json
from pathlib import Path
from typing import Any

import pytest

from draftpy.inspectors.facts import Facts
from tests.support.node_apps import EXPRESS, package, steps, words
from tests.support.source import facts_of

LIBRARY = {"name": "@acme/lib", "scripts": {"build": "tsc"}, "main": "dist/index.js"}
SERVER = {"name": "@acme/api", "scripts": {"start": "node src/server.js"}}
SERVER |= {"dependencies": {"express": "^5", "@acme/lib": "workspace:*"}}
PAGE = {"name": "@acme/web", "scripts": {"build": "vite build"}, "dependencies": {"vite": "^6"}}


def member(folder: str, **keys: Any) -> dict[str, str]:
    return {f"{folder}/package.json": json.dumps(keys)}


APPS = {
    **member("apps/api", **SERVER),
    **member("apps/web", **PAGE),
    **member("packages/lib", **LIBRARY),
    "apps/api/src/server.js": EXPRESS,
    "apps/web/index.html": "",
    "packages/lib/src/index.ts": "export const a = 1",
}


def facts(root: Path, files: dict[str, str] | None = None, **keys: Any) -> Facts:
    keys = {"workspaces": ["apps/*", "packages/*"], **keys}
    return facts_of(root, {**package(**keys), **APPS, **(files or {})})


def test_server_is_the_app_and_the_others_are_named(tmp_path: Path) -> None:
    found = facts(tmp_path)
    assert found.find_value("node.workspace") == "apps/api"
    assert found.find_value("node.folder") == "apps/api"
    assert words(found, "start") == "node src/server.js"
    note = next(problem for problem in found.problems if problem.is_note)
    assert "apps/web" in note.what
    assert "packages/lib" not in note.what


def test_evidence_is_named_from_the_root(tmp_path: Path) -> None:
    places = {f.key: f.evidence.place for f in facts(tmp_path).facts if f.evidence}
    assert places["node.port"] == "apps/api/src/server.js:2"
    assert places["node.start"].startswith("apps/api/package.json:")


def test_what_it_needs_is_built_first(tmp_path: Path) -> None:
    assert steps(facts(tmp_path)) == ("npm run build --workspace=packages/lib",)


@pytest.mark.parametrize(
    ("files", "keys", "step"),
    [
        (
            {"pnpm-workspace.yaml": "packages: ['apps/*', 'packages/*']", "pnpm-lock.yaml": ""},
            {"workspaces": []},
            "pnpm --filter ./packages/lib run build",
        ),
        ({}, {"packageManager": "yarn@1.22.22"}, "yarn workspace @acme/lib run build"),
        ({}, {"packageManager": "bun@1.2.0"}, "cd packages/lib && bun run build"),
    ],
)
def test_each_manager_builds_a_member_in_its_own_way(
    tmp_path: Path, files: dict[str, str], keys: dict[str, Any], step: str
) -> None:
    assert steps(facts(tmp_path, files, **keys)) == (step,)


def test_turbo_knows_what_comes_first(tmp_path: Path) -> None:
    own = {**SERVER, "scripts": {"start": "node src/server.js", "build": "tsc"}}
    files = {"turbo.json": "{}", **member("apps/api", **own)}
    found = facts(tmp_path, files, devDependencies={"turbo": "^2"})
    assert steps(found) == ("npx turbo run build --filter=@acme/api",)


def test_root_script_says_which(tmp_path: Path) -> None:
    found = facts(tmp_path, scripts={"start": "npm run preview -w apps/web"})
    assert found.find_value("node.workspace") == "apps/web"
    assert found.find_value("node.output") == "apps/web/dist"


def test_default_project_of_nx(tmp_path: Path) -> None:
    found = facts(tmp_path, {"nx.json": '{"defaultProject": "web"}'})
    assert found.find_value("node.workspace") == "apps/web"


def test_root_that_starts_by_itself(tmp_path: Path) -> None:
    found = facts(tmp_path, {"index.js": EXPRESS}, scripts={"start": "node index.js"})
    assert found.find("node.workspace") is None
    assert words(found, "start") == "node index.js"


def test_bundler_of_the_root_is_there_for_its_members(tmp_path: Path) -> None:
    keys = {"scripts": {"build": "turbo run build"}, "devDependencies": {"vite": "^6"}}
    assert facts(tmp_path, **keys).find_value("node.workspace") == "apps/api"


def test_every_manifest_is_there_at_install(tmp_path: Path) -> None:
    copies = words(facts(tmp_path), "install_copies")
    assert "apps/web/package.json ./apps/web/" in copies
    assert "packages/lib/package.json ./packages/lib/" in copies


def test_patterns_leave_out(tmp_path: Path) -> None:
    found = facts(tmp_path, workspaces=["**", "!apps/api", "!**/lib"])
    assert found.find_value("node.workspace") == "apps/web"


def test_next_of_a_workspace_starts_itself(tmp_path: Path) -> None:
    own = {"name": "site", "dependencies": {"next": "15"}, "scripts": {"build": "next build"}}
    files = {
        **member("apps/api", **own),
        "apps/api/next.config.js": "module.exports = { output: 'standalone' }",
    }
    found = facts(tmp_path, files)
    assert words(found, "start") == "next start"
    assert words(found, "artefacts") == ""
    assert words(found, "writable") == "/app/apps/api/.next/cache"


def test_members_that_need_each_other_end(tmp_path: Path) -> None:
    files = {
        **member("packages/lib", **{**LIBRARY, "dependencies": {"@acme/b": "*"}}),
        **member("packages/b", name="@acme/b", dependencies={"@acme/lib": "*"}),
    }
    assert steps(facts(tmp_path, files)) == ("npm run build --workspace=packages/lib",)


def nx(root: Path, files: dict[str, str], **dependencies: str) -> Facts:
    doc = package(dependencies=dependencies, devDependencies={"nx": "21"}, scripts={"build": "x"})
    return facts_of(root, {**doc, "nx.json": "{}", **files})


def project(name: str, **keys: Any) -> dict[str, str]:
    doc = {"name": name, "projectType": "application", **keys}
    return {f"apps/{name}/project.json": json.dumps(doc)}


def test_server_of_nx(tmp_path: Path) -> None:
    target = {"executor": "@nx/esbuild:esbuild", "options": {"outputPath": "dist/apps/api"}}
    files = {
        **project("api", targets={"build": target}),
        **project("api-e2e"),
        **project("web"),
        "apps/web/index.html": "",
        "apps/api/src/main.ts": EXPRESS,
        "apps/api-e2e/src/main.ts": "",
    }
    found = nx(tmp_path, files, express="5", next="15")
    assert words(found, "start") == "node dist/apps/api/main.js"
    assert steps(found) == ("npx nx build api",)
    assert found.find_value("node.port_variable") == "PORT"


def test_page_of_nx(tmp_path: Path) -> None:
    config = "export default defineConfig({ build: { outDir: '../../dist/apps/web' } })"
    files = {**project("web"), "apps/web/index.html": "", "apps/web/vite.config.ts": config}
    found = nx(tmp_path, files, react="19")
    assert found.find_value("node.output") == "dist/apps/web"
    assert steps(found) == ("npx nx build web",)


def test_next_of_nx(tmp_path: Path) -> None:
    files = {**project("web"), "apps/web/next.config.js": "module.exports = {}"}
    assert words(nx(tmp_path, files, next="15"), "start") == "next start apps/web"
