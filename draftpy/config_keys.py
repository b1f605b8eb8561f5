"""The keys of an environment: one table for parsing, defaults, environ names and JSON schema."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from draftpy.dev_settings import dev_schema


class Kind(StrEnum):
    """What a key's value is."""

    TEXT = "text"
    SECONDS = "seconds"
    TEXT_LIST = "text list"
    TEXT_MAP = "text map"
    VALUES = "values"
    DEV = "mapping"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of an environment in draft.yaml.

    `in_user_config`: it may stand there too. `is_inherited`: other environments take over what
    the first one says.
    """

    name: str
    kind: Kind
    default: Any
    about: str
    in_user_config: bool = False
    is_inherited: bool = True

    @property
    def environ_name(self) -> str:
        """The environ variable that overrides it; only plain values have one."""
        if self.kind not in (Kind.TEXT, Kind.SECONDS):
            return ""
        return "DRAFTPY_" + "".join(f"_{c}" if c.isupper() else c for c in self.name).upper()


ENVIRONMENT_KEYS: tuple[Key, ...] = (
    Key(
        name="namespace",
        kind=Kind.TEXT,
        default="",
        about="where the release lives; made if missing (default: the app's name)",
    ),
    Key(
        name="context",
        kind=Kind.TEXT,
        default="",
        about="kube context; naming it here also allows writing to its cluster"
        " (default: the kubeconfig's current one)",
    ),
    Key(
        name="registry",
        kind=Kind.TEXT,
        default="",
        about="registry to push to, such as ghcr.io/acme (default: what the cluster offers)",
        in_user_config=True,
    ),
    Key(
        name="chart",
        kind=Kind.TEXT,
        default="",
        about="chart folder, relative to draft.yaml (default: charts/NAME)",
    ),
    Key(name="values", kind=Kind.VALUES, default={}, about="chart values, merged over the chart's"),
    Key(
        name="valuesFiles",
        kind=Kind.TEXT_LIST,
        default=[],
        about="YAML files of chart values, later ones win, `values` over all of them",
    ),
    Key(
        name="dockerfile",
        kind=Kind.TEXT,
        default="Dockerfile",
        about="Dockerfile, relative to draft.yaml",
    ),
    Key(name="target", kind=Kind.TEXT, default="", about="build stage to stop at"),
    Key(name="buildArgs", kind=Kind.TEXT_MAP, default={}, about="ARG values for the build"),
    Key(
        name="platform",
        kind=Kind.TEXT,
        default="",
        about="platform to build for, such as linux/arm64 (default: the engine's own)",
    ),
    Key(
        name="ports",
        kind=Kind.TEXT_LIST,
        default=[],
        about="local ports as LOCAL:REMOTE (default: each container port, same number)",
    ),
    Key(
        name="timeout",
        kind=Kind.SECONDS,
        default=300,
        about="seconds a rollout may take",
        in_user_config=True,
    ),
    Key(
        name="dev",
        kind=Kind.DEV,
        default=None,
        about="how files reach the running app without a new image; on in the environment"
        " development, elsewhere only where this key stands",
        is_inherited=False,
    ),
)

_JSON_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.TEXT: {"type": "string"},
    Kind.SECONDS: {"type": "number", "exclusiveMinimum": 0},
    Kind.TEXT_LIST: {"type": "array", "items": {"type": "string"}},
    Kind.TEXT_MAP: {"type": "object", "additionalProperties": {"type": "string"}},
    Kind.VALUES: {"type": "object"},
    Kind.DEV: dev_schema(),
}


def find_key(name: str) -> Key | None:
    """The key of that name."""
    return next((key for key in ENVIRONMENT_KEYS if key.name == name), None)


def matches_kind(value: Any, kind: Kind) -> bool:
    """Whether a YAML value is of that kind."""
    match kind:
        case Kind.TEXT:
            return isinstance(value, str)
        case Kind.SECONDS:
            return isinstance(value, int | float) and not isinstance(value, bool) and value > 0
        case Kind.TEXT_LIST:
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        case Kind.TEXT_MAP:
            return _is_map(value) and all(isinstance(item, str) for item in value.values())
        case Kind.VALUES:
            return _is_map(value)
        case Kind.DEV:
            return value is None or _is_map(value)


def draft_yaml_schema() -> dict[str, Any]:
    """The JSON schema of draft.yaml, made from the table above."""
    environment = {
        "type": ["object", "null"],
        "additionalProperties": False,
        "properties": {
            key.name: {**_JSON_TYPES[key.kind], "description": key.about}
            for key in ENVIRONMENT_KEYS
        },
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "draft.yaml",
        "type": "object",
        "additionalProperties": False,
        "required": ["version", "name"],
        "properties": {
            "version": {"const": 1},
            "name": {"type": "string", "maxLength": 53, "pattern": "^[a-z]([-a-z0-9]*[a-z0-9])?$"},
            "pack": {"type": "string"},
            "environments": {"type": "object", "additionalProperties": environment},
        },
    }


def _is_map(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(key, str) for key in value)
