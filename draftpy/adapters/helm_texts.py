"""What Helm's error texts name: a template's line, a value, an object of others.

Helm tells most failures with one type, so the place is only in the text.
"""

import re
from dataclasses import dataclass

_TEMPLATE_PLACE = re.compile(r"([\w./-]+\.(?:ya?ml|tpl|txt)):(\d+)")
_SCHEMA_PLACE = re.compile(r"at '(/[^']*)?': (.*)")
_EXTRA_KEY = re.compile(r"additional properties '([^']+)'")
_FORBIDDEN = re.compile(r"\bforbidden: User\b|\bis forbidden\b")
_FOREIGN = re.compile(r'(\w+) "([^"]+)" in namespace "[^"]*" exists and cannot be imported')


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueFault:
    """A value that breaks the chart's schema: its dotted path, and why."""

    key: str
    why: str


def find_template_place(text: str) -> tuple[str, str] | None:
    """File and line of the template that failed."""
    found = _TEMPLATE_PLACE.search(text)
    return (found[1], found[2]) if found else None


def find_value_fault(text: str) -> ValueFault | None:
    """The first value that breaks the schema; a key that should not be there is part of it."""
    found = _SCHEMA_PLACE.search(text)
    if not found:
        return None
    extra = _EXTRA_KEY.match(found[2])
    keys = [*(found[1] or "").split("/"), extra[1] if extra else ""]
    return ValueFault(key=".".join(key for key in keys if key), why=found[2])


def find_foreign_object(text: str) -> str:
    """`ConfigMap settings`, if an object of that name was made by others."""
    found = _FOREIGN.search(text)
    return f"{found[1]} {found[2]}" if found else ""


def is_forbidden(text: str) -> bool:
    """Whether the API server refused because a right is missing."""
    return bool(_FORBIDDEN.search(text))
