"""Sites of Jekyll → facts."""

from collections.abc import Iterator

import yaml

from draftpy.inspectors.facts import AppKind, Evidence, Fact, Findings, Problem
from draftpy.inspectors.ruby.manifest import RubyManifest, read_manifest
from draftpy.inspectors.runtime_version import decide_version, find_tool_wishes
from draftpy.inspectors.versions import RUBY
from draftpy.source import SourceTree

CONFIG = "_config.yml"
_GEMS = ("jekyll", "github-pages")
_FOLDERS = ("_layouts/", "_posts/", "_includes/")


def inspect(tree: SourceTree) -> Findings:
    """Facts `jekyll.*`; empty without _config.yml beside pages that Jekyll makes."""
    manifest = read_manifest(tree) or RubyManifest(file="")
    gem = next((name for name in _GEMS if manifest.has(name)), "")
    has_folders = any(path.startswith(_FOLDERS) for path in tree.files)
    if not tree.has(CONFIG) or not (gem or has_folders):
        return Findings()
    try:
        yaml.safe_load(tree.find_text(CONFIG) or "")
    except yaml.YAMLError as error:
        what = f"is not valid YAML: {str(error).splitlines()[0]}"
        return Findings(problems=(Problem(file=CONFIG, what=what, remedy=f"mend {CONFIG}"),))
    wishes = find_tool_wishes(tree, "ruby", ".ruby-version")
    version, problems = decide_version("jekyll.version", RUBY, wishes)
    return Findings(facts=(*_facts(tree, manifest, gem), version), problems=problems)


def _facts(tree: SourceTree, manifest: RubyManifest, gem: str) -> Iterator[Fact]:
    found = manifest.find(gem)
    where = found.evidence if found else Evidence(file=CONFIG)
    yield Fact(key="jekyll.framework", value="jekyll", evidence=where)
    yield Fact(key="jekyll.framework_title", value="Jekyll")
    yield Fact(key="jekyll.kind", value=str(AppKind.STATIC))
    yield Fact(key="jekyll.port", value=8080)
    # The web server's own answer, in the config that the pack writes.
    yield Fact(key="jekyll.health_path", value="/healthz")
    files = [name for name in (manifest.file, manifest.lock_file) if name and tree.has(name)]
    yield Fact(key="jekyll.install_files", value=tuple(files) if gem else ())
    yield Fact(key="jekyll.needs_source", value=manifest.has_local)
