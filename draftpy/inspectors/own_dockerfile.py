"""An app's own Dockerfile → facts: port, user, stages."""

import re
from collections.abc import Iterator
from dataclasses import replace
from posixpath import basename

from draftpy.dockerfile import Dockerfile, Stage, parse_dockerfile
from draftpy.errors import DockerfileInvalid
from draftpy.inspectors.commands import parse_command
from draftpy.inspectors.compose import find_own_port
from draftpy.inspectors.dockerfile_choice import find_dockerfiles
from draftpy.inspectors.facts import AppKind, Confidence, Evidence, Fact, Findings, Problem
from draftpy.source import SourceTree

# Users that well-known base images bring along.
_KNOWN_USERS = {"nonroot": 65532, "nobody": 65534, "node": 1000, "nginx": 101, "www-data": 33}
_KNOWN_BASES = {"nonroot": 65532, "nginx-unprivileged": 101}
# What well-known servers listen on unless told: said by their images, not by what builds on them.
_BASE_PORTS = {
    "nginx-unprivileged": 8080,
    "nginx": 80,
    "httpd": 80,
    "caddy": 80,
    "frankenphp": 80,
    "traefik": 80,
    "tomcat": 8080,
    "jetty": 8080,
    "wildfly": 8080,
    "wordpress": 80,
    "ghost": 2368,
    "shiny": 3838,
}
_PHP_APACHE = re.compile(r"php:[\w.]*-?apache")
# Programs that listen on a port of their own unless told.
_PROGRAM_PORTS = {"uvicorn": 8000, "hypercorn": 8000, "daphne": 8000, "streamlit": 8501}
_RUNSERVER = re.compile(r"\brunserver\s+(?:[\d.]+:)?(\d{2,5})\b")
_INITS = ("/init", "/sbin/init", "/lib/systemd/systemd", "/usr/sbin/init")
_ADDED_USER = re.compile(
    r"\b(?:useradd|adduser)\b[^&;|]*?(?:-u|--uid)[ =](\d+)[^&;|]*?\s([a-z_][\w-]*)\s*(?:$|[&;|])"
)


def inspect(tree: SourceTree) -> Findings:
    """Facts `dockerfile.*`; empty without a Dockerfile for the project as a whole."""
    names = find_dockerfiles(tree)
    name = names[0] if names else ""
    text = tree.find_text(name)
    if text is None:
        return Findings()
    where = Evidence(file=name, means="is yours and stays as it is")
    own = Fact(key="dockerfile.path", value=name, evidence=where)
    try:
        parsed = parse_dockerfile(text)
    except DockerfileInvalid as error:
        problem = Problem(file=name, what=error.what, remedy=error.remedy)
        return Findings(facts=(own,), problems=(problem, *_notes(names)))
    stage = parsed.get_stage()
    lines = text.splitlines()
    return Findings(
        facts=(
            own,
            *_port_facts(tree, name, stage, lines),
            *_user_facts(name, stage, lines),
            *_stage_facts(parsed),
            Fact(key="dockerfile.needs_pid_1", value=_has_init(stage)),
        ),
        problems=(*_problems(name, stage), *_notes(names)),
    )


def _notes(names: tuple[str, ...]) -> Iterator[Problem]:
    for other in names[1:]:
        what = f"is another Dockerfile; {names[0]} is used"
        remedy = f"for the other one: dockerfile: {other} in draft.yaml"
        yield Problem(file=other, what=what, remedy=remedy, is_note=True)


def _port_facts(tree: SourceTree, name: str, stage: Stage, lines: list[str]) -> Iterator[Fact]:
    port, line, confidence = _find_port(stage)
    composed = None if port else find_own_port(tree)
    if composed:
        yield Fact(key="dockerfile.kind", value=str(AppKind.WEB))
        where = replace(composed[1], means=f"port {composed[0]}")
        yield Fact(key="dockerfile.port", value=composed[0], evidence=where)
        return
    if not port:
        yield Fact(key="dockerfile.kind", value=str(AppKind.WORKER), confidence=Confidence.GUESS)
        return
    text = lines[line - 1].strip() if line else ""
    where = Evidence(file=name, line=line, text=text, means=f"port {port}")
    yield Fact(key="dockerfile.kind", value=str(AppKind.WEB))
    yield Fact(key="dockerfile.port", value=port, evidence=where, confidence=confidence)


def _find_port(stage: Stage) -> tuple[int, int, Confidence]:
    """EXPOSE, else a port written into the command, else ENV PORT, else what it stands on."""
    if stage.exposed:
        return *stage.exposed[0], Confidence.CERTAIN
    for command in (stage.cmd, stage.entrypoint):
        parsed = parse_command(" ".join(command.words)) if command else None
        if command and parsed and parsed.port:
            return parsed.port, command.line, Confidence.LIKELY
        served = _RUNSERVER.search(" ".join(command.words)) if command else None
        if command and served:
            return int(served[1]), command.line, Confidence.LIKELY
    given = stage.env.get("PORT", "")
    if given.isdigit() and 0 < int(given) < 65536:
        return int(given), 0, Confidence.LIKELY
    return _find_known_port(stage)


def _find_known_port(stage: Stage) -> tuple[int, int, Confidence]:
    """The port of a server that everybody knows: the image's program, else its base."""
    for command in (stage.entrypoint, stage.cmd):
        words = " ".join(command.words).split() if command else []
        program = next((basename(w) for w in words if basename(w) in _PROGRAM_PORTS), "")
        if command and program:
            return _PROGRAM_PORTS[program], command.line, Confidence.LIKELY
    if stage.entrypoint is None:
        image = basename(stage.base.partition("@")[0])
        known = next((p for word, p in _BASE_PORTS.items() if image.startswith(word)), 0)
        known = known or (80 if _PHP_APACHE.match(image) else 0)
        if known:
            return known, stage.line, Confidence.LIKELY
    return 0, 0, Confidence.GUESS


def _user_facts(name: str, stage: Stage, lines: list[str]) -> Iterator[Fact]:
    uid = _find_uid(stage)
    if uid is None:
        yield Fact(key="dockerfile.user", value="unknown")
        return
    line = stage.user_line
    text = lines[line - 1].strip() if line else stage.base
    means = "runs as root" if uid == 0 else f"runs as user {uid}"
    where = Evidence(file=name, line=line or stage.line, text=text, means=means)
    yield Fact(key="dockerfile.user", value="root" if uid == 0 else "other", evidence=where)
    yield Fact(key="dockerfile.uid", value=uid)


def _find_uid(stage: Stage) -> int | None:
    """The numeric user of the image; 0 is root, None not known."""
    user = stage.user.partition(":")[0]
    if user.isdigit():
        return int(user)
    if user == "root" or (not user and stage.user_line):
        return 0 if user else None
    if not user:
        return next((uid for word, uid in _KNOWN_BASES.items() if word in stage.base), 0)
    for instruction in stage.instructions:
        for match in _ADDED_USER.finditer(instruction.rest):
            if match[2] == user:
                return int(match[1])
    return _KNOWN_USERS.get(user)


def _has_init(stage: Stage) -> bool:
    """Whether the image starts an init that refuses to be any process but the first."""
    command = stage.entrypoint or stage.cmd
    first = command.words[0].split()[0] if command and command.words[0].strip() else ""
    return first in _INITS or "linuxserver" in stage.base


def _stage_facts(parsed: Dockerfile) -> Iterator[Fact]:
    names = tuple(stage.name or str(stage.index) for stage in parsed.stages)
    yield Fact(key="dockerfile.stages", value=names)


def _problems(name: str, stage: Stage) -> Iterator[Problem]:
    uid = _find_uid(stage)
    if uid == 0:
        yield Problem(
            file=name,
            line=stage.user_line,
            what="runs as root: a cluster with restricted Pod Security refuses it",
            remedy="add USER 10001:10001",
        )
    if uid is None:
        yield Problem(
            file=name,
            line=stage.user_line,
            what=f"USER {stage.user or '$VARIABLE'} is no number: Kubernetes cannot tell that"
            " it is not root",
            remedy="use the user's number",
        )
