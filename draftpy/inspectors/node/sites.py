"""Tools that build a site of files: which folder they fill, and which page serves all paths."""

import re
import shlex
from posixpath import join, normpath
from urllib.parse import urlsplit

from draftpy.inspectors.facts import Evidence
from draftpy.inspectors.node.package import Package
from draftpy.inspectors.node.serving import Serving
from draftpy.inspectors.node.ssr import find_output

_SPA = "index.html"


def react_scripts(package: Package) -> Serving:
    """Create React App and what wraps it."""
    text = package.flattened(package.builds)
    moved = re.search(r"\bBUILD_PATH=[\"']?([\w./-]+)", text)
    site = normpath(moved[1]) if moved else "build"
    base = _base(urlsplit(str(package.manifest.doc.get("homepage") or "")).path)
    return Serving(site=site, fallback=_SPA, base=base, build="react-scripts build")


def vite(package: Package) -> Serving:
    """Vite: `build.outDir` below `root`, on the command line or in its configuration."""
    config = package.config("vite.config")
    words = _words(package, "vite build")
    root = find_output(config, "root") or _first_argument(words, "vite", "build")
    out = _option(words, "--outDir") or find_output(config, "build", "outDir") or "dist"
    base = _base(_option(words, "--base", is_path=False) or config.text("base"))
    site = normpath(join(root, out))
    return Serving(site=site, fallback=_SPA, base=base, build="vite build")


def vue_cli(package: Package) -> Serving:
    """Vue CLI."""
    config = package.config("vue.config")
    site = (
        _option(_words(package, "vue-cli-service build"), "--dest")
        or find_output(config, "outputDir")
        or "dist"
    )
    return Serving(site=site, fallback=_SPA, build="vue-cli-service build")


# Gatsby: a page of its own for each path.
GATSBY = Serving(site="public", build="gatsby build", needs_no_page=True)


def docusaurus(package: Package) -> Serving:
    """Docusaurus."""
    site = _option(_words(package, "docusaurus build"), "--out-dir") or "build"
    base = _base(package.config("docusaurus.config").text("baseUrl"))
    return Serving(site=site, base=base, build="docusaurus build", needs_no_page=True)


def vitepress(package: Package) -> Serving:
    """VitePress."""
    return _in_own_folder(package, "vitepress")


def vuepress(package: Package) -> Serving:
    """VuePress."""
    return _in_own_folder(package, "vuepress")


def _in_own_folder(package: Package, tool: str) -> Serving:
    """A tool whose output lies in a folder of its name, inside the one that it builds."""
    words = _words(package, f"{tool} build")
    folder = _first_argument(words, tool, "build") or _folder_of(package, f".{tool}")
    return Serving(
        site=normpath(join(folder, f".{tool}/dist")),
        base=_base(package.config(join(folder, f".{tool}/config")).text("base")),
        build=f"{tool} build {folder}",
        needs_no_page=True,
    )


def eleventy(package: Package) -> Serving:
    """Eleventy."""
    config = package.config(".eleventy", "eleventy.config")
    site = (
        _option(_words(package, "eleventy", "@11ty/eleventy"), "--output")
        or find_output(config, "dir", "output")
        or "_site"
    )
    return Serving(site=site, build="eleventy", needs_no_page=True)


# Hexo.
HEXO = Serving(site="public", build="hexo generate", needs_no_page=True)


def expo(package: Package) -> Serving | None:
    """Expo's web export, where the app has one."""
    if not package.manifest.knows("react-native-web"):
        return None
    return Serving(
        site="dist", fallback=_SPA, build="expo export --platform web", needs_no_page=True
    )


def parcel(package: Package) -> Serving:
    """Parcel."""
    site = _option(_words(package, "parcel build"), "--dist-dir") or "dist"
    return Serving(site=normpath(site), fallback=_SPA, build="parcel build index.html")


def webpack(package: Package) -> Serving | None:
    """webpack, if it makes a page or bundles beside one."""
    config = package.config(
        "webpack.config", "webpack.prod", "config/webpack.prod", "webpack.common"
    )
    site = _option(_words(package, "webpack"), "--output-path") or find_output(
        config, "output", "path"
    )
    site = normpath(site or "dist")
    makes_page = package.manifest.knows("html-webpack-plugin", "html-bundler-webpack-plugin")
    has_page = package.tree.has(f"{site}/index.html")
    if not makes_page and not has_page:
        return None
    return Serving(site=site, fallback=_SPA, needs_no_page=True)


def rsbuild(package: Package) -> Serving:
    """Rsbuild."""
    config = package.config("rsbuild.config")
    site = find_output(config, "distPath", "root") or "dist"
    return Serving(site=site, fallback=_SPA, build="rsbuild build")


# Ember, Umi, Slidev: one page in dist.
IN_DIST = Serving(site="dist", fallback=_SPA)


# Quasar's single-page mode.
QUASAR = Serving(site="dist/spa", fallback=_SPA, build="quasar build")


def beside_its_page(package: Package) -> Serving | None:
    """Any other build of an app whose page stands in public/."""
    if not package.tree.has("public/index.html") or not package.builds:
        return None
    where = Evidence(file="public/index.html", means="is served from public")
    return Serving(site="public", evidence=where)


def _words(package: Package, *commands: str) -> list[str]:
    """The words of the script that builds, those of scripts that it runs included."""
    text = package.flattened(package.script_with(*commands) or package.builds)
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _base(path: str) -> str:
    """`/project` of `/project/`; "" for the root, or for pages that name no path."""
    return path.rstrip("/") if re.fullmatch(r"/[\w./-]+", path) else ""


def _option(words: list[str], flag: str, *, is_path: bool = True) -> str:
    """The value of `--flag VALUE` or `--flag=VALUE`."""
    for index, word in enumerate(words):
        name, _, value = word.partition("=")
        if name == flag:
            found = value or (words[index + 1] if index + 1 < len(words) else "")
            return normpath(found) if found and is_path else found
    return ""


def _first_argument(words: list[str], program: str, command: str) -> str:
    """The `docs` of `vitepress build docs`."""
    for index in range(len(words) - 2):
        if words[index : index + 2] == [program, command]:
            argument = words[index + 2]
            return normpath(argument) if re.fullmatch(r"[\w./-]+", argument) else ""
    return ""


def _folder_of(package: Package, name: str) -> str:
    """The folder in which a tool's own folder lies."""
    found = next((f for f in package.tree.files if name in f.split("/")[:-1]), "")
    return found.partition(name)[0].rstrip("/") or "."
