"""Gleam projects → facts."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from draftpy.inspectors.beam.source import find_listening
from draftpy.inspectors.facts import AppKind, Confidence, Evidence, Fact, Findings, Problem
from draftpy.inspectors.runtime_version import Wish, decide_version, find_tool_wishes
from draftpy.inspectors.versions import GLEAM
from draftpy.source import SourceTree

# What mist listens on, who answers HTTP for nearly all Gleam apps.
DEFAULT_PORT = 4000
MANIFEST = "gleam.toml"
_FRAMEWORKS = {"wisp": "Wisp", "mist": "Mist", "lustre": "Lustre"}


def inspect(tree: SourceTree) -> Findings:
    """Facts `gleam.*`; empty without gleam.toml."""
    text = tree.find_text(MANIFEST)
    if text is None:
        return Findings()
    try:
        given: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        what = f"is not valid TOML: {error}"
        return Findings(problems=(Problem(file=MANIFEST, what=what, remedy=f"mend {MANIFEST}"),))
    version, problems = decide_version("gleam.version", GLEAM, _wishes(tree, text, given))
    facts = [
        Fact(key="gleam.manifest", value=MANIFEST, evidence=Evidence(file=MANIFEST)),
        *_framework_facts(text, given),
        *_start_facts(tree, given),
        *_port_facts(tree, given),
        version,
        Fact(key="gleam.is_locked", value=tree.has("manifest.toml")),
        Fact(key="gleam.needs_source", value="path" in str(given.get("dependencies"))),
    ]
    return Findings(facts=tuple(facts), problems=(*problems, *_problems(tree, given)))


def _wishes(tree: SourceTree, text: str, given: dict[str, Any]) -> list[Wish]:
    wishes = find_tool_wishes(tree, "gleam")
    wanted = given.get("gleam")
    if isinstance(wanted, str):
        line = _line_of(text, r"^gleam\s*=")
        wishes.append(Wish(wanted=wanted, evidence=Evidence(file=MANIFEST, line=line, text=wanted)))
    return wishes


def _framework_facts(text: str, given: dict[str, Any]) -> Iterator[Fact]:
    dependencies = given.get("dependencies")
    for name, title in _FRAMEWORKS.items():
        if isinstance(dependencies, dict) and name in dependencies:
            where = Evidence(file=MANIFEST, line=_line_of(text, rf"^{name}\s*="))
            yield Fact(key="gleam.framework", value=name, evidence=where)
            yield Fact(key="gleam.framework_title", value=title)
            return


def _start_facts(tree: SourceTree, given: dict[str, Any]) -> Iterator[Fact]:
    name = str(given.get("name", ""))
    source = f"src/{name}.gleam"
    code = tree.find_text(source) or ""
    main = re.search(r"^pub fn main\(\)", code, re.MULTILINE)
    if main is None or given.get("target") == "javascript":
        return
    line = code.count("\n", 0, main.start()) + 1
    where = Evidence(file=source, line=line, text=main[0], means="starts as entrypoint.sh run")
    yield Fact(key="gleam.start", value=("/app/entrypoint.sh", "run"), evidence=where)


def _port_facts(tree: SourceTree, given: dict[str, Any]) -> Iterator[Fact]:
    listening = find_listening(tree, (".gleam",))
    serves = listening.serves or "mist" in (given.get("dependencies") or {})
    yield Fact(key="gleam.kind", value=str(AppKind.WEB if serves else AppKind.WORKER))
    if not serves:
        return
    if listening.variable:
        yield Fact(key="gleam.port", value=8080, evidence=listening.evidence)
        yield Fact(key="gleam.port_variable", value=listening.variable)
        return
    sure = Confidence.CERTAIN if listening.port else Confidence.LIKELY
    port = listening.port or DEFAULT_PORT
    yield Fact(key="gleam.port", value=port, evidence=listening.evidence, confidence=sure)


def _problems(tree: SourceTree, given: dict[str, Any]) -> Iterator[Problem]:
    if given.get("target") == "javascript":
        what = "compiles to JavaScript, which this pack does not start"
        yield Problem(file=MANIFEST, what=what, remedy="write a Dockerfile, or target erlang")
    for path in (file for file in tree.files if file.endswith(".gleam")):
        text = tree.find_text(path) or ""
        if "mist.start" in text and "mist.bind" not in text:
            what = "listens on localhost only, which nothing outside its container reaches"
            remedy = 'add |> mist.bind("0.0.0.0")'
            yield Problem(file=path, line=_line_of(text, r"mist\.start"), what=what, remedy=remedy)


def _line_of(text: str, pattern: str) -> int:
    match = re.search(pattern, text, re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else 0
