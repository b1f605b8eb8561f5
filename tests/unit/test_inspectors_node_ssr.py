from pathlib import Path

import pytest

from tests.support.node_apps import app, steps, words


@pytest.mark.parametrize(
    "config",
    [
        "module.exports = { output: 'standalone' }",
        'const config: NextConfig = {\n  output: "standalone",\n}\nexport default config',
        "export default { /* output: 'export', */ output: `x` && 'standalone' }",
    ],
)
def test_next_standalone(tmp_path: Path, config: str) -> None:
    facts = app(tmp_path, "next@15.1.0", {"next.config.ts": config, "public/x.svg": ""})
    is_literal = "&&" not in config
    assert words(facts, "start") == ("node server.js" if is_literal else "next start")
    assert facts.find_value("node.artefacts") == (
        (".next/standalone ./", ".next/static ./.next/static", "public ./public")
        if is_literal
        else ()
    )


def test_next_starts_itself(tmp_path: Path) -> None:
    scripts = {"build": "next build", "start": "next start -p 4000"}
    facts = app(tmp_path, "next react", {}, scripts=scripts)
    assert words(facts, "start") == "next start -p 4000"
    assert facts.find_value("node.port") == 4000
    assert "HOSTNAME=0.0.0.0" in words(facts, "run_env")
    assert words(facts, "writable") == "/app/.next/cache"


def test_next_export_is_a_site(tmp_path: Path) -> None:
    config = {"next.config.mjs": "export default {output:'export'}"}
    facts = app(tmp_path, "next", config, scripts={"build": "next build", "start": "next start"})
    assert facts.find_value("node.site") == "out"
    assert facts.find_value("node.kind") == "static"
    assert facts.find("node.start") is None


def test_next_with_a_server_of_its_own(tmp_path: Path) -> None:
    scripts = {"build": "next build", "start": "NODE_ENV=production node server.js"}
    facts = app(tmp_path, "next", {"server.js": "createServer(h).listen(3000)"}, scripts=scripts)
    assert words(facts, "start") == "node server.js"
    assert facts.find_value("node.port") == 3000


def test_next_configured_in_typescript_needs_it_at_every_start(tmp_path: Path) -> None:
    facts = app(
        tmp_path, "next", {"next.config.ts": "export default {}"}, devDependencies={"a": "1"}
    )
    assert facts.find_value("node.prune") == ""


def test_nuxt(tmp_path: Path) -> None:
    facts = app(tmp_path, "nuxt@^3.1", {}, scripts={"build": "nuxt build"})
    assert words(facts, "start") == "node .output/server/index.mjs"
    assert words(facts, "artefacts") == ".output ./.output"
    made = app(tmp_path / "site", "nuxt@^4", {}, scripts={"build": "nuxt generate"})
    assert made.find_value("node.site") == ".output/public"


def test_nuxt_2_starts_itself(tmp_path: Path) -> None:
    facts = app(tmp_path, "nuxt@^2.15", {})
    assert words(facts, "start") == "nuxt start"
    assert "HOST=0.0.0.0" in words(facts, "run_env")


def test_react_router_with_and_without_a_server(tmp_path: Path) -> None:
    scripts = {"build": "react-router build", "start": "react-router-serve ./build/server/index.js"}
    config = {"react-router.config.ts": "export default {\n // `false`\n ssr: true } satisfies C"}
    packages = {"devDependencies": {"@react-router/dev": "^7"}, "scripts": scripts}
    facts = app(tmp_path, "@react-router/serve@7", config, **packages)
    assert words(facts, "start") == "react-router-serve ./build/server/index.js"
    spa = {"react-router.config.ts": "export default { ssr: false }"}
    site = app(tmp_path / "spa", "@react-router/serve@7", spa, **packages)
    assert site.find_value("node.site") == "build/client"
    assert site.find_value("node.fallback") == "index.html"


def test_react_router_as_a_mere_library_is_a_site(tmp_path: Path) -> None:
    scripts = {"build": "vite build"}
    facts = app(tmp_path, "react-router@7 vite", {"index.html": ""}, scripts=scripts)
    assert facts.find_value("node.site") == "dist"


KIT = """import adapter from '@sveltejs/adapter-{}';
export default {{ kit: {{ adapter: adapter({}) }} }}"""


def test_svelte_kit_by_its_adapter(tmp_path: Path) -> None:
    node = {"svelte.config.js": KIT.format("node", "{ out: 'dist' }")}
    assert words(app(tmp_path, "@sveltejs/kit", node), "start") == "node dist"
    files = {"svelte.config.js": KIT.format("static", "{ fallback: '200.html' }")}
    site = app(tmp_path / "static", "@sveltejs/kit", files)
    assert site.find_value("node.site") == "build"
    assert site.find_value("node.fallback") == "200.html"


def test_svelte_kit_on_any_platform_is_led_to_node(tmp_path: Path) -> None:
    facts = app(tmp_path, "@sveltejs/kit", {"vite.config.ts": KIT.format("auto", "")})
    assert words(facts, "start") == "node build"
    assert words(facts, "build_env") == "GCP_BUILDPACKS=1"
    assert facts.problems[0].is_note


def test_svelte_kit_for_a_host_is_told(tmp_path: Path) -> None:
    facts = app(tmp_path, "@sveltejs/kit", {"svelte.config.js": KIT.format("vercel", "")})
    assert "no container runs" in facts.problems[0].what
    assert facts.find("node.start") is None


ASTRO = """import node from '@astrojs/node';
export default defineConfig({ %s adapter: node({ mode: 'standalone' }) });"""


@pytest.mark.parametrize(
    ("config", "page", "start"),
    [
        (ASTRO % "output: 'server',", "", "node dist/server/entry.mjs"),
        (ASTRO % "", "---\nexport const prerender = false;\n---", "node dist/server/entry.mjs"),
        (ASTRO % "", "---\n// prerender is on\n---", None),
        ("export default defineConfig({})", "", None),
    ],
)
def test_astro(tmp_path: Path, config: str, page: str, start: str | None) -> None:
    files = {"astro.config.mjs": config, "src/pages/index.astro": page}
    facts = app(tmp_path, "astro@5 @astrojs/node@9", files, scripts={"build": "astro build"})
    assert facts.find_value("node.site") == (None if start else "dist")
    assert (words(facts, "start") if start else None) == start


def test_tanstack_start(tmp_path: Path) -> None:
    facts = app(tmp_path, "@tanstack/react-start nitro", {}, scripts={"build": "vite build"})
    assert words(facts, "start") == "node .output/server/index.mjs"
    bare = app(tmp_path / "bare", "@tanstack/react-start", {}, scripts={"build": "vite build"})
    assert "no server" in bare.problems[0].what


ROOTED = '{"compilerOptions": {"outDir": "dist", "rootDir": "."}}'


@pytest.mark.parametrize(
    ("files", "start"),
    [
        ({"nest-cli.json": '{"sourceRoot": "src"}'}, "node dist/main.js"),
        ({"nest-cli.json": '{"sourceRoot": "src", "entryFile": "server"}'}, "node dist/server.js"),
        (
            {"nest-cli.json": '{"monorepo": true, "root": "apps/api"}'},
            "node dist/apps/api/main.js",
        ),
        ({"tsconfig.json": '{"compilerOptions": {"outDir": "./build",}}'}, "node build/main.js"),
        ({"tsconfig.json": ROOTED}, "node dist/src/main.js"),
    ],
)
def test_nest_without_a_start_for_production(
    tmp_path: Path, files: dict[str, str], start: str
) -> None:
    config = {"tsconfig.json": '{"compilerOptions": {"outDir": "./dist"}}', **files}
    scripts = {"build": "nest build", "start": "nest start"}
    main = {"src/main.ts": "await app.listen(process.env.PORT ?? 3000);"}
    facts = app(tmp_path, "@nestjs/core", {**config, **main}, scripts=scripts)
    assert words(facts, "start") == start
    assert steps(facts) == ("npm run build",)


ANGULAR = """{"projects": {"shop": {"projectType": "application", "architect": {"build": {
  "builder": "%s", "options": {%s}}}}}}"""


@pytest.mark.parametrize(
    ("builder", "options", "site"),
    [
        ("@angular/build:application", "", "dist/shop/browser"),
        ("@angular-devkit/build-angular:browser", '"outputPath": "dist/shop"', "dist/shop"),
        ("@angular/build:application", '"outputPath": "out"', "out/browser"),
        ("@angular/build:application", '"outputPath": {"base": "out", "browser": ""}', "out"),
    ],
)
def test_angular_site(tmp_path: Path, builder: str, options: str, site: str) -> None:
    files = {"angular.json": ANGULAR % (builder, options)}
    facts = app(
        tmp_path, "@angular/core", files, scripts={"build": "ng build", "start": "ng serve"}
    )
    assert facts.find_value("node.site") == site
    assert facts.find_value("node.fallback") == "index.html"


def test_angular_on_a_server(tmp_path: Path) -> None:
    options = '"outputMode": "server", "ssr": {"entry": "src/server.ts"}'
    files = {"angular.json": ANGULAR % ("@angular/build:application", options)}
    facts = app(tmp_path, "@angular/core", files)
    assert words(facts, "start") == "node dist/shop/server/server.mjs"
    assert facts.find_value("node.port_variable") == "PORT"


def test_next_with_all_its_packages_is_told(tmp_path: Path) -> None:
    facts = app(tmp_path, "next", {})
    assert [problem.is_note for problem in facts.problems] == [True]
    assert "standalone" in facts.problems[0].what
