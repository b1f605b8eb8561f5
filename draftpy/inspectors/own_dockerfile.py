"""An app's own Dockerfile → facts: port, user, stages."""

import re
from collections.abc import Iterator

from draftpy.dockerfile import Dockerfile, Stage, parse_dockerfile
from draftpy.errors import DockerfileInvalid
from draftpy.inspectors.commands import parse_command
from draftpy.inspectors.facts import AppKind, Confidence, Evidence, Fact, Findings, Problem
from draftpy.source import SourceTree

NAMES = ("Dockerfile", "Containerfile")
# Users that well-known base images bring along.
_KNOWN_USERS = {"nonroot": 65532, "nobody": 65534, "node": 1000, "nginx": 101, "www-data": 33}
_KNOWN_BASES = {"nonroot": 65532, "nginx-unprivileged": 101}
_INITS = ("/init", "/sbin/init", "/lib/systemd/systemd", "/usr/sbin/init")
_ADDED_USER = re.compile(
    r"\b(?:useradd|adduser)\b[^&;|]*?(?:-u|--uid)[ =](\d+)[^&;|]*?\s([a-z_][\w-]*)\s*(?:$|[&;|])"
)


def inspect(tree: SourceTree) -> Findings:
    """Facts `dockerfile.*`; empty without a Dockerfile or Containerfile at the root."""
    name = next((name for name in NAMES if tree.has(name)), None)
    text = tree.find_text(name) if name else None
    if name is None or text is None:
        return Findings()
    where = Evidence(file=name, means="is yours and stays as it is")
    own = Fact(key="dockerfile.path", value=name, evidence=where)
    try:
        parsed = parse_dockerfile(text)
    except DockerfileInvalid as error:
        problem = Problem(file=name, what=error.what, remedy=error.remedy)
        return Findings(facts=(own,), problems=(problem,))
    stage = parsed.get_stage()
    lines = text.splitlines()
    return Findings(
        facts=(
            own,
            *_port_facts(name, stage, lines),
            *_user_facts(name, stage, lines),
            *_stage_facts(parsed),
            Fact(key="dockerfile.needs_pid_1", value=_has_init(stage)),
        ),
        problems=tuple(_problems(name, stage)),
    )


def _port_facts(name: str, stage: Stage, lines: list[str]) -> Iterator[Fact]:
    port, line, confidence = _find_port(stage)
    if not port:
        yield Fact(key="dockerfile.kind", value=str(AppKind.WORKER), confidence=Confidence.GUESS)
        return
    text = lines[line - 1].strip() if line else ""
    where = Evidence(file=name, line=line, text=text, means=f"port {port}")
    yield Fact(key="dockerfile.kind", value=str(AppKind.WEB))
    yield Fact(key="dockerfile.port", value=port, evidence=where, confidence=confidence)


def _find_port(stage: Stage) -> tuple[int, int, Confidence]:
    """EXPOSE, else a port written into the command, else ENV PORT."""
    if stage.exposed:
        return *stage.exposed[0], Confidence.CERTAIN
    for command in (stage.cmd, stage.entrypoint):
        parsed = parse_command(" ".join(command.words)) if command else None
        if command and parsed and parsed.port:
            return parsed.port, command.line, Confidence.LIKELY
    given = stage.env.get("PORT", "")
    if given.isdigit() and 0 < int(given) < 65536:
        return int(given), 0, Confidence.LIKELY
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
    if not _find_port(stage)[0]:
        yield Problem(
            file=name,
            what="exposes no port, so there is nothing to forward",
            remedy="add EXPOSE PORT, or draftpy create --port PORT",
        )
