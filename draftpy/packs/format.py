"""The text of a pack.yaml → Pack, every mistake named with its line."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from draftpy.checked_yaml import nearest_hint
from draftpy.dev_settings import DEV_KEYS
from draftpy.errors import PackInvalid
from draftpy.inspectors.facts import Confidence
from draftpy.names import PackName
from draftpy.packs.model import Condition, Output, Pack, Rule, Test, Tier, Variable
from draftpy.yaml_lines import YamlBroken, parse_lined_yaml

PACK_YAML = "pack.yaml"
_FORMAT = 1
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_REQUIRED = ("format", "name", "version", "title", "description", "files")
_OPTIONAL = ("facts", "extensions", "detect", "unless", "looksFor", "variables", "values", "keeps")
_TOP = (*_REQUIRED, *_OPTIONAL, "dockerignore", "development")
_DEFAULTS: dict[str, type | tuple[type, ...]] = {
    "text": str,
    "number": int,
    "flag": bool,
    "list": list,
}
_KINDS = {str: "text", int: "whole number", bool: "true or false", list: "list"}
E = TypeVar("E", bound=StrEnum)


def parse_pack(text: str, folder: Path, origin: str) -> Pack:
    """Parse a pack.yaml; raises PackInvalid with file, line and what is allowed there."""
    return _PackReader(text, folder / PACK_YAML).pack(folder, origin)


class _PackReader:
    """One document and where it stands, for errors."""

    def __init__(self, text: str, file: Path) -> None:
        self.text = text
        self.file = file
        try:
            doc = yaml.load(text, Loader=_LOADER)
        except (yaml.YAMLError, ValueError):
            raise self.broken_yaml() from None
        self.doc = self.mapping(doc, (), required=_REQUIRED, allowed=_TOP)

    def broken_yaml(self) -> PackInvalid:
        """The error for text that is no YAML."""
        try:
            parse_lined_yaml(self.text)
        except YamlBroken as error:
            line, problem = error.line, error.problem
        else:
            line, problem = 1, "not YAML"
        return PackInvalid(
            f"{self.file} line {line} is not valid YAML",
            evidence=problem,
            remedy=f"mend line {line} of {self.file}",
        )

    def wrong(self, path: tuple[str, ...], what: str, remedy: str = "") -> PackInvalid:
        """The error about one place."""
        try:
            line = parse_lined_yaml(self.text).line_of(path)
        except YamlBroken:
            line = 1
        where = ".".join(path)
        return PackInvalid(
            f"{self.file} line {line}: {where + ': ' if where else ''}{what}",
            remedy=remedy or f"mend line {line} of {self.file}",
        )

    def pack(self, folder: Path, origin: str) -> Pack:
        """The whole pack."""
        doc = self.doc
        if doc["format"] != _FORMAT:
            raise self.wrong(("format",), f"this draftpy reads format {_FORMAT}")
        return Pack(
            name=PackName(self.matching(doc, "name", _NAME)),
            version=self.typed(doc["version"], int, ("version",)),
            title=self.typed(doc["title"], str, ("title",)),
            about=self.typed(doc["description"], str, ("description",)).strip(),
            folder=folder,
            origin=origin,
            facts=self.typed(doc.get("facts", ""), str, ("facts",)),
            extensions=self.texts(doc.get("extensions", []), ("extensions",)),
            rules=tuple(self.rules()),
            unless=tuple(self.conditions(doc.get("unless", []), ("unless",))),
            variables=tuple(self.variables()),
            outputs=tuple(self.outputs()),
            values=self.pack_file(doc.get("values", ""), ("values",)),
            keeps=self.texts(doc.get("keeps", []), ("keeps",)),
            dockerignore=self.texts(doc.get("dockerignore", []), ("dockerignore",)),
            looks_for=self.typed(doc.get("looksFor", ""), str, ("looksFor",)),
            development=self.development(),
        )

    def rules(self) -> Iterable[Rule]:
        """`detect`: the ways to recognise an app."""
        rules = self.typed(self.doc.get("detect", []), list, ("detect",))
        for index, given in enumerate(rules):
            path = ("detect", str(index))
            body = self.mapping(given, path, required=("tier",))
            tests = {k: v for k, v in body.items() if k not in ("tier", "confidence")}
            yield Rule(
                tier=self.member(Tier, body["tier"], (*path, "tier")),
                confidence=self.member(
                    Confidence, body.get("confidence", "likely"), (*path, "confidence")
                ),
                condition=self.condition(tests, path),
            )

    def conditions(self, given: Any, path: tuple[str, ...]) -> Iterable[Condition]:
        """A list of conditions."""
        for index, item in enumerate(self.typed(given, list, path)):
            yield self.condition(item, (*path, str(index)))

    def condition(self, given: Any, path: tuple[str, ...]) -> Condition:
        """One of file, fact (with `is`), all, any, not."""
        names = [str(test) for test in Test]
        body = self.mapping(given, path, allowed=[*names, "is"])
        tests = [name for name in names if name in body]
        if len(tests) != 1:
            raise self.wrong(path, f"give one of {', '.join(names)}")
        test = Test(tests[0])
        if "is" in body and test is not Test.FACT:
            raise self.wrong((*path, "is"), "only a fact has a value")
        inner, here = body[test], (*path, str(test))
        match test:
            case Test.ALL | Test.ANY:
                return Condition(test=test, parts=tuple(self.conditions(inner, here)))
            case Test.NOT:
                return Condition(test=test, parts=(self.condition(inner, here),))
            case Test.FILE | Test.FACT:
                wanted = body.get("is", [])
                wanted = wanted if isinstance(wanted, list) else [wanted]
                subject = self.typed(inner, str, here)
                return Condition(test=test, subject=subject, wanted=tuple(wanted))

    def variables(self) -> Iterable[Variable]:
        """`variables`: name → type, default, description."""
        for name, given in self.mapping(self.doc.get("variables", {}), ("variables",)).items():
            path = ("variables", name)
            if not _IDENTIFIER.fullmatch(name):
                raise self.wrong(path, "lower-case letters, digits and _ make a variable's name")
            body = self.mapping(given, path, allowed=("type", "default", "description"))
            kind = body.get("type", "text")
            if kind not in _DEFAULTS:
                raise self.wrong((*path, "type"), f"give one of {', '.join(_DEFAULTS)}")
            default = body.get("default")
            if default is not None:
                default = self.typed(default, _DEFAULTS[kind], (*path, "default"))
            yield Variable(
                name=name,
                type=kind,
                default=tuple(default) if isinstance(default, list) else default,
                about=self.typed(body.get("description", ""), str, (*path, "description")),
            )

    def outputs(self) -> Iterable[Output]:
        """`files`: path in the project → file of the pack."""
        for target, template in self.mapping(self.doc["files"], ("files",)).items():
            yield Output(path=target, template=self.pack_file(template, ("files", target)))

    def development(self) -> Mapping[str, Any]:
        """`development`: the keys of draft.yaml's `dev`, texts may hold Jinja."""
        here = ("development",)
        body = self.mapping(self.doc.get("development", {}), here, allowed=DEV_KEYS)
        for key, value in body.items():
            is_texts = isinstance(value, list) and all(isinstance(item, str) for item in value)
            if not (isinstance(value, str) or is_texts or (key == "sync" and value is False)):
                raise self.wrong((*here, key), f"must be a text or a list of texts, not {value!r}")
        return body

    def pack_file(self, given: Any, path: tuple[str, ...]) -> str:
        """The name of a file that the pack must have."""
        name: str = self.typed(given, str, path)
        if name and (".." in name.split("/") or not (self.file.parent / name).is_file()):
            raise self.wrong(path, f"the pack has no file {name}")
        return name

    def mapping(
        self,
        given: Any,
        path: tuple[str, ...],
        *,
        required: Iterable[str] = (),
        allowed: Iterable[str] = (),
    ) -> Mapping[str, Any]:
        """A mapping with text keys, of which some must be there and others must not."""
        if not isinstance(given, dict) or not all(isinstance(key, str) for key in given):
            raise self.wrong(path, "must be a mapping")
        for key in required:
            if key not in given:
                raise self.wrong(path, f"{key} is missing")
        names = list(allowed)
        for key in given if names else ():
            if key not in names:
                hint = nearest_hint(key, names) or f"known here: {', '.join(names)}"
                raise self.wrong((*path, key), "unknown key", hint)
        return given

    def texts(self, given: Any, path: tuple[str, ...]) -> tuple[str, ...]:
        """A list of texts."""
        return tuple(self.typed(item, str, path) for item in self.typed(given, list, path))

    def typed(self, given: Any, kind: Any, path: tuple[str, ...]) -> Any:
        """The value, if it is of that type."""
        if not isinstance(given, kind) or (kind is int and isinstance(given, bool)):
            raise self.wrong(path, f"must be a {_KINDS[kind]}, not {given!r}")
        return given

    def matching(self, doc: Mapping[str, Any], key: str, pattern: re.Pattern[str]) -> str:
        """A text of that form."""
        text = self.typed(doc[key], str, (key,))
        if not pattern.fullmatch(text):
            raise self.wrong((key,), f"{text!r} must be like {pattern.pattern}")
        return str(text)

    def member(self, kind: type[E], given: Any, path: tuple[str, ...]) -> E:
        """A member of an enumeration, by its value."""
        members = {str(item): item for item in kind}
        if given not in members:
            raise self.wrong(path, f"{given!r} is not one of {', '.join(members)}")
        return members[given]
