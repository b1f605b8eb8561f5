"""Maven's pom.xml files → modules, with what they inherit from each other."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath
from xml.etree import ElementTree

from draftpy.inspectors.facts import Evidence, Problem
from draftpy.source import SourceTree

POM = "pom.xml"
_MAX_POMS = 200
_PLACEHOLDER = re.compile(r"\$\{([^}]+)\}")
_ENTITY = re.compile(r"<!(?:DOCTYPE|ENTITY)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A dependency: `group:name`, its version as far as the files say, its place."""

    group: str
    name: str
    version: str = ""
    scope: str = ""
    evidence: Evidence | None = None

    @property
    def key(self) -> str:
        """`group:name`."""
        return f"{self.group}:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pom:
    """One pom.xml; `parent` is the one in this tree that it inherits from."""

    path: str
    text: str
    root: ElementTree.Element
    parent: "Pom | None" = None
    own_properties: dict[str, str] = field(default_factory=dict)

    @property
    def folder(self) -> str:
        """Where it lies; empty for the root."""
        return dirname(self.path)

    @property
    def lineage(self) -> "tuple[Pom, ...]":
        """Itself, its parent, and so on."""
        return (self, *(self.parent.lineage if self.parent else ()))

    @property
    def artifact(self) -> str:
        """Its artifactId."""
        return self.text_of("artifactId")

    @property
    def version(self) -> str:
        """Its version, or its parent's."""
        return self.resolve(self.text_of("version") or self.text_of("parent/version"))

    @property
    def packaging(self) -> str:
        """`jar` unless it says otherwise."""
        return self.resolve(self.text_of("packaging")) or "jar"

    @property
    def final_name(self) -> str:
        """What its artefact is called, `*` for what only Maven knows."""
        given = next((n for pom in self.lineage if (n := pom.text_of("build/finalName"))), "")
        name = self.resolve(given or f"{self.artifact}-{self.version or '*'}")
        return _PLACEHOLDER.sub("*", name)

    def text_of(self, path: str) -> str:
        """The text of an element of this file, as it is written."""
        return (self.root.findtext(path) or "").strip()

    def find_property(self, name: str) -> tuple[str, Evidence] | None:
        """A property of it or its parents, and where it stands."""
        for pom in self.lineage:
            value = pom.own_properties.get(name)
            if value is not None:
                return self.resolve(value), pom.evidence(f"<{name}>")
        return None

    def resolve(self, text: str, depth: int = 0) -> str:
        """The text with the properties that are known put in."""
        if "${" not in text or depth > 8:
            return text
        return _PLACEHOLDER.sub(lambda m: self._value(m[1], m[0], depth), text)

    def _value(self, name: str, unknown: str, depth: int) -> str:
        built_in = {"artifactId": self.artifact, "name": self.text_of("name")}
        short = name.removeprefix("project.").removeprefix("pom.")
        if short == "version" and "${" not in (self.text_of("version") or ""):
            return self.version
        if short in ("parent.version", "parent.artifactId"):
            return self.text_of(short.replace(".", "/"))
        if short in built_in and name != short:
            return built_in[short]
        for pom in self.lineage:
            if name in pom.own_properties:
                return self.resolve(pom.own_properties[name], depth + 1)
        return unknown

    def evidence(self, snippet: str, means: str = "") -> Evidence:
        """The line where a snippet first stands."""
        at = self.text.find(snippet)
        if at < 0:
            return Evidence(file=self.path, means=means)
        line = self.text.count("\n", 0, at)
        text = self.text.splitlines()[line].strip()
        return Evidence(file=self.path, line=line + 1, text=text, means=means)

    def packages(self) -> Iterator[Package]:
        """What it depends on, its parents' dependencies included; tests' are not."""
        for pom in self.lineage:
            for element in pom.root.iterfind("dependencies/dependency"):
                package = pom.package(element)
                if package.scope != "test":
                    yield package

    def package(self, element: ElementTree.Element) -> Package:
        """A dependency, parent or plugin element as a package."""
        name = self.resolve((element.findtext("artifactId") or "").strip())
        return Package(
            group=self.resolve((element.findtext("groupId") or "").strip()),
            name=name,
            version=self.resolve((element.findtext("version") or "").strip()),
            scope=(element.findtext("scope") or "").strip(),
            evidence=self.evidence(f"<artifactId>{name}</artifactId>"),
        )

    def origins(self) -> Iterator[Package]:
        """Parents and imported bills of materials: what versions come from."""
        for pom in self.lineage:
            for element in pom.root.iterfind("parent"):
                yield pom.package(element)
            for element in pom.root.iterfind("dependencyManagement/dependencies/dependency"):
                if (element.findtext("scope") or "").strip() == "import":
                    yield pom.package(element)

    def find_plugin(self, name: str) -> ElementTree.Element | None:
        """A plugin that its build runs."""
        for pom in self.lineage:
            for element in pom.root.iterfind("build/plugins/plugin"):
                if (element.findtext("artifactId") or "").strip() == name:
                    return element
        return None

    def plugin_texts(self, plugin: str, tag: str) -> list[str]:
        """The texts of a tag in a plugin's configuration, the nearest first."""
        found = []
        for pom in self.lineage:
            for part in ("build/plugins/plugin", "build/pluginManagement/plugins/plugin"):
                for element in pom.root.iterfind(part):
                    if (element.findtext("artifactId") or "").strip() == plugin:
                        found += [(e.text or "").strip() for e in element.iter(tag)]
        return [resolved for text in found if (resolved := self.resolve(text))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Poms:
    """The root's pom and every module that it leads to."""

    modules: tuple[Pom, ...] = ()
    problems: tuple[Problem, ...] = ()


def load_poms(tree: SourceTree) -> Poms:
    """The root's pom.xml and its modules, the root first."""
    problems: list[Problem] = []
    modules: list[Pom] = []
    pending = [POM]
    while pending and len(modules) < _MAX_POMS:
        path = pending.pop(0)
        if any(pom.path == path for pom in modules):
            continue
        pom = _load_pom(tree, path, modules, problems)
        if pom:
            modules.append(pom)
            names = [(e.text or "").strip() for e in pom.root.iterfind("modules/module")]
            pending += [_module_path(pom.folder, name) for name in names if name]
    return Poms(modules=tuple(modules), problems=tuple(problems))


def _module_path(folder: str, name: str) -> str:
    path = normpath(join(folder, name))
    return path if path.endswith(".xml") else f"{path}/{POM}"


def _load_pom(tree: SourceTree, path: str, known: list[Pom], problems: list[Problem]) -> Pom | None:
    text = tree.find_text(path)
    if text is None:
        return None
    if _ENTITY.search(text):
        problems.append(Problem(file=path, what="declares entities, which are not read"))
        return None
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as error:
        what = f"is broken: {error.msg.partition(':')[0]}"
        problems.append(Problem(file=path, line=error.position[0], what=what))
        return None
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
    properties = {e.tag: (e.text or "").strip() for e in root.iterfind("properties/*")}
    parent = _find_parent(root, path, known)
    return Pom(path=path, text=text, root=root, parent=parent, own_properties=properties)


def _find_parent(root: ElementTree.Element, path: str, known: list[Pom]) -> Pom | None:
    element = root.find("parent")
    if element is None:
        return None
    name = (element.findtext("artifactId") or "").strip()
    where = element.findtext("relativePath")
    place = _module_path(dirname(path), (where or "..").strip()) if where != "" else ""
    by_place = next((pom for pom in known if pom.path == place and pom.artifact == name), None)
    return by_place or next((pom for pom in known if pom.artifact == name), None)
