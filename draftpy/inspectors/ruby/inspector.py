"""Ruby projects → facts."""

import json
import re
from collections.abc import Iterator
from posixpath import normpath

from draftpy.inspectors.constraints import exact_version
from draftpy.inspectors.facts import (
    AppKind,
    Confidence,
    Evidence,
    Fact,
    FactValue,
    Findings,
    Problem,
)
from draftpy.inspectors.ruby.manifest import RubyManifest, read_manifest
from draftpy.inspectors.ruby.packages import find_packages
from draftpy.inspectors.ruby.source import strip_comments
from draftpy.inspectors.ruby.start import RubyStart, find_ruby_start, is_rails
from draftpy.inspectors.runtime_version import (
    Wish,
    choose_line,
    decide_version,
    find_tool_wishes,
    find_wish,
)
from draftpy.inspectors.versions import NODE, RUBY
from draftpy.source import SourceTree

DEFAULT_PORT = 8080
# Gem → title; the more telling ones first.
_FRAMEWORKS = {
    "hanami": "Hanami",
    "sinatra": "Sinatra",
    "roda": "Roda",
    "grape": "Grape",
    "padrino": "Padrino",
    "cuba": "Cuba",
    "sidekiq": "Sidekiq",
    "rack": "Rack",
}
# Who has only these is no Ruby app: they check, release or document something else.
_TOOLS = frozenset(
    {"jekyll", "github-pages", "fastlane", "cocoapods", "danger", "rake", "rubocop", "overcommit"}
    | {"xcpretty", "minima", "jekyll-feed", "jekyll-seo-tag", "tzinfo-data", "wdm", "mdl"}
    | {"asciidoctor", "bundler-audit", "licensed", "html-proofer", "xcodeproj", "webrick"}
)
_ASSET_GEMS = ("sprockets-rails", "sprockets", "propshaft")
_NODE_LOCKS = {"yarn.lock": "yarn", "pnpm-lock.yaml": "pnpm", "package-lock.json": "npm"}


def inspect(tree: SourceTree) -> Findings:
    """Facts `ruby.*`; empty without a Gemfile or a .rb file to start."""
    declared = read_manifest(tree)
    manifest = declared or RubyManifest(file="")
    start = find_ruby_start(tree, manifest)
    if declared is None and start is None:
        return Findings()
    version, version_problems = _version(tree, manifest)
    facts = [
        *_manifest_facts(manifest),
        *_framework_facts(tree, manifest, start),
        *(_start_facts(tree, start) if start else ()),
        version,
        *_install_facts(tree, manifest, start),
        *_rails_facts(tree, manifest),
    ]
    problems = (*version_problems, *_problems(tree, manifest, start))
    return Findings(facts=tuple(facts), problems=problems)


def _manifest_facts(manifest: RubyManifest) -> Iterator[Fact]:
    if not manifest.file:
        return
    yield Fact(key="ruby.manifest", value=manifest.file, evidence=Evidence(file=manifest.file))
    run = {gem.name for gem in manifest.gems if gem.is_run}
    is_tooling = bool(run) and run <= _TOOLS and "".join(run) != "rake"
    yield Fact(key="ruby.is_tooling_only", value=is_tooling)


def _framework_facts(
    tree: SourceTree, manifest: RubyManifest, start: RubyStart | None
) -> Iterator[Fact]:
    if is_rails(tree, manifest):
        gem, title = "rails" if manifest.find("rails") else "railties", "Rails"
    else:
        gem = next((name for name in _FRAMEWORKS if manifest.has(name)), "")
        if not gem and start and start.shape.needs("sinatra"):
            gem = "sinatra"
        title = _FRAMEWORKS.get(gem, "")
    if not gem:
        return
    found = manifest.find(gem)
    where = found.evidence if found else Evidence(file=start.file if start else manifest.file)
    name = "rails" if title == "Rails" else gem
    yield Fact(key="ruby.framework", value=name, evidence=where)
    yield Fact(key="ruby.framework_title", value=title)
    number = re.match(r"\d+\.\d+", manifest.version_of(gem) or manifest.version_of("railties"))
    yield Fact(key="ruby.framework_version", value=number[0] if number else "")


def _start_facts(tree: SourceTree, start: RubyStart) -> Iterator[Fact]:
    where = start.evidence
    means = f"starts as {' '.join(start.command.args)}".replace("{port}", "PORT")
    place = Evidence(file=where.file, line=where.line, text=where.text, means=means)
    yield Fact(key="ruby.start", value=start.command.args, evidence=place)
    yield Fact(key="ruby.kind", value=str(start.kind))
    if start.kind is not AppKind.WEB:
        return
    port = start.port or (DEFAULT_PORT if start.variable else 0)
    if port:
        yield Fact(key="ruby.port", value=port, evidence=start.port_evidence)
    else:
        yield Fact(key="ruby.port", value=DEFAULT_PORT, confidence=Confidence.LIKELY)
    if start.variable:
        yield Fact(key="ruby.port_variable", value=start.variable)
    yield from _health_facts(tree, start)


def _health_facts(tree: SourceTree, start: RubyStart) -> Iterator[Fact]:
    routes = strip_comments(tree.find_text("config/routes.rb") or "")
    match = re.search(r"^\s*get[\s(]+[\"']/?(\w+)[\"'].*rails/health#show", routes, re.MULTILINE)
    if match:
        line = routes.count("\n", 0, match.start(1)) + 1
        means = "is asked by the probes"
        where = Evidence(file="config/routes.rb", line=line, text=f"/{match[1]}", means=means)
        yield Fact(key="ruby.health_path", value=f"/{match[1]}", evidence=where)
    elif start.shape.health_path:
        where = Evidence(file=start.file, line=start.shape.health_line)
        yield Fact(key="ruby.health_path", value=start.shape.health_path, evidence=where)


def _version(tree: SourceTree, manifest: RubyManifest) -> tuple[Fact, tuple[Problem, ...]]:
    """Bundler insists on the Gemfile's exact version, so then the image has just that one."""
    wishes = find_tool_wishes(tree, "ruby", ".ruby-version")
    if manifest.ruby:
        text = f'ruby "{manifest.ruby}"'
        where = Evidence(file=manifest.file, line=manifest.ruby_line, text=text)
        wishes.append(Wish(wanted=manifest.ruby, evidence=where))
    locked = find_wish(tree, manifest.lock_file, r"^RUBY VERSION\n\s+ruby (\d+\.\d+\.\d+)")
    wishes += [locked] if locked else []
    fact, problems = decide_version("ruby.version", RUBY, wishes)
    exact = exact_version(manifest.ruby)
    if manifest.ruby_file:
        named = find_wish(tree, normpath(manifest.ruby_file), r"(\d+\.\d+\.\d+)")
        exact = named.wanted if named else ""
    if exact.count(".") == 2:
        means = "exactly, as Bundler insists on it"
        where = Evidence(file=manifest.file, line=manifest.ruby_line, means=means)
        return Fact(key="ruby.version", value=exact, evidence=where), problems
    return fact, problems


def _install_facts(
    tree: SourceTree, manifest: RubyManifest, start: RubyStart | None
) -> Iterator[Fact]:
    packages = find_packages(manifest)
    files = [manifest.file, manifest.lock_file, manifest.ruby_file]
    added = start.added if start else ()
    facts: dict[str, FactValue] = {
        "has_gems": bool(manifest.file) and bool(manifest.gems or manifest.has_local),
        "install_files": tuple(file for file in files if file and tree.has(file)),
        "lock_file": manifest.lock_file,
        "is_locked": bool(manifest.lock_file) and not added and not _lacks_linux(manifest),
        "lacks_linux": _lacks_linux(manifest),
        "needs_source": manifest.has_local,
        "added": added,
        "build_packages": packages.build,
        "run_packages": packages.run,
    }
    for name, value in facts.items():
        yield Fact(key=f"ruby.{name}", value=value)


def _lacks_linux(manifest: RubyManifest) -> bool:
    """A lock that was only resolved for the developers' own machines."""
    names = manifest.platforms
    return bool(names) and not any(name == "ruby" or "linux" in name for name in names)


def _rails_facts(tree: SourceTree, manifest: RubyManifest) -> Iterator[Fact]:
    if not is_rails(tree, manifest):
        return
    has_assets = any(path.startswith("app/assets/") for path in tree.files)
    builds = has_assets and any(manifest.has(gem) for gem in _ASSET_GEMS)
    builds = builds or any(manifest.has(gem) for gem in ("shakapacker", "webpacker", "vite_rails"))
    yield Fact(key="ruby.builds_assets", value=builds)
    yield Fact(key="ruby.has_bootsnap", value=manifest.has("bootsnap"))
    manager = _node_manager(tree)
    if builds and manager:
        yield Fact(key="ruby.node_version", value=_node_version(tree))
        yield Fact(key="ruby.node_manager", value=manager)
    yield Fact(key="ruby.needed_env", value=tuple(_needed_env(tree, manifest)))


def _node_manager(tree: SourceTree) -> str:
    """Who installs the assets' packages; nothing without packages."""
    try:
        package = json.loads(tree.find_text("package.json") or "{}")
    except (ValueError, RecursionError):
        return ""
    if not isinstance(package, dict):
        return ""
    if not any(package.get(key) for key in ("dependencies", "devDependencies")):
        return ""
    return next((tool for lock, tool in _NODE_LOCKS.items() if tree.has(lock)), "npm-install")


def _node_version(tree: SourceTree) -> str:
    wishes = [
        *find_tool_wishes(tree, "nodejs", ".nvmrc"),
        *find_tool_wishes(tree, "node", ".node-version"),
    ]
    wish = next(iter(wishes), None)
    return (choose_line(NODE, wish.wanted) if wish else None) or NODE.default


def _needed_env(tree: SourceTree, manifest: RubyManifest) -> Iterator[str]:
    yield "SECRET_KEY_BASE"
    if any(manifest.has(gem) for gem in ("pg", "mysql2", "trilogy")):
        yield "DATABASE_URL"
    if tree.has("config/credentials.yml.enc"):
        yield "RAILS_MASTER_KEY"


def _problems(
    tree: SourceTree, manifest: RubyManifest, start: RubyStart | None
) -> Iterator[Problem]:
    if _lacks_linux(manifest):
        what = (
            f"knows only {', '.join(manifest.platforms)}; the image's build adds Linux to its copy"
        )
        remedy = "bundle lock --add-platform x86_64-linux aarch64-linux"
        yield Problem(file=manifest.lock_file, what=what, remedy=remedy)
    host = start.shape.host if start else ""
    if start and host in ("localhost", "127.0.0.1"):
        what = f"listens on {host} only, which nothing outside its container reaches"
        yield Problem(file=start.file, line=start.shape.port_line, what=what, remedy="use 0.0.0.0")
    if not is_rails(tree, manifest):
        return
    settings = strip_comments(tree.find_text("config/environments/production.rb") or "")
    forced = re.search(r"^\s*config\.force_ssl\s*=\s*true", settings, re.MULTILINE)
    if forced and not re.search(r"^\s*config\.assume_ssl\s*=\s*true", settings, re.MULTILINE):
        line = settings.count("\n", 0, forced.end()) + 1
        what = "sends browsers to https, which a port-forward does not speak"
        remedy = "set config.assume_ssl = true if something before the app speaks https"
        yield Problem(file="config/environments/production.rb", line=line, what=what, remedy=remedy)
    if "DATABASE_URL" in _needed_env(tree, manifest):
        what = "names a database server: set DATABASE_URL in env of the chart's values"
        yield Problem(file=manifest.file, what=what, is_note=True)
