import json
from pathlib import Path

import pytest

from tests.support.node_apps import EXPRESS, package, words
from tests.support.source import facts_of

KOA = {"dependencies": {"koa": "^2.16.0"}}
YARN_1 = '# yarn lockfile v1\n\n\nkoa@^2.16.0, koa@^2:\n  version "2.16.1"\n'
BERRY = '__metadata:\n  version: 8\n\n"koa@npm:^2.16.0":\n  version: 2.16.1\n'
BUN = '{"workspaces": {"": {"dependencies": {"koa": "^2.16.0",},},},}'


def pnpm(version: str) -> str:
    return (
        f"lockfileVersion: '{version}'\nimporters:\n  .:\n    dependencies:\n      koa:\n"
        "        specifier: ^2.16.0\n        version: 2.16.1\npackages:\n  broken: [\n"
    )


@pytest.mark.parametrize(
    ("name", "lock", "tool", "install"),
    [
        ("pnpm-lock.yaml", pnpm("9.0"), "pnpm@9", "pnpm install --frozen-lockfile --prod"),
        (
            "pnpm-lock.yaml",
            "---\nlockfileVersion: '9.0'\nimporters:\n  .: {}\npackages:\n  a@1: {}\n---\n"
            + pnpm("9.0"),
            "pnpm@9",
            "pnpm install --frozen-lockfile --prod",
        ),
        ("pnpm-lock.yaml", pnpm("6.0"), "pnpm@8", "pnpm install --frozen-lockfile --prod"),
        (
            "yarn.lock",
            YARN_1,
            "yarn@1.22.22",
            "yarn install --non-interactive --frozen-lockfile --production",
        ),
        (
            "yarn.lock",
            BERRY,
            "@yarnpkg/cli-dist@4",
            "yarn workspaces focus --all --production",
        ),
        ("bun.lock", BUN, "bun@1", "bun install --frozen-lockfile --production"),
    ],
)
def test_manager_of_the_lock(tmp_path: Path, name: str, lock: str, tool: str, install: str) -> None:
    facts = facts_of(tmp_path, {**package(**KOA), name: lock, "index.js": EXPRESS})
    assert facts.find_value("node.manager_package") == tool
    assert facts.find_value("node.install") == install
    assert words(facts, "install_copies") == f"package.json {name} ./"
    assert facts.problems == ()


@pytest.mark.parametrize(
    ("named", "tool"),
    [
        ("pnpm@10.12.1+sha512.aa", "pnpm@10.12.1"),
        ("yarn@4.9.2", "@yarnpkg/cli-dist@4.9.2"),
        ("yarn@1.22.19", "yarn@1.22.19"),
        ("npm@11.0.0", ""),
        ("bun@1.2.3", "bun@1.2.3"),
    ],
)
def test_manager_that_package_json_names(tmp_path: Path, named: str, tool: str) -> None:
    files = {**package(packageManager=named, **KOA), "index.js": EXPRESS}
    assert facts_of(tmp_path, files).find_value("node.manager_package") == tool


def test_yarn_that_the_project_brings(tmp_path: Path) -> None:
    own = {".yarnrc.yml": "yarnPath: .yarn/releases/yarn-4.9.2.cjs\n", "yarn.lock": BERRY}
    files = {**package(**KOA, scripts={"build": "x"}), **own, "index.js": EXPRESS}
    facts = facts_of(tmp_path, {**files, ".yarn/releases/yarn-4.9.2.cjs": ""})
    assert facts.find_value("node.manager_package") == ""
    assert words(facts, "build_steps") == "node .yarn/releases/yarn-4.9.2.cjs run build"
    assert ".yarn/releases ./.yarn/releases" in words(facts, "install_copies")
    assert "YARN_NODE_LINKER=node-modules" in words(facts, "build_env")


def test_two_locks_go_by_the_current_one(tmp_path: Path) -> None:
    stale = json.dumps({"packages": {"": {"dependencies": {"koa": "^1"}}}})
    files = {**package(**KOA), "yarn.lock": YARN_1, "package-lock.json": stale}
    facts = facts_of(tmp_path, {**files, "index.js": EXPRESS})
    assert facts.find_value("node.manager") == "yarn"
    assert "stands beside package-lock.json" in facts.problems[0].what
    assert "packageManager" in facts.problems[0].remedy


@pytest.mark.parametrize(
    ("name", "lock"),
    [
        ("pnpm-lock.yaml", pnpm("9.0").replace("^2.16.0", "^2.15.0")),
        ("yarn.lock", YARN_1.replace("koa@^2.16.0, ", "")),
        ("yarn.lock", BERRY.replace("koa@", "koala@")),
        ("bun.lock", BUN.replace("koa", "hapi")),
        ("pnpm-lock.yaml", "lockfileVersion: ["),
    ],
)
def test_lock_of_another_package_json_is_not_insisted_on(
    tmp_path: Path, name: str, lock: str
) -> None:
    facts = facts_of(tmp_path, {**package(**KOA), name: lock, "index.js": EXPRESS})
    assert facts.find_value("node.is_locked") is False
    assert "does not match package.json" in facts.problems[0].what
    assert "--frozen-lockfile" not in words(facts, "install").replace("--no-frozen-lockfile", "")


def test_pnpm_10_reads_settings_in_its_workspace_file(tmp_path: Path) -> None:
    settings = {"pnpm-workspace.yaml": "onlyBuiltDependencies:\n  - esbuild\n"}
    files = {**package(**KOA), "pnpm-lock.yaml": pnpm("9.0"), **settings, "index.js": EXPRESS}
    facts = facts_of(tmp_path, files)
    assert facts.find_value("node.manager_package") == "pnpm@10"
    assert "pnpm-workspace.yaml" in words(facts, "install_copies")


def test_development_packages_go_after_the_build(tmp_path: Path) -> None:
    scripts = {"build": "tsc", "start": "node dist/x.js"}
    files = package(**KOA, devDependencies={"typescript": "^5"}, scripts=scripts)
    facts = facts_of(tmp_path, files)
    assert facts.find_value("node.install") == "npm install --no-audit --no-fund"
    assert facts.find_value("node.prune") == "npm prune --omit=dev --no-audit --no-fund"


@pytest.mark.parametrize("hook", ["husky", "husky install", "npx lefthook install || true"])
def test_git_hooks_are_dropped(tmp_path: Path, hook: str) -> None:
    files = package(**KOA, scripts={"prepare": hook}, devDependencies={"husky": "^9"})
    facts = facts_of(tmp_path, {**files, "index.js": EXPRESS})
    assert words(facts, "dropped_scripts") == "prepare"
    assert facts.find_value("node.needs_source") is False
    assert "--omit=dev" in words(facts, "install")


def test_patches_and_schemas_are_there_at_install(tmp_path: Path) -> None:
    files = package(**KOA, scripts={"postinstall": "patch-package"})
    facts = facts_of(tmp_path, {**files, "patches/koa.patch": "", "index.js": EXPRESS})
    assert "patches ./patches" in words(facts, "install_copies")
    assert facts.find_value("node.needs_source") is False


def test_prisma_is_generated_where_nothing_does_it(tmp_path: Path) -> None:
    packages = {"dependencies": {"@prisma/client": "^6"}, "devDependencies": {"prisma": "^6"}}
    files = {"prisma/schema.prisma": "", "index.js": EXPRESS}
    facts = facts_of(tmp_path, {**package(**packages), **files})
    assert words(facts, "build_steps") == "npx prisma generate"
    assert words(facts, "run_packages") == "openssl ca-certificates"
    own = package(**packages, scripts={"postinstall": "prisma generate"})
    done = facts_of(tmp_path / "own", {**own, **files})
    assert words(done, "build_steps") == ""
    assert "prisma ./prisma" in words(done, "install_copies")


@pytest.mark.parametrize(
    ("dependency", "build", "run"),
    [
        ("bcrypt", "python3 make g++", ""),
        ("puppeteer", "", "chromium fonts-liberation"),
        ("fluent-ffmpeg", "", "ffmpeg"),
        ("express", "", ""),
    ],
)
def test_native_packages(tmp_path: Path, dependency: str, build: str, run: str) -> None:
    files = {**package(dependencies={dependency: "*"}), "index.js": EXPRESS}
    facts = facts_of(tmp_path, files)
    assert words(facts, "build_packages") == build
    assert words(facts, "run_packages") == run


def test_packages_from_git_need_git(tmp_path: Path) -> None:
    files = package(dependencies={"x": "github:a/b", "y": "^1.0.0", "z": "~2"})
    facts = facts_of(tmp_path, {**files, "index.js": EXPRESS})
    assert words(facts, "build_packages") == "git ca-certificates"


def test_webpack_4_gets_the_hash_it_asks_for(tmp_path: Path) -> None:
    files = package(
        dependencies={"react-scripts": "4.0.3"}, scripts={"build": "react-scripts build"}
    )
    facts = facts_of(tmp_path, {**files, "public/index.html": ""})
    assert words(facts, "build_env") == "NODE_OPTIONS=--openssl-legacy-provider"


@pytest.mark.parametrize(
    ("code", "place"),
    [("fs.mkdirSync('logs')\n" + EXPRESS, "index.js:1"), (EXPRESS, None)],
)
def test_files_that_the_app_writes(tmp_path: Path, code: str, place: str | None) -> None:
    fact = facts_of(tmp_path, {**package(**KOA), "index.js": code}).find("node.writes_files")
    assert (fact.evidence.place if fact and fact.evidence else None) == place


def test_packages_that_write_files(tmp_path: Path) -> None:
    files = {**package(dependencies={"multer": "^2"}), "index.js": EXPRESS}
    assert facts_of(tmp_path, files).find_value("node.writes_files") is True


@pytest.mark.parametrize(
    ("build", "again"),
    [
        ("tsc -p tsconfig.build.json", "tsc -p tsconfig.build.json"),
        ("nest build", "nest build"),
        ("rimraf dist && tsc", "npm run build"),
    ],
)
def test_compiling_after_a_save(tmp_path: Path, build: str, again: str) -> None:
    scripts = {"build": build, "start": "node dist/x.js"}
    facts = facts_of(tmp_path, {**package(**KOA, scripts=scripts), "src/x.ts": EXPRESS})
    assert words(facts, "build_again") == again


def test_what_runs_as_it_lies_there_is_not_compiled_after_a_save(tmp_path: Path) -> None:
    scripts = {"build": "tailwindcss -o public/x.css", "start": "node index.js"}
    facts = facts_of(tmp_path, {**package(**KOA, scripts=scripts), "index.js": EXPRESS})
    assert words(facts, "build_again") == ""


@pytest.mark.parametrize(
    ("dependency", "wanted", "node"),
    [
        ("better-sqlite3", "^9.4.0", "22"),
        ("better-sqlite3", "^12.0.0", "24"),
        ("node-sass", "^9.0.0", "20"),
        ("canvas", "2.11.2", "20"),
    ],
)
def test_node_of_packages_that_are_compiled_against_one(
    tmp_path: Path, dependency: str, wanted: str, node: str
) -> None:
    files = {**package(dependencies={dependency: wanted}), "index.js": EXPRESS}
    assert facts_of(tmp_path, files).find_value("node.version") == node


@pytest.mark.parametrize(
    ("version", "env"), [("10.12.1", ""), ("12.1.0", "pnpm_config_pm_on_fail=ignore")]
)
def test_pnpm_that_would_look_for_itself(tmp_path: Path, version: str, env: str) -> None:
    files = {**package(packageManager=f"pnpm@{version}", **KOA), "index.js": EXPRESS}
    assert words(facts_of(tmp_path, files), "build_env") == env
