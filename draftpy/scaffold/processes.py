"""What runs beside the app, of the same image: a Procfile's or a compose file's other processes."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from draftpy.errors import SourceMissing
from draftpy.inspectors.commands import PORT_MARK
from draftpy.inspectors.compose import FILES, ComposeService, read_services
from draftpy.inspectors.facts import Facts, FactValue
from draftpy.source import SourceTree

_INTERACTIVE = ("console", "shell", "debug", "repl")
_RELEASE = "release"
_MAX_NAME = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One further process; `entrypoint` replaces the image's ENTRYPOINT, `args` its CMD."""

    name: str
    place: str
    entrypoint: tuple[str, ...] = ()
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """What it runs, as one would type it."""
        return shlex.join((*self.entrypoint, *self.args)) or "the image's own command"


@dataclass(frozen=True, slots=True, kw_only=True)
class Companions:
    """Everything that a Procfile or compose file adds to an app.

    `migrations` is offered, never run unasked; `port` is 0 where the file does not say it.
    """

    processes: tuple[Process, ...] = ()
    migrations: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    notices: tuple[str, ...] = ()


def find_companions(facts: Facts, ecosystem: str) -> Companions:
    """What the Procfile says, and the migrations that the app's language knows of."""
    named = {fact.key.removeprefix("procfile."): fact for fact in facts.of("procfile")}
    running = [name for name in named if name not in (_RELEASE, *_INTERACTIVE)]
    main = next((name for name in ("web", "worker", *running) if name in running), "")
    processes = tuple(
        Process(
            name=_checked_name(name),
            place=fact.evidence.place if fact.evidence else "Procfile",
            entrypoint=_words_of(fact.value),
        )
        for name, fact in named.items()
        if name in running and name != main
    )
    release = named.get(_RELEASE)
    known = release.value if release else facts.find_value(f"{ecosystem}.migrations")
    return Companions(
        processes=processes,
        migrations=_words_of(known) if known else (),
        notices=tuple(_process_notice(process) for process in processes),
    )


def compose_companions(tree: SourceTree, folder: str) -> Companions:
    """What the compose file says of the app in that folder ("" for the root).

    Raises SourceMissing without a service.
    """
    services = read_services(tree)
    if not services:
        raise SourceMissing(
            f"there is no compose file with services in {tree.root}",
            evidence=f"looked for {', '.join(FILES)}",
            remedy="draftpy create without --from-compose",
        )
    own = [s for s in services if s.build == (folder or ".")]
    main = next((s for s in own if s.port), next(iter(own), None))
    images = {s.image for s in own if s.image}
    beside = [s for s in services if s is not main and (s in own or s.image in images)]
    processes = tuple(_from_service(service, main) for service in beside)
    known = [*beside, *([main] if main else [])]
    return Companions(
        processes=processes,
        env=main.env if main else {},
        port=main.port if main else 0,
        notices=(
            *(_process_notice(process) for process in processes),
            *_service_notices([s for s in services if s not in known]),
            *_left_out_notices(known),
        ),
    )


def companion_values(companions: Companions, port: int) -> dict[str, Any]:
    """The chart values that they make."""
    own: dict[str, Any] = {}
    if companions.processes:
        own["processes"] = {p.name: _process_values(p, port) for p in companions.processes}
    if companions.migrations:
        own["migrations"] = {"enabled": False, "command": list(companions.migrations)}
    if companions.env:
        own["env"] = dict(companions.env)
    return own


def _process_values(process: Process, port: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, words in (("command", process.entrypoint), ("args", process.args)):
        if words:
            values[key] = [word.replace(PORT_MARK, str(port)) for word in words]
    if process.env:
        values["env"] = dict(process.env)
    return values


def _from_service(service: ComposeService, main: ComposeService | None) -> Process:
    same = main.env if main else {}
    return Process(
        name=_checked_name(service.name),
        place=service.evidence.place,
        entrypoint=service.entrypoint,
        args=service.args,
        env={key: value for key, value in service.env.items() if same.get(key) != value},
    )


def _process_notice(process: Process) -> str:
    return f"{process.name} runs beside the app ({process.place}): {process.words}"


def _service_notices(services: list[ComposeService]) -> Iterator[str]:
    for service in services:
        if service.build:
            how = f"draftpy create --dir {shlex.quote(service.build)}"
            yield f"{service.name} ({service.evidence.place}) is an app of its own: {how}"
        elif service.image:
            yield f"{service.name} ({service.image}) is not deployed: run it by a chart of its own"


def _left_out_notices(services: list[ComposeService]) -> Iterator[str]:
    names = sorted({name for service in services for name in service.left_out})
    if names:
        what = f"{', '.join(names)} may be secret, or differ in a cluster"
        yield f"{what}: not copied; put them into a Secret and name it in envFrom"


def _checked_name(name: str) -> str:
    """The name as the chart allows it."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "process"
    plain = plain if plain[0].isalpha() else f"p-{plain}"
    return plain[:_MAX_NAME].rstrip("-")


def _words_of(value: FactValue) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else tuple(shlex.split(str(value)))
