"""How an environment is developed in: the `dev:` of draft.yaml, `development:` of a pack."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_SIGNALS = ("HUP", "INT", "QUIT", "USR1", "USR2", "TERM", "WINCH")
_NEEDS_SHELL = frozenset({"&&", "||", "|", ";", "&", ">", ">>", "<"})


class Restart(StrEnum):
    """How a sync reaches the running app."""

    EXEC = "exec"  # the app's process is replaced
    SIGNAL = "signal"  # it gets a signal and reloads
    NONE = "none"  # it sees by itself that its files changed


class OnExit(StrEnum):
    """What follows when the app ends by itself."""

    WAIT = "wait"  # nothing, until the next save
    RESTART = "restart"  # it is started again, after a pause that grows


@dataclass(frozen=True, slots=True, kw_only=True)
class DevSettings:
    """What `up` does besides building images.

    `target` is the stage to develop in ("": the environment's own). `sync` holds `SRC:DST`
    entries that go before what the Dockerfile says, `rebuild` patterns of paths that always need
    a new image. `build` runs in the container after each sync, `run` instead of the image's own
    command; both are words, never a shell's line.
    """

    target: str = ""
    sync: tuple[str, ...] = ()
    sync_off: bool = False
    build: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    restart: Restart = Restart.EXEC
    signal: str = "HUP"
    rebuild: tuple[str, ...] = ()
    on_exit: OnExit = OnExit.WAIT


class DevWrong(Exception):
    """A value that does not fit its key: which key, and what it must be."""

    def __init__(self, key: str, what: str) -> None:
        super().__init__(f"{key} {what}")
        self.key = key
        self.what = what


_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_WORDS = {"anyOf": [_TEXT, _TEXTS]}
DEV_KEYS: Mapping[str, Mapping[str, Any]] = {
    "target": {
        **_TEXT,
        "description": "stage of the Dockerfile to develop in (default: the environment's target)",
    },
    "sync": {
        "anyOf": [{"const": False}, {"type": "array", "items": {**_TEXT, "pattern": "^.+:.+$"}}],
        "description": "SRC:DST entries that go before what the Dockerfile's COPYs say;"
        " false: every change builds an image",
    },
    "build": {
        **_WORDS,
        "description": "command that runs in the container after each sync, such as a compiler",
    },
    "run": {**_WORDS, "description": "command to run instead of the image's own"},
    "restart": {
        "enum": [str(member) for member in Restart],
        "description": "what a sync does to the app: exec replaces its process (default),"
        " signal sends `signal`, none leaves it to reload by itself",
    },
    "signal": {
        "enum": [*_SIGNALS, *(f"SIG{name}" for name in _SIGNALS)],
        "description": "for restart: signal (default: HUP)",
    },
    "rebuild": {**_TEXTS, "description": "patterns of paths whose change needs a new image"},
    "onExit": {
        "enum": [str(member) for member in OnExit],
        "description": "when the app ends by itself: wait for the next save (default), or restart",
    },
}


def dev_schema() -> dict[str, Any]:
    """The JSON schema of such a mapping."""
    properties = {name: dict(schema) for name, schema in DEV_KEYS.items()}
    return {"type": ["object", "null"], "additionalProperties": False, "properties": properties}


def parse_dev(given: Mapping[str, Any]) -> DevSettings:
    """Make settings of a mapping whose keys are known; raises DevWrong."""
    if "signal" in given and given.get("restart") != Restart.SIGNAL:
        raise DevWrong("signal", "needs restart: signal beside it")
    sync = given.get("sync", ())
    return DevSettings(
        target=_text(given, "target"),
        sync=() if sync is False else _sync_entries(sync),
        sync_off=sync is False,
        build=_words(given, "build"),
        run=_words(given, "run"),
        restart=_member(Restart, given, "restart", Restart.EXEC),
        signal=_signal(given),
        rebuild=_texts(given, "rebuild"),
        on_exit=_member(OnExit, given, "onExit", OnExit.WAIT),
    )


def _text(given: Mapping[str, Any], key: str, default: str = "") -> str:
    value = given.get(key, default)
    if not isinstance(value, str):
        raise DevWrong(key, "must be a text")
    return value


def _texts(given: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = given.get(key, ())
    if not _is_texts(value):
        raise DevWrong(key, "must be a text list")
    return tuple(value)


def _sync_entries(value: Any) -> tuple[str, ...]:
    if not _is_texts(value) or not all(re.fullmatch(r"[^:]+:.+", entry) for entry in value):
        raise DevWrong("sync", "must be a list of SRC:DST, or false")
    return tuple(value)


def _words(given: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = given.get(key, ())
    if not isinstance(value, str):
        return _texts(given, key)
    try:
        words = tuple(shlex.split(value))
    except ValueError as error:
        raise DevWrong(key, f"is no command: {error}") from error
    if _NEEDS_SHELL.intersection(words):
        raise DevWrong(key, f'needs a shell: write ["sh", "-c", {value!r}]')
    return words


def _signal(given: Mapping[str, Any]) -> str:
    name = _text(given, "signal", "HUP").removeprefix("SIG")
    if name not in _SIGNALS:
        raise DevWrong("signal", f"must be one of {', '.join(_SIGNALS)}")
    return name


def _member(kind: Any, given: Mapping[str, Any], key: str, default: Any) -> Any:
    members = {str(member): member for member in kind}
    value = given.get(key, str(default))
    if not isinstance(value, str) or value not in members:
        raise DevWrong(key, f"must be one of {', '.join(members)}")
    return members[value]


def _is_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
