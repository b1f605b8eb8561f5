"""What a pack's variable may be: read from a flag's text, held against type, pattern, choices."""

import re
import shlex

from draftpy.errors import UsageError
from draftpy.inspectors.facts import FactValue
from draftpy.packs.model import Variable

_FLAGS = {"true": True, "yes": True, "false": False, "no": False}
_TYPES: dict[str, type] = {"text": str, "number": int, "flag": bool, "list": tuple}


def parse_value(variable: Variable, text: str) -> FactValue:
    """The value that `--set NAME=text` means; raises UsageError."""
    value = _read(variable, text)
    wrong = "" if value is None else find_wrong(variable, value)
    if value is None or wrong:
        raise UsageError(
            f"--set {variable.name}={text}: {wrong or f'this is no {variable.type}'}",
            evidence=variable.about,
            remedy=f"--set {variable.name}=VALUE",
        )
    return value


def find_wrong(variable: Variable, value: FactValue) -> str:
    """Why a value is not allowed; "" if it is."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not isinstance(value, _TYPES[variable.type]) or (variable.type == "number") != is_number:
        return f"must be a {variable.type}, not {value!r}"
    if variable.choices and value not in variable.choices:
        return f"must be one of {', '.join(str(choice) for choice in variable.choices)}"
    texts = value if isinstance(value, tuple) else (str(value),)
    if variable.pattern and not all(re.fullmatch(variable.pattern, text) for text in texts):
        return f"must match {variable.pattern}"
    return ""


def _read(variable: Variable, text: str) -> FactValue | None:
    match variable.type:
        case "text":
            return text
        case "number":
            return int(text) if re.fullmatch(r"-?\d{1,9}", text) else None
        case "flag":
            return _FLAGS.get(text.lower())
        case "list":
            return _words(text)


def _words(text: str) -> tuple[str, ...] | None:
    try:
        return tuple(shlex.split(text))
    except ValueError:
        return None
