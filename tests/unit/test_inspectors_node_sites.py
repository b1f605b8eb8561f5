from pathlib import Path

import pytest

from tests.support.node_apps import EXPRESS, app, steps, words

VITE = "export default defineConfig({ root: 'web', build: { outDir: '../out' } })"
ROOT_ONLY = "export default defineConfig(({ mode }) => ({ build: { outDir: 'public_html' } }))"
WEBPACK = "module.exports = { output: { path: path.resolve(__dirname, 'www') } }"


@pytest.mark.parametrize(
    ("packages", "build", "files", "site"),
    [
        ("vite", "vite build", {"index.html": ""}, "dist"),
        ("vite", "tsc -b && vite build --outDir=static", {"index.html": ""}, "static"),
        ("vite", "vite build", {"vite.config.ts": VITE, "web/index.html": ""}, "out"),
        ("vite", "vite build", {"vite.config.js": ROOT_ONLY, "index.html": ""}, "public_html"),
        ("react-scripts", "react-scripts build", {}, "build"),
        ("react-scripts", "BUILD_PATH='./www' craco build", {}, "www"),
        ("@vue/cli-service", "vue-cli-service build", {}, "dist"),
        ("gatsby", "gatsby build", {}, "public"),
        ("@docusaurus/core", "docusaurus build", {}, "build"),
        ("vitepress", "vitepress build docs", {}, "docs/.vitepress/dist"),
        ("@11ty/eleventy", "npx @11ty/eleventy --output=www", {}, "www"),
        ("@11ty/eleventy", "eleventy", {".eleventy.js": "({ dir: { output: 'pub' } })"}, "pub"),
        ("hexo", "hexo generate", {}, "public"),
        ("parcel", "parcel build src/index.html --dist-dir www", {}, "www"),
        ("webpack html-webpack-plugin", "webpack", {"webpack.config.js": WEBPACK}, "www"),
        ("expo react-native-web", "expo export -p web", {}, "dist"),
    ],
)
def test_folder_of_the_build(
    tmp_path: Path, packages: str, build: str, files: dict[str, str], site: str
) -> None:
    facts = app(tmp_path, packages, files, scripts={"build": build})
    assert facts.find_value("node.output") == site
    assert facts.find_value("node.kind") == "static"
    assert facts.find_value("node.port") == 8080
    assert facts.find("node.start") is None


@pytest.mark.parametrize("start", ["react-scripts start", "serve -s build", "npm run dev"])
def test_start_for_developers_makes_no_server(tmp_path: Path, start: str) -> None:
    scripts = {"build": "react-scripts build", "start": start, "dev": "vite"}
    facts = app(tmp_path, "react-scripts", {"public/index.html": ""}, scripts=scripts)
    assert facts.find_value("node.site") == "build"
    assert facts.find_value("node.fallback") == "index.html"


def test_server_of_its_own_beside_a_built_page(tmp_path: Path) -> None:
    scripts = {"build": "vite build", "dev": "vite"}
    files = {"index.html": "", "server.js": EXPRESS}
    facts = app(tmp_path, "vite express", files, scripts=scripts)
    assert words(facts, "start") == "node server.js"
    assert steps(facts) == ("npm run build",)


def test_start_script_of_a_server_beside_a_built_page(tmp_path: Path) -> None:
    scripts = {"build": "vite build", "start": "node server/prod.js"}
    files = {"index.html": "", "server/prod.js": EXPRESS}
    facts = app(tmp_path, "vite express", files, scripts=scripts)
    assert words(facts, "start") == "node server/prod.js"


def test_scripts_of_another_name_build_the_site(tmp_path: Path) -> None:
    scripts = {"docs:dev": "vitepress dev docs", "docs:build": "vitepress build docs"}
    facts = app(tmp_path, "vitepress", {"docs/index.md": ""}, scripts=scripts)
    assert steps(facts) == ("npm run docs:build",)


def test_build_through_other_scripts(tmp_path: Path) -> None:
    scripts = {"build": 'run-p type-check "build-only {@}" --', "build-only": "vite build"}
    facts = app(tmp_path, "vite", {"index.html": ""}, scripts=scripts)
    assert steps(facts) == ("npm run build",)


def test_bundler_of_a_library_makes_no_site(tmp_path: Path) -> None:
    scripts = {"build": "tsup", "test": "vitest"}
    facts = app(tmp_path, "vite", {"src/lib.ts": "export const a = 1"}, scripts=scripts)
    assert facts.find("node.site") is None
    assert facts.find("node.start") is None


def test_any_build_beside_a_page(tmp_path: Path) -> None:
    scripts = {"build": "tailwindcss -i src/in.css -o public/out.css"}
    facts = app(tmp_path, "tailwindcss", {"public/index.html": ""}, scripts=scripts)
    assert facts.find_value("node.output") == "public"
    assert facts.find_value("node.fallback") == ""


def test_page_without_a_script_is_built_all_the_same(tmp_path: Path) -> None:
    facts = app(tmp_path, "vite", {"index.html": ""}, scripts={"dev": "vite"})
    assert steps(facts) == ("npx vite build",)


@pytest.mark.parametrize(
    ("packages", "files", "base"),
    [
        ("vite", {"vite.config.js": "export default { base: '/shop/' }"}, "/shop"),
        ("vite", {"vite.config.js": "export default { base: './' }"}, ""),
        ("@docusaurus/core", {"docusaurus.config.js": "export default {baseUrl: '/d/'}"}, "/d"),
        ("vitepress", {"docs/.vitepress/config.mts": "export default {base: '/v/'}"}, "/v"),
    ],
)
def test_path_of_the_pages(tmp_path: Path, packages: str, files: dict[str, str], base: str) -> None:
    facts = app(tmp_path, packages, {"index.html": "", **files}, scripts={"dev": "x"})
    assert facts.find_value("node.base_path") == base


def test_homepage_of_create_react_app(tmp_path: Path) -> None:
    keys = {"homepage": "https://me.example/app", "scripts": {"build": "react-scripts build"}}
    facts = app(tmp_path, "react-scripts", {"public/index.html": ""}, **keys)
    assert facts.find_value("node.base_path") == "/app"
