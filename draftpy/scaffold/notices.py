"""What a user should know about the decisions of create."""

import shlex
from collections.abc import Iterator

from draftpy.detect import PackChoice
from draftpy.inspectors.facts import Facts
from draftpy.scaffold.answers import Answers
from draftpy.scaffold.contents import chart_folder


def notices_of(
    choice: PackChoice, facts: Facts, answers: Answers, wanted_port: int
) -> Iterator[str]:
    """The notices, most telling first; `wanted_port` is that of the flag."""
    yield from _port_notices(choice, facts, wanted_port)
    yield from _no_port_notices(choice, answers)
    yield from answers.imported.notices
    if answers.imported.keeps_chart:
        told = "a new one instead of it: draftpy create --force"
        yield f"{chart_folder(answers)} is used as it is; {told}"
    yield from answers.companions.notices
    if answers.companions.migrations:
        command = shlex.join(answers.companions.migrations)
        where = f"{chart_folder(answers)}/values.yaml"
        yield f"{command} is not run unless migrations.enabled is set in {where}"


def _port_notices(choice: PackChoice, facts: Facts, wanted: int) -> Iterator[str]:
    """Whether the source pins another port than the one asked for."""
    pinned = facts.find(f"{choice.pack.facts}.port")
    if not wanted or pinned is None or pinned.value == wanted:
        return
    if pinned.evidence is None or facts.find(f"{choice.pack.facts}.port_variable"):
        return
    where = f"{pinned.evidence.place} says {pinned.value}"
    yield f"{where}, --port says {wanted}: make them equal"


def _no_port_notices(choice: PackChoice, answers: Answers) -> Iterator[str]:
    """An app with a Dockerfile that says no port may listen all the same."""
    path = answers.variables.get("path")
    if not answers.port and path and choice.pack.facts == "dockerfile":
        told = "add EXPOSE PORT to it, or draftpy create --port PORT"
        yield f"{path} exposes no port, so there is nothing to forward; {told}"
