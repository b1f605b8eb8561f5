"""A compose file → its services, as far as they say how this project runs."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import normpath
from typing import Any

from draftpy.inspectors.commands import parse_command
from draftpy.inspectors.facts import Evidence, Fact, Findings, Problem
from draftpy.source import SourceTree
from draftpy.yaml_lines import LinedYaml, YamlBroken, parse_lined_yaml

FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
_SECRET = re.compile(r"PASS|SECRET|TOKEN|CREDENTIAL|PRIVATE|(?:^|_)KEY(?:$|_)|_URL$|_DSN$|_URI$")
_GIVEN = re.compile(r"\$\{\w+:?-([^}]*)\}")
_WANTED = re.compile(r"\$\{?\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeService:
    """One service; `build` is the folder its image is made of, "" for an image of others.

    `env` holds plain settings only; `left_out` names what looks like a secret or has no value here.
    """

    name: str
    evidence: Evidence
    build: str = ""
    dockerfile: str = ""
    image: str = ""
    entrypoint: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    port: int = 0
    env: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()


def read_services(tree: SourceTree) -> tuple[ComposeService, ...]:
    """The services of the project's compose file, in its order; none if it is broken."""
    return _read(tree)[0]


def find_own_port(tree: SourceTree) -> tuple[int, Evidence] | None:
    """The container port of the service that is built of the project itself."""
    own = (s for s in read_services(tree) if s.build == "." and s.port)
    found = next(own, None)
    return (found.port, found.evidence) if found else None


def inspect(tree: SourceTree) -> Findings:
    """Facts `compose.*`: the services, which of them are built here, their ports."""
    services, problems = _read(tree)
    if not services:
        return Findings(problems=problems)
    where = Evidence(file=services[0].evidence.file)
    built = tuple(service.name for service in services if service.build)
    facts = [
        Fact(key="compose.services", value=tuple(s.name for s in services), evidence=where),
        Fact(key="compose.built", value=built, evidence=where),
    ]
    facts += [
        Fact(key=f"compose.{service.name}.port", value=service.port, evidence=service.evidence)
        for service in services
        if service.build and service.port
    ]
    return Findings(facts=tuple(facts), problems=problems)


def _read(tree: SourceTree) -> tuple[tuple[ComposeService, ...], tuple[Problem, ...]]:
    file = next((name for name in FILES if tree.has(name)), "")
    text = tree.find_text(file)
    if text is None:
        return (), ()
    try:
        doc = parse_lined_yaml(text)
    except YamlBroken as error:
        what = f"not valid YAML: {error.problem}"
        return (), (Problem(file=file, line=error.line, what=what, remedy=f"mend {file}"),)
    given = doc.value.get("services") if isinstance(doc.value, dict) else None
    found = given.items() if isinstance(given, dict) else ()
    return tuple(
        _service(str(name), body, _place(doc, file, str(name)))
        for name, body in found
        if isinstance(body, dict)
    ), ()


def _place(doc: LinedYaml, file: str, name: str) -> Evidence:
    return Evidence(file=file, line=doc.line_of(("services", name)), text=f"{name}:")


def _service(name: str, body: Mapping[str, Any], where: Evidence) -> ComposeService:
    build = body.get("build")
    parts = build if isinstance(build, dict) else {"context": build} if build else {}
    env = dict(_environment(body.get("environment")))
    shown = {key: value for key, value in env.items() if value is not None}
    return ComposeService(
        name=name,
        evidence=where,
        build=normpath(str(parts.get("context") or ".")) if parts else "",
        dockerfile=str(parts.get("dockerfile") or ""),
        image=str(body.get("image") or ""),
        entrypoint=_words(body.get("entrypoint")),
        args=_words(body.get("command")),
        port=next(_ports(body), 0),
        env={key: value for key, value in shown.items() if not _SECRET.search(key)},
        left_out=tuple(key for key in env if key not in shown or _SECRET.search(key)),
    )


def _words(given: Any) -> tuple[str, ...]:
    if isinstance(given, list):
        return tuple(_plain(str(word)) for word in given)
    if not isinstance(given, str) or not given.strip():
        return ()
    command = parse_command(_plain(given))
    return command.args if command else ("sh", "-c", _plain(given))


def _plain(text: str) -> str:
    """Compose's own `$$` and `${NAME:-default}` resolved; other variables are the shell's."""
    return _GIVEN.sub(lambda match: match[1], text.replace("$$", "$"))


def _ports(body: Mapping[str, Any]) -> Iterator[int]:
    """Container ports: `8080:80`, `127.0.0.1:8080:80/tcp`, 80, {target: 80}."""
    given = [*_listed(body.get("ports")), *_listed(body.get("expose"))]
    for item in given:
        inside = item.get("target") if isinstance(item, dict) else item
        digits = _plain(str(inside)).rpartition(":")[2].partition("/")[0].partition("-")[0]
        if digits.isdigit() and 0 < int(digits) < 65536:
            yield int(digits)


def _environment(given: Any) -> Iterator[tuple[str, str | None]]:
    """Names and values; None where the value is to come from outside."""
    known = given.items() if isinstance(given, dict) else ()
    texts = (str(item).partition("=") for item in _listed(given))
    pairs = [*known, *((name, value if mark else None) for name, mark, value in texts)]
    for name, value in pairs:
        text = None if value is None else _plain(_shown(value))
        yield str(name), None if text is None or _WANTED.search(text) else text


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []
