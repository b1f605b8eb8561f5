"""The JSON schema of what `detect --output json` writes."""

from typing import Any

from draftpy.inspectors.facts import Confidence
from draftpy.packs.model import Tier
from draftpy.scaffold.report import FORMAT

_TEXT: dict[str, Any] = {"type": "string"}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_CONFIDENCE: dict[str, Any] = {"enum": [str(item) for item in Confidence]}
_LINE: dict[str, Any] = {**_COUNT, "description": "from 1; 0 means the whole file"}


def detect_schema() -> dict[str, Any]:
    """The schema, as it stands in docs/detect.schema.json."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "draftpy detect --output json",
        **_record(
            {
                "format": {"const": FORMAT},
                "folder": _said("where the app is, below the folder asked for"),
                "title": _said("language, framework, kind and port in words"),
                "pack": {"type": ["string", "null"], "description": "what create would use"},
                "languages": _list({"name": _TEXT, "bytes": _COUNT, "percent": {"type": "number"}}),
                "facts": _list(
                    {
                        "key": _said("ecosystem.name"),
                        "value": {
                            "type": ["string", "integer", "boolean", "array"],
                            "items": _TEXT,
                        },
                        "confidence": _CONFIDENCE,
                        "file": _said("where it is from; empty: follows from other facts"),
                        "line": _LINE,
                    }
                ),
                "problems": _list(
                    {
                        "file": _TEXT,
                        "line": _LINE,
                        "what": _TEXT,
                        "remedy": _TEXT,
                        "isNote": {"type": "boolean"},
                    }
                ),
                "ranking": _list(_RANKED),
                "misses": _list({"pack": _TEXT, "from": _TEXT, "why": _TEXT}),
                "otherApps": _list({"folder": _TEXT, "pack": _TEXT, "command": _TEXT}),
                "isWhole": {
                    "type": "boolean",
                    "description": "false: there are more files than were looked at",
                },
            }
        ),
    }


def _record(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def _list(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": _record(properties)}


def _said(description: str) -> dict[str, Any]:
    return {**_TEXT, "description": description}


_RANKED: dict[str, Any] = {
    "pack": _TEXT,
    "from": _said("built-in, user, repository or the name of a pack repository"),
    "tier": {"enum": [str(tier) for tier in Tier]},
    "confidence": _CONFIDENCE,
    "why": _TEXT,
    "evidence": _list({"file": _TEXT, "line": _LINE, "text": _TEXT, "means": _TEXT}),
}
