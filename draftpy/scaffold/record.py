"""What create was told and what it wrote, remembered in the project for the next `--update`."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from draftpy.errors import ConfigInvalid
from draftpy.scaffold.contents import WantedFile
from draftpy.scaffold.outcome import CreateRequest
from draftpy.scaffold.plan import ScaffoldPlan

RECORD = ".draftpy/created.json"
_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The flags of the last create, and for each path the text that it wrote or would have.

    `folder` is that of the app, where the project is a whole workspace.
    """

    folder: str = ""
    port: int = 0
    from_compose: bool = False
    variables: tuple[tuple[str, str], ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)

    def complete(self, request: CreateRequest) -> CreateRequest:
        """The request, with the flags of the last one where it names none."""
        return replace(
            request,
            port=request.port or self.port,
            from_compose=request.from_compose or self.from_compose,
            variables=tuple({**dict(self.variables), **dict(request.variables)}.items()),
        )


def next_record(
    last: Record, request: CreateRequest, wanted: Iterable[WantedFile], plan: ScaffoldPlan
) -> Record:
    """What is to be remembered now.

    A text that was kept from the user by an edit of theirs is not: the next `--update` must still
    bring it. `--update` itself has brought all of them.
    """
    written = {a.path for a in plan.actions if a.writes or a.before == a.after}
    texts = {
        file.path: file.text
        for file in wanted
        if not file.is_users and (request.update or file.path in written)
    }
    return Record(
        folder=request.folder or last.folder,
        port=request.port or last.port,
        from_compose=request.from_compose or last.from_compose,
        variables=tuple({**dict(last.variables), **dict(request.variables)}.items()),
        texts={**last.texts, **texts},
    )


def parse_record(raw: bytes | None) -> Record | None:
    """The record as it stands in the project, None if there is none; raises ConfigInvalid."""
    if raw is None:
        return None
    try:
        body = json.loads(raw)
        return _parse(body) if body["format"] == _FORMAT else _unknown(body["format"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ConfigInvalid(
            f"{RECORD} cannot be used",
            evidence=str(error),
            remedy=f"take it from your version control, or remove {RECORD}",
        ) from error


def render_record(record: Record) -> bytes:
    """The text of the record."""
    body = {
        "format": _FORMAT,
        "about": "Written by draftpy create, read by draftpy create --update. Keep it in Git.",
        "dir": record.folder,
        "port": record.port,
        "fromCompose": record.from_compose,
        "set": dict(record.variables),
        "texts": dict(sorted(record.texts.items())),
    }
    return (json.dumps(body, indent=1, ensure_ascii=False) + "\n").encode()


def _parse(body: dict[str, Any]) -> Record:
    return Record(
        folder=str(body["dir"]),
        port=int(body["port"]),
        from_compose=bool(body["fromCompose"]),
        variables=tuple((str(name), str(text)) for name, text in body["set"].items()),
        texts={str(path): str(text) for path, text in body["texts"].items()},
    )


def _unknown(number: object) -> Record:
    raise ValueError(f"this draftpy reads format {_FORMAT}, not {number!r}")
