"""Where a PHP app's pages are, or which script is its program."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import normpath

from draftpy.inspectors.facts import AppKind, Evidence
from draftpy.inspectors.php.manifest import PhpManifest
from draftpy.inspectors.procfile import find_start
from draftpy.source import SourceTree

_FOLDERS = ("public", "web", "webroot", "htdocs", "www", "public_html", "html", "docroot", "src")
_PROGRAMS = ("server", "worker", "bot", "consumer", "main", "app", "cli", "cron", "run", "script")
_LISTENS = re.compile(
    r"stream_socket_server|socket_bind|socket_create_listen|React\\Http|React\\Socket|Workerman\\"
    r"|(?:Open)?Swoole\\(?:Http|Server|WebSocket)|Amp\\Http\\Server|Ratchet\\"
)
_LOOPS = re.compile(r"while\s*\(\s*(?:true|1)\s*\)|for\s*\(\s*;;\s*\)|->(?:run|loop|consume)\(\)")
_ROUTES = re.compile(r"\$_SERVER\[['\"](?:REQUEST_URI|PATH_INFO)['\"]\]")
_ROUTERS = (
    "slim/slim",
    "nikic/fast-route",
    "league/route",
    "bramus/router",
    "altorouter/altorouter",
)
_PORT = re.compile(r"(?:0\.0\.0\.0|127\.0\.0\.1|localhost|\[::\])[\"']?\s*[:,]\s*(\d{2,5})")


@dataclass(frozen=True, slots=True, kw_only=True)
class PhpFramework:
    """A framework: its package, its name, where its pages are and what it writes to."""

    name: str
    title: str
    package: str
    docroot: str
    writable: tuple[str, ...] = ()


FRAMEWORKS = (
    PhpFramework(
        name="laravel",
        title="Laravel",
        package="laravel/framework",
        docroot="public",
        writable=(
            "bootstrap/cache",
            "storage/app",
            "storage/framework/cache",
            "storage/framework/sessions",
            "storage/framework/views",
            "storage/logs",
        ),
    ),
    PhpFramework(
        name="symfony",
        title="Symfony",
        package="symfony/framework-bundle",
        docroot="public",
        writable=("var/cache/prod/pools", "var/log", "var/share"),
    ),
    PhpFramework(name="lumen", title="Lumen", package="laravel/lumen-framework", docroot="public"),
    PhpFramework(
        name="codeigniter",
        title="CodeIgniter",
        package="codeigniter4/framework",
        docroot="public",
        writable=("writable/cache", "writable/logs", "writable/session", "writable/uploads"),
    ),
    PhpFramework(
        name="cakephp",
        title="CakePHP",
        package="cakephp/cakephp",
        docroot="webroot",
        writable=("tmp", "logs"),
    ),
    PhpFramework(
        name="yii",
        title="Yii",
        package="yiisoft/yii2",
        docroot="web",
        writable=("runtime", "web/assets"),
    ),
    PhpFramework(name="drupal", title="Drupal", package="drupal/core", docroot="web"),
    PhpFramework(name="slim", title="Slim", package="slim/slim", docroot="public"),
    PhpFramework(name="mezzio", title="Mezzio", package="mezzio/mezzio", docroot="public"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """How the app runs: pages below `docroot` by Apache, or `script` as a program."""

    kind: AppKind
    evidence: Evidence
    docroot: str = ""
    index: str = "index.php"
    falls_back: bool = False
    script: tuple[str, ...] = ()
    port: int = 0


def find_framework(tree: SourceTree, manifest: PhpManifest) -> PhpFramework | None:
    """The framework that the app is built on."""
    return next((f for f in FRAMEWORKS if manifest.has(f.package) and _fits(tree, f)), None)


def find_site(
    tree: SourceTree, manifest: PhpManifest, framework: PhpFramework | None
) -> Site | None:
    """The pages if there are any, else a program; None if there is neither."""
    for folder, evidence in _folders(tree, manifest, framework):
        index = "index.php" if folder == "." else f"{folder}/index.php"
        if tree.has(index):
            return _pages(tree, manifest, folder, evidence or Evidence(file=index))
    return _program(tree) or _lone_page(tree)


def _fits(tree: SourceTree, framework: PhpFramework) -> bool:
    if framework.name == "laravel":
        return tree.has("artisan")
    return framework.name != "symfony" or tree.has("bin/console") or tree.has("public/index.php")


def _folders(
    tree: SourceTree, manifest: PhpManifest, framework: PhpFramework | None
) -> Iterator[tuple[str, Evidence | None]]:
    """The folders that may hold the pages, the best first."""
    process = find_start(tree)
    if process:
        words = process.command.args
        folder = _folder_of(list(words))
        if folder:
            yield folder, process.evidence
    for name in ("start", "serve"):
        text = manifest.scripts.get(name)
        folder = _folder_of(_split(text[-1] if isinstance(text, list) and text else text))
        if folder:
            yield folder, manifest.evidence_of(name)
    if framework:
        yield framework.docroot, None
    yield from ((folder, None) for folder in _FOLDERS[:-1])
    yield ".", None
    yield _FOLDERS[-1], None


def _split(text: object) -> list[str]:
    try:
        return shlex.split(text) if isinstance(text, str) else []
    except ValueError:
        return []


def _folder_of(words: list[str]) -> str:
    """The folder in `php -S … -t public` or `heroku-php-apache2 public/`."""
    if "-t" in words[:-1]:
        return normpath(words[words.index("-t") + 1])
    is_server = bool(words) and "heroku-php-" in words[0]
    last = words[-1] if is_server and len(words) > 1 else ""
    return normpath(last) if last and not last.startswith("-") else ""


def _pages(tree: SourceTree, manifest: PhpManifest, folder: str, evidence: Evidence) -> Site:
    prefix = "" if folder == "." else f"{folder}/"
    text = tree.find_text(f"{prefix}index.php") or ""
    has_rules = ".htaccess" in tree.names if not prefix else tree.has(f"{prefix}.htaccess")
    is_router = any(manifest.has(package) for package in _ROUTERS) or bool(_ROUTES.search(text))
    is_front = find_framework(tree, manifest) is not None or is_router
    return Site(
        kind=AppKind.WEB, evidence=evidence, docroot=folder, falls_back=is_front and not has_rules
    )


def _program(tree: SourceTree) -> Site | None:
    """A script that listens or goes on for ever, by Procfile or by what it does."""
    process = find_start(tree)
    if process and process.command.program == "php" and "-S" not in process.command.args:
        words = process.command.args
        kind = AppKind.WEB if process.name == "web" else AppKind.WORKER
        return Site(kind=kind, evidence=process.evidence, script=words, port=process.command.port)
    named = [f"{folder}{stem}.php" for stem in _PROGRAMS for folder in ("", "bin/", "src/")]
    paths = [path for path in named if tree.has(path)]
    paths += [path for path in tree.match("*.php") if path not in paths]
    for path in paths:
        text = tree.find_text(path) or ""
        listens, loops = _LISTENS.search(text), _LOOPS.search(text)
        if not listens and not loops and not text.startswith("#!"):
            continue
        found = listens or loops
        line = text.count("\n", 0, found.start()) + 1 if found else 1
        port = _PORT.search(text) if listens else None
        return Site(
            kind=_kind(listens=bool(listens), loops=bool(loops)),
            evidence=Evidence(file=path, line=line, text=text.splitlines()[line - 1].strip()),
            script=("php", path),
            port=int(port[1]) if port else 0,
        )
    return None


def _kind(*, listens: bool, loops: bool) -> AppKind:
    if listens:
        return AppKind.WEB
    return AppKind.WORKER if loops else AppKind.JOB


def _lone_page(tree: SourceTree) -> Site | None:
    """Pages without an index: the first of a telling name answers for the folder."""
    pages = list(tree.match("*.php"))
    if not pages:
        return None
    first = next((p for p in ("home.php", "main.php", "app.php") if p in pages), pages[0])
    return Site(kind=AppKind.WEB, evidence=Evidence(file=first), docroot=".", index=first)
