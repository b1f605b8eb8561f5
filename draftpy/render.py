"""Pack files → text: one sandboxed Jinja environment in which nothing may be undefined."""

import json
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from jinja2 import DictLoader, StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from draftpy.errors import PackInvalid


def render(texts: Mapping[str, str], template: str, variables: Mapping[str, Any]) -> str:
    """Render one of the texts (name → Jinja text); raises PackInvalid with name and line."""
    environment = ImmutableSandboxedEnvironment(
        loader=DictLoader(texts),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # Dockerfiles and YAML: the filters below quote
    )
    environment.filters.update({"exec": to_exec_form, "shell": to_shell, "quoted": to_quoted})
    try:
        return environment.get_template(template).render(variables)
    except TemplateSyntaxError as error:
        raise _broken(f"{error.name or template} line {error.lineno}", error) from error
    except (TemplateError, TypeError, ValueError, OverflowError) as error:
        raise _broken(template, error) from error


def to_exec_form(words: Iterable[str]) -> str:
    """Words as the JSON list that Dockerfiles call exec form."""
    return json.dumps(list(words), ensure_ascii=False)


def to_shell(words: str | Iterable[str]) -> str:
    """One word, or several, quoted for a shell."""
    return shlex.quote(words) if isinstance(words, str) else shlex.join(words)


def to_quoted(text: object) -> str:
    """A text in double quotes, right in YAML, JSON and Dockerfiles alike."""
    return json.dumps(str(text), ensure_ascii=False)


def _broken(where: str, error: Exception) -> PackInvalid:
    return PackInvalid(
        f"the pack's {where} cannot be rendered",
        evidence=str(error),
        remedy="mend the pack, or use another: draftpy packs list",
    )
