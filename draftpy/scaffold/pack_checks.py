"""What is wrong with a pack: its templates rendered with made-up values, its Dockerfile read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from draftpy.dockerfile import Stage, parse_dockerfile
from draftpy.errors import DraftError
from draftpy.inspectors.facts import AppKind, FactValue
from draftpy.names import AppName
from draftpy.packs.model import Pack, Variable
from draftpy.scaffold.answers import DEFAULT_PORT, Answers
from draftpy.scaffold.contents import DOCKERFILE, Templates, render_files

_SAMPLES: Mapping[str, FactValue] = {"text": "sample", "number": 1, "flag": False, "list": ("run",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something about a pack; advice does not make it unusable."""

    what: str
    is_advice: bool = False


def check_pack(pack: Pack, templates: Templates) -> tuple[Finding, ...]:
    """Render every file in three ways and read the Dockerfiles; each finding once."""
    found = [each for answers in _samples(pack) for each in _check(pack, answers, templates)]
    return tuple(dict.fromkeys(found))


def check_dockerfile(text: str) -> Iterator[Finding]:
    """What a Dockerfile does that a restricted cluster refuses, or that ends badly."""
    try:
        stage = parse_dockerfile(text).get_stage()
    except DraftError as error:
        yield Finding(what=f"{DOCKERFILE}: {error.what}")
        return
    user = stage.user.partition(":")[0]
    if not user.isdigit() or user == "0":
        yield Finding(
            what=f"{DOCKERFILE}: USER {user or 'root'}: give a number, such as 10001:10001"
        )
    for port in stage.ports:
        if port < 1024:
            yield Finding(what=f"{DOCKERFILE}: port {port} is for root only: take one above 1023")
    yield from _advice(stage)


def _advice(stage: Stage) -> Iterator[Finding]:
    command = stage.cmd or stage.entrypoint
    if command is not None and command.is_shell:
        what = f"{DOCKERFILE} line {command.line}: a shell swallows signals: use the list form"
        yield Finding(what=what, is_advice=True)
    image = stage.base.rpartition("/")[2]
    is_pinned = image == "scratch" or "@" in image or image.partition(":")[2] not in ("", "latest")
    if stage.base_stage is None and not is_pinned:
        what = f"{DOCKERFILE} line {stage.line}: {stage.base} is another image every week"
        yield Finding(what=what, is_advice=True)


def _check(pack: Pack, answers: Answers, templates: Templates) -> Iterator[Finding]:
    try:
        files = render_files(pack, answers, templates)
    except DraftError as error:
        yield Finding(what=f"{error.what}: {error.evidence}" if error.evidence else error.what)
        return
    for file in files:
        if file.path == DOCKERFILE:
            yield from check_dockerfile(file.text)


def _samples(pack: Pack) -> Iterator[Answers]:
    """A web app with the defaults, one with every flag turned over, and a worker."""
    plain = {variable.name: _sample(variable) for variable in pack.variables}
    turned = {
        name: not value if isinstance(value, bool) else value for name, value in plain.items()
    }
    web = Answers(
        app=AppName("sample"),
        kind=AppKind.WEB,
        port=DEFAULT_PORT,
        port_variable="PORT",
        health_path="/healthz",
        variables=plain,
    )
    yield web
    yield replace(web, variables=turned)
    yield replace(web, kind=AppKind.WORKER, port=0, port_variable="", health_path="")


def _sample(variable: Variable) -> FactValue:
    if variable.default is not None:
        return variable.default
    return variable.choices[0] if variable.choices else _SAMPLES[variable.type]
