"""draft.toml and .draft-tasks.toml of Draft classic → what draft.yaml says of the same."""

import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from draftpy.errors import ConfigInvalid
from draftpy.names import to_app_name

DRAFT_TOML = "draft.toml"
TASKS_TOML = ".draft-tasks.toml"
_SAME = {"namespace": "namespace", "registry": "registry", "chart": "chart"}
_NOT_TAKEN = ("container-builder", "resource-group-name", "build-tar", "chart-tar", "custom-tags")
_PLAIN_SET = re.compile(r"([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)=(.*)", re.DOTALL)
_WORDS = {"true": True, "false": False, "null": None}
_STAGES = ("pre-up", "post-up", "post-deploy", "cleanup")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What classic's files say: environments as draft.yaml has them, and what is not taken over."""

    name: str = ""
    environments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    keeps_chart: bool = False


def import_classic(draft: bytes | None, tasks: bytes | None) -> Imported:
    """Read both files, as far as they are there; raises ConfigInvalid."""
    notices = tuple(_task_notices(_load(TASKS_TOML, tasks))) if tasks else ()
    if draft is None:
        return Imported(notices=notices)
    given = _map(_load(DRAFT_TOML, draft).get("environments"))
    sections = {name: body for name, body in given.items() if isinstance(body, dict)}
    names = [str(body["name"]) for body in sections.values() if body.get("name")]
    lost = [f"{env}: {what}" for env, body in sections.items() for what in _lost(body)]
    return Imported(
        name=to_app_name(names[0]) if names else "",
        environments={_environment_name(env): dict(_keys(body)) for env, body in sections.items()},
        notices=(
            f"{DRAFT_TOML} is taken over into draft.yaml; it is not read any more",
            *(f"{DRAFT_TOML}: {what} is not taken over" for what in lost),
            *notices,
        ),
    )


def _load(file: str, raw: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(raw.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigInvalid(
            f"{file} cannot be read", evidence=str(error), remedy=f"mend it, or move {file} away"
        ) from error


def _keys(body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The keys of one environment in draft.yaml."""
    for old, new in _SAME.items():
        if isinstance(body.get(old), str) and body[old]:
            yield new, body[old]
    if body.get("dockerfile") not in (None, "", "Dockerfile"):
        yield "dockerfile", str(body["dockerfile"])
    ports = [str(port) for port in _list(body.get("override-ports"))]
    if ports:
        yield "ports", ports
    args = _map(body.get("image-build-args"))
    if args:
        yield "buildArgs", {str(name): str(value) for name, value in args.items()}
    values = _values(_list(body.get("set")))
    if values:
        yield "values", values


def _lost(body: Mapping[str, Any]) -> Iterator[str]:
    yield from (key for key in _NOT_TAKEN if body.get(key))
    for text in _set_items(_list(body.get("set"))):
        if not _PLAIN_SET.fullmatch(text):
            yield f"set {text}"


def _values(given: list[Any]) -> dict[str, Any]:
    """Helm's `--set` strings as nested mappings."""
    values: dict[str, Any] = {}
    for match in filter(None, map(_PLAIN_SET.fullmatch, _set_items(given))):
        *steps, last = match[1].split(".")
        at = values
        for step in steps:
            below = at.setdefault(step, {})
            at = below if isinstance(below, dict) else {}
        at[last] = _plain(match[2])
    return values


def _set_items(given: list[Any]) -> Iterator[str]:
    for text in given:
        yield from (item.strip() for item in re.split(r"(?<!\\),", str(text)) if item.strip())


def _plain(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    return int(text) if re.fullmatch(r"-?(?:0|[1-9]\d{0,15})", text) else text.replace("\\,", ",")


def _task_notices(body: Mapping[str, Any]) -> Iterator[str]:
    for stage in _STAGES:
        for name, command in _map(body.get(stage)).items():
            told = shlex.quote(str(command))
            yield f"{TASKS_TOML}: {stage} task {name!r} is not run by draftpy: {told}"


def _environment_name(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "development"


def _list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []


def _map(given: Any) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}
