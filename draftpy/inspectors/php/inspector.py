"""PHP projects → facts."""

import json
import re
from collections.abc import Iterator
from typing import Any

from draftpy.inspectors.constraints import allows
from draftpy.inspectors.facts import (
    AppKind,
    Confidence,
    Evidence,
    Fact,
    FactValue,
    Findings,
    Problem,
)
from draftpy.inspectors.php.extensions import SIMPLE, find_extensions
from draftpy.inspectors.php.manifest import (
    COMPOSER_JSON,
    COMPOSER_LOCK,
    PhpManifest,
    read_manifest,
)
from draftpy.inspectors.php.site import PhpFramework, Site, find_framework, find_site
from draftpy.inspectors.runtime_version import (
    Wish,
    age_problems,
    choose_line,
    decide_version,
    find_tool_wishes,
)
from draftpy.inspectors.versions import NODE, PHP
from draftpy.source import SourceTree

DEFAULT_PORT = 8080
_APACHE = ("apache2-foreground",)
_ASSET_SCRIPTS = ("build", "production", "prod")
_BUNDLER = re.compile(r"vite|webpack|encore|mix\b|rollup|esbuild|tailwind|postcss|sass|gulp|parcel")
_NODE_LOCKS = {"yarn.lock": "yarn", "pnpm-lock.yaml": "pnpm", "package-lock.json": "npm"}


def inspect(tree: SourceTree) -> Findings:
    """Facts `php.*`; empty without composer.json or a .php file that can be served or run."""
    manifest, problems = read_manifest(tree)
    framework = find_framework(tree, manifest)
    site = find_site(tree, manifest, framework)
    if site is None and not manifest.is_there:
        return Findings(problems=problems)
    version, version_problems = _version(tree, manifest)
    facts = [
        *_manifest_facts(manifest),
        *_framework_facts(tree, manifest, framework),
        *(_site_facts(tree, site) if site else ()),
        version,
        *_install_facts(tree, manifest, framework),
        *_asset_facts(tree),
    ]
    return Findings(facts=tuple(facts), problems=(*problems, *version_problems))


def _manifest_facts(manifest: PhpManifest) -> Iterator[Fact]:
    if manifest.is_there:
        where = Evidence(file=COMPOSER_JSON)
        yield Fact(key="php.manifest", value=COMPOSER_JSON, evidence=where)


def _framework_facts(
    tree: SourceTree, manifest: PhpManifest, framework: PhpFramework | None
) -> Iterator[Fact]:
    if framework:
        number = re.search(r"\d+(?:\.\d+)?", manifest.version_of(framework.package))
        where = manifest.evidence_of(framework.package)
        yield Fact(key="php.framework", value=framework.name, evidence=where)
        yield Fact(key="php.framework_title", value=framework.title)
        yield Fact(key="php.framework_version", value=number[0] if number else "")
        yield Fact(key="php.writable", value=framework.writable)
    elif tree.has("wp-includes/version.php"):
        where = Evidence(file="wp-includes/version.php")
        yield Fact(key="php.framework", value="wordpress", evidence=where)
        yield Fact(key="php.framework_title", value="WordPress")
        yield Fact(key="php.writable", value=("wp-content/uploads",))


def _site_facts(tree: SourceTree, site: Site) -> Iterator[Fact]:
    where = site.evidence
    program = " ".join(site.script)
    means = f"starts as {program}" if program else f"Apache serves {site.docroot}"
    place = Evidence(file=where.file, line=where.line, text=where.text, means=means)
    yield Fact(key="php.start", value=site.script or _APACHE, evidence=place)
    yield Fact(key="php.kind", value=str(site.kind))
    yield Fact(key="php.is_served", value=not site.script)
    yield Fact(key="php.docroot", value=site.docroot)
    yield Fact(key="php.index", value=site.index)
    is_served = not site.script and site.index == "index.php"
    yield Fact(key="php.has_index", value=is_served)
    yield Fact(key="php.falls_back", value=site.falls_back)
    if site.kind is AppKind.WEB:
        is_said = bool(site.port)
        yield Fact(
            key="php.port",
            value=site.port or DEFAULT_PORT,
            evidence=where if is_said else None,
            confidence=Confidence.CERTAIN if is_said or not site.script else Confidence.GUESS,
        )
        yield from _health_facts(tree)


def _health_facts(tree: SourceTree) -> Iterator[Fact]:
    """Laravel's own route, where bootstrap/app.php turns it on."""
    text = tree.find_text("bootstrap/app.php") or ""
    match = re.search(r"^\s*health:\s*['\"](/[\w/-]+)['\"]", text, re.MULTILINE)
    if match:
        line = text.count("\n", 0, match.start(1)) + 1
        means = "is asked by the probes"
        where = Evidence(file="bootstrap/app.php", line=line, text=match[0].strip(), means=means)
        yield Fact(key="php.health_path", value=match[1], evidence=where)


def _version(tree: SourceTree, manifest: PhpManifest) -> tuple[Fact, tuple[Problem, ...]]:
    """What a version file says, else what the app and every locked package allow."""
    wishes = find_tool_wishes(tree, "php", ".php-version")
    if manifest.platform_php and not wishes:
        where = manifest.evidence_of("platform")
        wishes = [Wish(wanted=manifest.platform_php, evidence=where)]
    if wishes or not (manifest.php or manifest.locked_php):
        return decide_version("php.version", PHP, wishes)
    ranges = [part for part in (manifest.php, *manifest.locked_php) if part]
    common = PHP.choose(lambda line: all(_may_run(part, line) for part in ranges))
    where = manifest.evidence_of("php")
    if common is None:
        return decide_version("php.version", PHP, [Wish(wanted=ranges[0], evidence=where)])
    fact = Fact(key="php.version", value=common, evidence=where if manifest.php else None)
    return fact, age_problems(PHP, common, where)


def _may_run(wanted: str, line: str) -> bool:
    try:
        return allows(wanted.partition("@")[0], line)
    except ValueError:
        return True


def _install_facts(
    tree: SourceTree, manifest: PhpManifest, framework: PhpFramework | None
) -> Iterator[Fact]:
    extensions = find_extensions(tree, manifest)
    if tree.has("wp-includes/version.php"):
        extensions = tuple(sorted({*extensions, "mysqli", "exif"}))
    files = [name for name in (COMPOSER_JSON, COMPOSER_LOCK, "symfony.lock") if tree.has(name)]
    facts: dict[str, FactValue] = {
        "has_packages": manifest.has_packages,
        "is_locked": manifest.is_locked,
        "install_files": tuple(files),
        "needs_source": manifest.has_path_packages,
        "extensions": extensions,
        "has_simple_extensions": set(extensions) <= SIMPLE,
        "has_asset_mapper": manifest.has("symfony/asset-mapper"),
        "needed_env": _needed_env(framework),
    }
    for name, value in facts.items():
        yield Fact(key=f"php.{name}", value=value)


def _needed_env(framework: PhpFramework | None) -> tuple[str, ...]:
    secrets = {"laravel": "APP_KEY", "symfony": "APP_SECRET"}
    secret = secrets.get(framework.name) if framework else None
    return (secret,) if secret else ()


def _asset_facts(tree: SourceTree) -> Iterator[Fact]:
    """A front end that is built by Node before the pages can be served."""
    package = _load_package(tree)
    scripts = package.get("scripts")
    named = scripts if isinstance(scripts, dict) else {}
    script = next(
        (n for n in ("build", "production", "prod") if _BUNDLER.search(str(named.get(n)))), ""
    )
    if not script:
        return
    manager = next((tool for lock, tool in _NODE_LOCKS.items() if tree.has(lock)), "npm-install")
    wishes = [
        *find_tool_wishes(tree, "nodejs", ".nvmrc"),
        *find_tool_wishes(tree, "node", ".node-version"),
    ]
    version = choose_line(NODE, wishes[0].wanted) if wishes else None
    yield Fact(key="php.node_version", value=version or NODE.default)
    yield Fact(key="php.node_manager", value=manager)
    yield Fact(key="php.asset_script", value=script)


def _load_package(tree: SourceTree) -> dict[str, Any]:
    try:
        loaded = json.loads(tree.find_text("package.json") or "{}")
    except (ValueError, RecursionError):
        return {}
    return loaded if isinstance(loaded, dict) else {}
