"""Elixir projects → facts."""

import re
from collections.abc import Iterator

from draftpy.inspectors.beam.elixir_manifest import MIX, MixProject, read_mix
from draftpy.inspectors.beam.source import Listening, find_listening, strip_elixir
from draftpy.inspectors.facts import (
    AppKind,
    Confidence,
    Evidence,
    Fact,
    FactValue,
    Findings,
    Problem,
)
from draftpy.inspectors.runtime_version import (
    Wish,
    choose_line,
    decide_version,
    find_tool_wishes,
)
from draftpy.inspectors.versions import ELIXIR, ERLANG, NODE
from draftpy.source import SourceTree

DEFAULT_PORT = 8080
# Elixir → the newest Erlang/OTP that its images come with and that all of its releases know.
# https://hexdocs.pm/elixir/compatibility-and-deprecations.html
_OTP = {"1.14": "25", "1.15": "26", "1.16": "26", "1.17": "27", "1.18": "27", "1.19": "28"}
_FRAMEWORKS = {"phoenix": "Phoenix", "plug_cowboy": "Plug", "bandit": "Bandit", "plug": "Plug"}
_SCRIPTS = ("main.exs", "server.exs", "app.exs", "run.exs", "worker.exs")
_STAYS = re.compile(r"\breceive\s+do\b|:infinity\b|--no-halt|\bStream\.(?:interval|repeatedly)\b")
# What has a sensible stand-in until somebody sets the real one.
_KNOWN_ENV = ("SECRET_KEY_BASE", "DATABASE_URL", "DATABASE_PATH", "PHX_HOST", "PORT", "PHX_SERVER")


def inspect(tree: SourceTree) -> Findings:
    """Facts `elixir.*`; empty without mix.exs or a script to start."""
    project = read_mix(tree)
    if project is None:
        return _inspect_script(tree)
    listening = find_listening(tree, (".ex", ".exs"))
    version, version_problems = _version(tree, project)
    facts = [
        Fact(key="elixir.manifest", value=MIX, evidence=Evidence(file=MIX)),
        *_framework_facts(project),
        *_start_facts(project, listening),
        version,
        *_otp_facts(tree, str(version.value)),
        *_build_facts(tree, project),
        *_environment_facts(tree),
    ]
    return Findings(facts=tuple(facts), problems=(*version_problems, *_problems(tree, project)))


def _inspect_script(tree: SourceTree) -> Findings:
    """A lone .exs is run as it is."""
    lone = list(tree.match("*.exs"))
    script = next((name for name in _SCRIPTS if tree.has(name)), lone[0] if len(lone) == 1 else "")
    if not script:
        return Findings()
    listening = find_listening(tree, (script,))
    version, problems = decide_version("elixir.version", ELIXIR, _wishes(tree))
    where = Evidence(file=script, means=f"starts as elixir {script}")
    facts = [
        Fact(key="elixir.start", value=("elixir", script), evidence=where),
        *_script_kind(tree, script, listening),
        version,
        *_otp_facts(tree, str(version.value)),
        Fact(key="elixir.is_script", value=True),
    ]
    return Findings(facts=tuple(facts), problems=problems)


def _script_kind(tree: SourceTree, script: str, listening: Listening) -> Iterator[Fact]:
    """A script that neither serves nor waits has done its work when it ends."""
    code = strip_elixir(tree.find_text(script) or "")
    if listening.serves or _STAYS.search(code):
        yield from _port_facts(listening, is_web=listening.serves)
    else:
        yield Fact(key="elixir.kind", value=str(AppKind.JOB))


def _framework_facts(project: MixProject) -> Iterator[Fact]:
    for name, title in _FRAMEWORKS.items():
        dep = project.find(name)
        if dep is None:
            continue
        lines = [] if project.is_umbrella else project.code.splitlines()
        text = lines[dep.line - 1].strip().rstrip(",") if lines else ""
        where = Evidence(file=MIX, line=dep.line if lines else 0, text=text)
        number = re.search(r"\d+\.\d+", dep.version)
        yield Fact(key="elixir.framework", value=name, evidence=where)
        yield Fact(key="elixir.framework_title", value=title)
        yield Fact(key="elixir.framework_version", value=number[0] if number else "")
        return


def _start_facts(project: MixProject, listening: Listening) -> Iterator[Fact]:
    release = project.release or project.app
    if not release:
        return
    start = (f"/app/bin/{release}", "start")
    line = next((n for n, text in enumerate(project.code.splitlines(), 1) if release in text), 0)
    where = Evidence(file=MIX, line=line, means=f"starts as bin/{release} start")
    yield Fact(key="elixir.start", value=start, evidence=where)
    yield Fact(key="elixir.release", value=project.release)
    is_phoenix = project.find("phoenix") is not None
    yield Fact(key="elixir.is_phoenix", value=is_phoenix)
    yield from _port_facts(listening, is_web=is_phoenix or listening.serves)


def _port_facts(listening: Listening, *, is_web: bool) -> Iterator[Fact]:
    yield Fact(key="elixir.kind", value=str(AppKind.WEB if is_web else AppKind.WORKER))
    if not is_web:
        return
    if listening.variable:
        yield Fact(key="elixir.port", value=DEFAULT_PORT, evidence=listening.evidence)
        yield Fact(key="elixir.port_variable", value=listening.variable)
    elif listening.port:
        yield Fact(key="elixir.port", value=listening.port, evidence=listening.evidence)
    else:
        yield Fact(key="elixir.port", value=DEFAULT_PORT, confidence=Confidence.GUESS)
        yield Fact(key="elixir.port_variable", value="PORT")
    if listening.health:
        where = listening.health_evidence
        yield Fact(key="elixir.health_path", value=listening.health, evidence=where)


def _wishes(tree: SourceTree) -> list[Wish]:
    wishes = find_tool_wishes(tree, "elixir", ".elixir-version")
    # asdf's form names the OTP that it was built with: 1.17.2-otp-27.
    return [Wish(wanted=w.wanted.partition("-otp")[0], evidence=w.evidence) for w in wishes]


def _version(tree: SourceTree, project: MixProject) -> tuple[Fact, tuple[Problem, ...]]:
    wishes = _wishes(tree)
    if project.elixir:
        text = f'elixir: "{project.elixir}"'
        where = Evidence(file=MIX, line=project.elixir_line, text=text)
        wishes.append(Wish(wanted=project.elixir.replace(" and ", " "), evidence=where))
    return decide_version("elixir.version", ELIXIR, wishes)


def _otp_facts(tree: SourceTree, elixir: str) -> Iterator[Fact]:
    wish = next(iter(find_tool_wishes(tree, "erlang")), None)
    major = choose_line(ERLANG, wish.wanted.partition(".")[0]) if wish else None
    yield Fact(key="elixir.otp", value=major or _OTP.get(elixir, ERLANG.default))


def _build_facts(tree: SourceTree, project: MixProject) -> Iterator[Fact]:
    names = {file.partition("/")[0] for file in tree.files}
    has_assets = project.has_alias("assets.deploy")
    facts: dict[str, FactValue] = {
        "has_packages": bool(project.dependencies),
        "is_locked": tree.has("mix.lock"),
        "has_config": "config" in names,
        "needs_source": project.is_umbrella or any(dep.is_local for dep in project.dependencies),
        "builds_assets": has_assets,
        "digests": not has_assets and project.find("phoenix") is not None and "priv" in names,
    }
    if tree.has("assets/package.json"):
        facts["node_version"] = NODE.default
        facts["is_node_locked"] = tree.has("assets/package-lock.json")
    for name, value in facts.items():
        yield Fact(key=f"elixir.{name}", value=value)


def _environment_facts(tree: SourceTree) -> Iterator[Fact]:
    """Variables without which config/runtime.exs ends the app."""
    code = strip_elixir(tree.find_text("config/runtime.exs") or "")
    needed = re.findall(r"System\.fetch_env!\(\"(\w+)\"\)", code)
    needed += re.findall(r"System\.get_env\(\"(\w+)\"\)\s*\|\|\s*raise", code)
    yield Fact(key="elixir.needed_env", value=tuple(dict.fromkeys(needed)))


def _problems(tree: SourceTree, project: MixProject) -> Iterator[Problem]:
    if project.is_umbrella and not project.release:
        what = "is an umbrella and names no release, so there is nothing to start"
        yield Problem(file=MIX, what=what, remedy="add releases: to project in mix.exs")
    elif not project.has_application:
        what = "names no application module (mod:), so the release starts nothing"
        yield Problem(file=MIX, what=what, remedy="add mod: {YourApp.Application, []}")
    for fact in _environment_facts(tree):
        needed = fact.value if isinstance(fact.value, tuple) else ()
        unknown = [name for name in needed if name not in _KNOWN_ENV]
        if unknown:
            what = f"needs {', '.join(unknown)}: set it in env of the chart's values"
            yield Problem(file="config/runtime.exs", what=what)
