"""The text of a pack.yaml → Pack, every mistake named with its line."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from draftpy.dev_settings import DEV_KEYS
from draftpy.errors import UnknownPack
from draftpy.inspectors.facts import Confidence
from draftpy.names import PackName
from draftpy.packs.allowed import find_wrong
from draftpy.packs.inheritance import inherit
from draftpy.packs.model import Condition, Output, Pack, Rule, Test, Tier, Variable
from draftpy.packs.reading import DocumentReader

PACK_YAML = "pack.yaml"
_FORMAT = 1
_NAME = re.compile(r"[a-z][a-z0-9-]*")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_ALWAYS = ("format", "name", "version")
_REQUIRED = (*_ALWAYS, "title", "description", "files")
_OPTIONAL = ("facts", "extensions", "detect", "unless", "looksFor", "variables", "values", "keeps")
_TOP = (*_REQUIRED, *_OPTIONAL, "dockerignore", "development", "extends", "chart")
_VARIABLE = ("type", "default", "description", "prompt", "pattern", "choices")
_DEFAULTS: dict[str, type | tuple[type, ...]] = {
    "text": str,
    "number": int,
    "flag": bool,
    "list": list,
}


FindBase = Callable[[str], Pack]


def no_base(name: str) -> Pack:
    """Where no other packs are known."""
    raise UnknownPack(f"there is no pack {name!r} to extend")


def parse_pack(text: str, folder: Path, origin: str, find_base: FindBase = no_base) -> Pack:
    """Parse a pack.yaml; raises PackInvalid with file, line and what is allowed there.

    `find_base` gets the pack that it extends; raises UnknownPack.
    """
    return _PackReader(text, folder / PACK_YAML, find_base).pack(folder, origin)


class _PackReader(DocumentReader):
    """The keys of a pack.yaml."""

    def __init__(self, text: str, file: Path, find_base: FindBase) -> None:
        super().__init__(text, file)
        self.base: Pack | None = None
        doc = self.load()
        is_based = isinstance(doc, dict) and "extends" in doc
        self.doc = self.mapping(doc, (), required=_ALWAYS if is_based else _REQUIRED, allowed=_TOP)
        if is_based:
            self.base = self.found_base(find_base)

    def found_base(self, find_base: FindBase) -> Pack:
        """The pack that this one extends."""
        try:
            return find_base(self.typed(self.doc["extends"], str, ("extends",)))
        except UnknownPack as error:
            raise self.wrong(("extends",), error.what, error.remedy) from error

    def pack(self, folder: Path, origin: str) -> Pack:
        """The whole pack."""
        doc = self.doc
        if doc["format"] != _FORMAT:
            raise self.wrong(("format",), f"this draftpy reads format {_FORMAT}")
        own = Pack(
            name=PackName(self.matching(doc, "name", _NAME)),
            version=self.typed(doc["version"], int, ("version",)),
            title=self.typed(doc.get("title", ""), str, ("title",)),
            about=self.typed(doc.get("description", ""), str, ("description",)).strip(),
            folder=folder,
            origin=origin,
            facts=self.typed(doc.get("facts", ""), str, ("facts",)),
            extensions=self.texts(doc.get("extensions", []), ("extensions",)),
            rules=tuple(self.rules()),
            unless=tuple(self.conditions(doc.get("unless", []), ("unless",))),
            variables=tuple(self.variables()),
            outputs=tuple(self.outputs()),
            values=(self.pack_file(doc["values"], ("values",)),) if "values" in doc else (),
            keeps=self.texts(doc.get("keeps", []), ("keeps",)),
            dockerignore=self.texts(doc.get("dockerignore", []), ("dockerignore",)),
            looks_for=self.typed(doc.get("looksFor", ""), str, ("looksFor",)),
            development=self.development(),
            chart=self.pack_folder(doc.get("chart", "")),
        )
        return inherit(own, self.base, doc) if self.base else own

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
        """`variables`: name → type, default, what is allowed; what is left out is the base's."""
        known = {variable.name: variable for variable in self.base.variables} if self.base else {}
        for name, given in self.mapping(self.doc.get("variables", {}), ("variables",)).items():
            path = ("variables", name)
            if not _IDENTIFIER.fullmatch(name):
                raise self.wrong(path, "lower-case letters, digits and _ make a variable's name")
            body = self.mapping(given, path, allowed=_VARIABLE)
            yield self.variable(known.get(name) or Variable(name=name, type="text"), body)

    def variable(self, base: Variable, body: Mapping[str, Any]) -> Variable:
        """One variable, laid on the one that it changes."""
        path = ("variables", base.name)
        kind = body.get("type", base.type)
        if kind not in _DEFAULTS:
            raise self.wrong((*path, "type"), f"give one of {', '.join(_DEFAULTS)}")
        default = body.get("default")
        if default is not None:
            default = self.typed(default, _DEFAULTS[kind], (*path, "default"))
            default = tuple(default) if isinstance(default, list) else default
        texts = {
            key: self.typed(body.get(key, known), str, (*path, key))
            for key, known in (
                ("description", base.about),
                ("prompt", base.prompt),
                ("pattern", base.pattern),
            )
        }
        choices = self.typed(body.get("choices", list(base.choices)), list, (*path, "choices"))
        made = Variable(
            name=base.name,
            type=kind,
            default=base.default if default is None else default,
            about=texts["description"],
            prompt=texts["prompt"],
            pattern=texts["pattern"],
            choices=tuple(choices),
        )
        self.check_variable(made, path)
        return made

    def check_variable(self, variable: Variable, path: tuple[str, ...]) -> None:
        """That the pattern is one, and allows the default."""
        try:
            re.compile(variable.pattern)
        except re.error as error:
            raise self.wrong((*path, "pattern"), f"is no regular expression: {error}") from error
        wrong = find_wrong(variable, variable.default) if variable.default is not None else ""
        if wrong:
            raise self.wrong((*path, "default"), wrong)

    def outputs(self) -> Iterable[Output]:
        """`files`: path in the project → file of the pack."""
        for target, template in self.mapping(self.doc.get("files", {}), ("files",)).items():
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
        bases = (self.base.folder, *self.base.bases) if self.base else ()
        folders = (self.file.parent, *bases)
        if ".." in name.split("/") or not any((each / name).is_file() for each in folders):
            raise self.wrong(path, f"the pack has no file {name}")
        return name

    def pack_folder(self, given: Any) -> str:
        """The name of a folder with a chart that the pack must have."""
        name: str = self.typed(given, str, ("chart",))
        if name and not (self.file.parent / name / "Chart.yaml").is_file():
            raise self.wrong(("chart",), f"the pack has no chart {name}/Chart.yaml")
        return name.rstrip("/")
