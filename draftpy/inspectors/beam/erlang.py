"""Erlang projects → facts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from draftpy.inspectors.beam.source import Listening, find_listening, strip_erlang
from draftpy.inspectors.facts import (
    AppKind,
    Confidence,
    Evidence,
    Fact,
    Findings,
    Problem,
)
from draftpy.inspectors.runtime_version import Wish, decide_version, find_tool_wishes
from draftpy.inspectors.versions import ERLANG
from draftpy.source import SourceTree

DEFAULT_PORT = 8080
REBAR = "rebar.config"
_FRAMEWORKS = {"cowboy": "Cowboy", "nova": "Nova", "elli": "Elli", "yaws": "Yaws"}

_LEAVES_DEV = (("dev_mode", "false"), ("mode", "prod"), ("mode", "minimal"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Project:
    """What rebar.config says; `release` is empty without relx."""

    code: str
    app: str
    release: str
    line: int
    has_packages: bool
    is_dev_release: bool
    has_runtime: bool


def inspect(tree: SourceTree) -> Findings:
    """Facts `erlang.*`; empty without rebar.config."""
    text = tree.find_text(REBAR)
    if text is None:
        return Findings()
    project = _read_project(tree, strip_erlang(text))
    listening = find_listening(tree, (".erl", ".config", ".app.src"))
    version, problems = decide_version("erlang.version", ERLANG, _wishes(tree, project))
    facts = [
        Fact(key="erlang.manifest", value=REBAR, evidence=Evidence(file=REBAR)),
        *_framework_facts(project),
        *_start_facts(project),
        *_port_facts(listening),
        version,
        Fact(key="erlang.release", value=project.release),
        Fact(key="erlang.has_packages", value=project.has_packages),
        Fact(key="erlang.is_locked", value=tree.has("rebar.lock")),
        Fact(key="erlang.is_dev_release", value=project.is_dev_release),
        Fact(key="erlang.has_runtime", value=project.has_runtime),
    ]
    return Findings(facts=tuple(facts), problems=(*problems, *_problems(project)))


def _read_project(tree: SourceTree, code: str) -> _Project:
    release = re.search(r"\{\s*release\s*,\s*\{\s*'?([\w@]+)'?\s*,", code)
    production = re.search(r"\{\s*prod\s*,(.*)", code, re.DOTALL)
    base = code[: production.start()] if production else code
    own = production[1] if production else ""
    deps = re.search(r"\{\s*deps\s*,\s*\[\s*[^\]\s]", base)
    is_dev = any(_says(base, *said) for said in (("dev_mode", "true"), ("mode", "dev")))
    is_dev = is_dev and not any(_says(own, *said) for said in _LEAVES_DEV)
    brings = _says(own, "include_erts", "true") or not _says(base, "include_erts", "false")
    return _Project(
        code=code,
        app=_find_app(tree),
        release=release[1] if release else "",
        line=code.count("\n", 0, release.start()) + 1 if release else 0,
        has_packages=bool(deps),
        is_dev_release=is_dev,
        has_runtime=brings and not is_dev and not _says(own, "include_erts", "false"),
    )


def _says(code: str, key: str, value: str) -> bool:
    return bool(re.search(rf"\{{\s*{key}\s*,\s*{value}\s*\}}", code))


def _find_app(tree: SourceTree) -> str:
    """The application that src/ or an app of the umbrella describes."""
    sources = [*tree.match("src/*.app.src"), *tree.match("apps/*/src/*.app.src")]
    for path in sources:
        code = strip_erlang(tree.find_text(path) or "")
        name = re.search(r"\{\s*application\s*,\s*'?(\w+)'?", code)
        if name and re.search(r"\{\s*mod\s*,", code):
            return name[1]
    return ""


def _framework_facts(project: _Project) -> Iterator[Fact]:
    for name, title in _FRAMEWORKS.items():
        match = re.search(rf"[\[,{{\s]{name}\b(?:\s*,\s*\"(\d+\.\d+)?)?", _deps(project.code))
        if match:
            line = project.code.count("\n", 0, project.code.find(name)) + 1
            yield Fact(key="erlang.framework", value=name, evidence=Evidence(file=REBAR, line=line))
            yield Fact(key="erlang.framework_title", value=title)
            yield Fact(key="erlang.framework_version", value=match[1] or "")
            return


def _deps(code: str) -> str:
    """The text of `{deps, [...]}`."""
    start = re.search(r"\{\s*deps\s*,\s*\[", code)
    if start is None:
        return ""
    depth = 1
    for position in range(start.end(), len(code)):
        depth += {"[": 1, "]": -1}.get(code[position], 0)
        if depth == 0:
            return code[start.end() - 1 : position]
    return code[start.end() - 1 :]


def _start_facts(project: _Project) -> Iterator[Fact]:
    if project.release:
        start: tuple[str, ...] = (f"/app/bin/{project.release}", "foreground")
        means = f"starts as bin/{project.release} foreground"
        where = Evidence(file=REBAR, line=project.line, means=means)
    elif project.app:
        boot = f"{{ok, _}} = application:ensure_all_started({project.app})."
        start = ("erl", "-noshell", "-eval", boot)
        where = Evidence(file=REBAR, means=f"starts the application {project.app}")
    else:
        return
    yield Fact(key="erlang.start", value=start, evidence=where)


def _port_facts(listening: Listening) -> Iterator[Fact]:
    kind = AppKind.WEB if listening.serves else AppKind.WORKER
    yield Fact(key="erlang.kind", value=str(kind))
    if not listening.serves:
        return
    if listening.variable:
        yield Fact(key="erlang.port_variable", value=listening.variable)
    sure = Confidence.CERTAIN if listening.evidence else Confidence.GUESS
    port = listening.port or DEFAULT_PORT
    yield Fact(key="erlang.port", value=port, evidence=listening.evidence, confidence=sure)
    if listening.health:
        where = listening.health_evidence
        yield Fact(key="erlang.health_path", value=listening.health, evidence=where)


def _wishes(tree: SourceTree, project: _Project) -> list[Wish]:
    """The major version alone: tags of images have no more."""
    wishes = find_tool_wishes(tree, "erlang")
    minimum = re.search(r"\{\s*minimum_otp_vsn\s*,\s*\"([\d.]+)\"", project.code)
    if minimum:
        line = project.code.count("\n", 0, minimum.start()) + 1
        where = Evidence(file=REBAR, line=line, text=minimum[0].lstrip("{"))
        major = minimum[1].partition(".")[0]
        wishes.append(Wish(wanted=f">={major}", evidence=where))
    return [
        Wish(wanted=w.wanted if w.wanted.startswith(">") else w.wanted.partition(".")[0],
             evidence=w.evidence)
        for w in wishes
    ]  # fmt: skip


def _problems(project: _Project) -> Iterator[Problem]:
    if not project.release and not project.app:
        what = "describes neither a release (relx) nor an application with a mod: nothing to start"
        yield Problem(file=REBAR, what=what, remedy="add {relx, [{release, …}]}")
