"""Julia projects → facts."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from draftpy.inspectors.code_files import HASH_LIKE, CodeFile, read_code
from draftpy.inspectors.facts import AppKind, Evidence, Fact, FactValue, Findings, Problem
from draftpy.inspectors.listening import Dialect, find_listening, serves
from draftpy.inspectors.runtime_version import Wish, decide_version, find_tool_wishes
from draftpy.inspectors.versions import JULIA
from draftpy.source import SourceTree

MANIFEST = "Project.toml"
_STEMS = ("main", "server", "app", "run", "start", "bootstrap", "index", "worker")
_FRAMEWORKS = {"Genie": "Genie", "Oxygen": "Oxygen", "HTTP": "HTTP.jl"}
_DIALECT = Dialect(
    reads=re.compile(r"(?:\bENV\[|get\(\s*ENV\s*,)\s*\"(\w+)\""),
    listens=re.compile(
        r"\bHTTP\.(?:serve|listen)!?\(|\bserve(?:parallel)?!?\(|\bup\(|\bSockets\.listen|\blisten\("
    ),
    ports=(
        re.compile(r"\bport\s*=\s*(?P<port>\d{2,5})\b"),
        re.compile(r"\b(?:serve|listen)!?\([^)\n]*?,\s*(?P<port>\d{4,5})\b"),
        re.compile(r"\bup\(\s*(?P<port>\d{4,5})\b"),
    ),
)


def inspect(tree: SourceTree) -> Findings:
    """Facts `julia.*`; empty without a .jl file to start."""
    files = read_code(tree, (".jl",), HASH_LIKE, lambda path: not path.startswith("test/"))
    if not files:
        return Findings()
    project, problems = _read_project(tree)
    script = _find_script(files, project)
    if script is None:
        return Findings(problems=problems)
    version, version_problems = decide_version("julia.version", JULIA, _wishes(tree, project))
    where = Evidence(file=script.path, means=f"starts as julia {script.path}")
    facts = [
        *_manifest_facts(tree, project),
        Fact(key="julia.start", value=("julia", "--project=/app", script.path), evidence=where),
        *_kind_facts(script, files),
        version,
    ]
    return Findings(facts=tuple(facts), problems=(*problems, *version_problems))


def _read_project(tree: SourceTree) -> tuple[dict[str, Any], tuple[Problem, ...]]:
    try:
        return tomllib.loads(tree.find_text(MANIFEST) or ""), ()
    except tomllib.TOMLDecodeError as error:
        what = f"is not valid TOML: {error}"
        return {}, (Problem(file=MANIFEST, what=what, remedy=f"mend {MANIFEST}"),)


def _find_script(files: list[CodeFile], project: Mapping[str, Any]) -> CodeFile | None:
    known = {file.path: file for file in files}
    named = [f"{folder}{stem}.jl" for folder in ("", "bin/", "src/") for stem in _STEMS]
    own = str(project.get("name", ""))
    found = next((known[path] for path in [*named, f"src/{own}.jl"] if path in known), None)
    lone = [file for file in files if "/" not in file.path]
    return found or (lone[0] if len(lone) == 1 else None)


def _manifest_facts(tree: SourceTree, project: Mapping[str, Any]) -> Iterator[Fact]:
    dependencies = project.get("deps")
    if tree.has(MANIFEST):
        yield Fact(key="julia.manifest", value=MANIFEST, evidence=Evidence(file=MANIFEST))
    facts: dict[str, FactValue] = {
        "has_packages": bool(dependencies),
        "is_locked": tree.has("Manifest.toml"),
        "is_package": bool(project.get("name")),
    }
    for name, value in facts.items():
        yield Fact(key=f"julia.{name}", value=value)
    for name, title in _FRAMEWORKS.items():
        if isinstance(dependencies, dict) and name in dependencies:
            yield Fact(key="julia.framework", value=name, evidence=Evidence(file=MANIFEST))
            yield Fact(key="julia.framework_title", value=title)
            return


def _kind_facts(script: CodeFile, files: list[CodeFile]) -> Iterator[Fact]:
    if serves(files, _DIALECT) is None:
        loops = re.search(r"\bwhile\s+true\b", script.code)
        yield Fact(key="julia.kind", value=str(AppKind.WORKER if loops else AppKind.JOB))
        return
    yield Fact(key="julia.kind", value=str(AppKind.WEB))
    yield from find_listening(files, _DIALECT).facts("julia")


def _wishes(tree: SourceTree, project: Mapping[str, Any]) -> list[Wish]:
    wishes = find_tool_wishes(tree, "julia", ".julia-version")
    compat = project.get("compat")
    wanted = compat.get("julia") if isinstance(compat, dict) else None
    if isinstance(wanted, str):
        # A plain version means: that one or a newer one of its major version.
        ranged = " || ".join(
            part if part[0] in "^~<>=" else f"^{part}"
            for part in re.split(r"\s*,\s*", wanted)
            if part
        )
        where = Evidence(file=MANIFEST, text=f'julia = "{wanted}"')
        wishes.append(Wish(wanted=ranged, evidence=where))
    return wishes
