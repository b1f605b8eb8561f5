"""What a pack is: the records that pack.yaml becomes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from draftpy.inspectors.facts import Confidence, FactValue
from draftpy.names import PackName

# Where packs come from; packs of an added repository have its name.
BUILT_IN, USER, PROJECT, PATH = "built-in", "user", "repository", "path"
VariableType = Literal["text", "number", "flag", "list"]


class Tier(StrEnum):
    """What kind of evidence a rule rests on; the earlier one wins."""

    EXISTING = "existing"  # the app brings its own Dockerfile
    FRAMEWORK = "framework"  # a pair that leaves no doubt, such as manage.py and Django
    SERVER = "server"  # a server language's manifest
    CLIENT = "client"  # package.json and the like, which other apps carry for their tools
    NATIVE = "native"  # build files of C and C++, often auxiliary
    SOURCE = "source"  # source files that serve, without a manifest
    STATIC = "static"  # a page to be served as it is
    SCRIPT = "script"  # a lone script
    FALLBACK = "fallback"  # only if asked for


class Test(StrEnum):
    """What a condition looks at."""

    FILE = "file"
    FACT = "fact"
    ALL = "all"
    ANY = "any"
    NOT = "not"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One test: `subject` is a file pattern or fact key, `wanted` its allowed values, if any."""

    test: Test
    subject: str = ""
    wanted: tuple[FactValue, ...] = ()
    parts: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One way to recognise an app."""

    tier: Tier
    confidence: Confidence
    condition: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A value for templates: `--set`, else the fact `<facts>.<name>`, else the default.

    None as default means that it is required; `prompt` then asks for it. `pattern` must match the
    whole text, or each item of a list; `choices`, if there are any, are all that is allowed.
    """

    name: str
    type: VariableType
    default: FactValue | None = None
    about: str = ""
    prompt: str = ""
    pattern: str = ""
    choices: tuple[FactValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A file to write: its path in the project (may hold Jinja) and the pack's file for it.

    `is_plain`: the file is no template.
    """

    path: str
    template: str
    is_plain: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One pack; `facts` names the ecosystem whose facts fill its variables.

    `keeps` are files of the app that it uses as they are; their paths may hold Jinja. `bases` are
    the folders of the packs that it extends, nearest first; `values` are its files of chart values,
    theirs first.
    """

    name: PackName
    version: int
    title: str
    about: str
    folder: Path
    origin: str
    facts: str = ""
    extensions: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    unless: tuple[Condition, ...] = ()
    variables: tuple[Variable, ...] = ()
    outputs: tuple[Output, ...] = ()
    values: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    dockerignore: tuple[str, ...] = ()
    looks_for: str = ""
    # A folder of the pack with a chart of its own, instead of the shared one.
    chart: str = ""
    bases: tuple[Path, ...] = ()
    # The keys of draft.yaml's `dev`, as they are written: texts may hold Jinja.
    development: Mapping[str, Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """`python@1`, `acme/python@1`: as it stands in draft.yaml."""
        plain = f"{self.name}@{self.version}"
        is_ours = self.origin in (BUILT_IN, USER, PROJECT, PATH)
        return plain if is_ours else f"{self.origin}/{plain}"
