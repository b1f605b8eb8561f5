"""MSBuild project files → what they build, with inherited properties."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import basename, dirname, join, normpath, splitext
from xml.etree import ElementTree

from draftpy.inspectors.facts import Evidence, Problem
from draftpy.source import SourceTree

PROJECTS = (".csproj", ".fsproj", ".vbproj")
SOLUTIONS = (".sln", ".slnx")
LANGUAGES = {".csproj": "C#", ".fsproj": "F#", ".vbproj": "Visual Basic"}
_SHARED = "Directory.Build.props"
_MAX_PROJECTS = 200
_PLACEHOLDER = re.compile(r"\$\(([\w.]+)\)")
_TEST_PACKAGES = ("microsoft.net.test.sdk", "xunit", "nunit", "mstest", "tunit")
_FRAMEWORK = re.compile(r"net(?:coreapp)?(\d+\.\d+)(-\w+)?")
_ENTITY = re.compile(r"<!(?:DOCTYPE|ENTITY)")


@dataclass(frozen=True, slots=True, kw_only=True)
class DotnetProject:
    """One project: its SDK, its properties (its own and shared ones), packages, references."""

    path: str
    text: str
    sdk: str
    properties: Mapping[str, str] = field(default_factory=dict)
    packages: Mapping[str, str] = field(default_factory=dict)
    references: tuple[str, ...] = ()
    shared_frameworks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What its assembly is called."""
        stem = splitext(basename(self.path))[0]
        given = self.properties.get("AssemblyName", "")
        return self.resolve(given, {"MSBuildProjectName": stem}) or stem

    @property
    def frameworks(self) -> tuple[tuple[int, int], ...]:
        """The versions of .NET it is built for, without those that only Windows has."""
        given = self.properties.get("TargetFrameworks") or self.properties.get(
            "TargetFramework", ""
        )
        found = [_FRAMEWORK.fullmatch(each.strip()) for each in self.resolve(given).split(";")]
        plain = [m[1] for m in found if m and not (m[2] or "").startswith("-")]
        return tuple(sorted((int(v.split(".")[0]), int(v.split(".")[1])) for v in plain))

    @property
    def is_multi_target(self) -> bool:
        """Whether publishing must name one of several versions."""
        return ";" in self.properties.get("TargetFrameworks", "").strip(";")

    @property
    def is_web(self) -> bool:
        """Whether it is an ASP.NET Core app."""
        return self.sdk.lower() == "microsoft.net.sdk.web"

    @property
    def is_test(self) -> bool:
        """Whether it holds tests."""
        has = any(name.lower().startswith(_TEST_PACKAGES) for name in self.packages)
        return has or self.flag("IsTestProject")

    @property
    def is_program(self) -> bool:
        """Whether something in it can be started."""
        kind = self.properties.get("OutputType", "").lower()
        return self.is_web or self.sdk.lower().endswith(".worker") or kind == "exe"

    def flag(self, name: str) -> bool:
        """A property that is true."""
        return self.properties.get(name, "").lower() == "true"

    def resolve(self, text: str, more: Mapping[str, str] | None = None, depth: int = 0) -> str:
        """The text with the properties that are known put in."""
        known = {**self.properties, **(more or {})}
        if depth > 5 or "$(" not in text:
            return text
        filled = _PLACEHOLDER.sub(lambda m: known.get(m[1], ""), text)
        return self.resolve(filled, more, depth + 1)

    def evidence(self, snippet: str, means: str = "") -> Evidence:
        """The line where a snippet first stands."""
        for number, line in enumerate(self.text.splitlines(), start=1):
            if snippet in line:
                return Evidence(file=self.path, line=number, text=line.strip(), means=means)
        return Evidence(file=self.path, means=means)


@dataclass(frozen=True, slots=True, kw_only=True)
class DotnetProjects:
    """All projects of a source tree, nearest first."""

    projects: tuple[DotnetProject, ...] = ()
    problems: tuple[Problem, ...] = ()

    def closure(self, project: DotnetProject) -> tuple[DotnetProject, ...]:
        """The project and those that it refers to, directly or not."""
        by_path = {each.path: each for each in self.projects}
        found = [project]
        for each in found:
            known = [by_path[path] for path in each.references if path in by_path]
            found += [other for other in known if other not in found]
        return tuple(found)


def load_projects(tree: SourceTree) -> DotnetProjects:
    """Read every project file of the tree."""
    problems: list[Problem] = []
    paths = [path for path in tree.files if path.endswith(PROJECTS)][:_MAX_PROJECTS]
    found = [p for path in paths if (p := _load(tree, path, problems)) is not None]
    return DotnetProjects(projects=tuple(found), problems=tuple(problems))


def _load(tree: SourceTree, path: str, problems: list[Problem]) -> DotnetProject | None:
    text = tree.find_text(path) or ""
    root = _parse(path, text, problems)
    if root is None:
        return None
    shared = _shared_properties(tree, dirname(path))
    own = _properties(root)
    imports = [e.get("Sdk", "") for e in root.iter("Import") if e.get("Sdk")]
    sdk = (
        root.get("Sdk")
        or next(iter(imports), "")
        or next((e.get("Name", "") for e in root.iter("Sdk")), "")
    )
    return DotnetProject(
        path=path,
        text=text,
        sdk=sdk.partition("/")[0],
        properties={**shared, **own},
        packages={
            e.get("Include", ""): e.get("Version", "") for e in root.iter("PackageReference")
        },
        references=tuple(
            normpath(join(dirname(path), e.get("Include", "").replace("\\", "/")))
            for e in root.iter("ProjectReference")
        ),
        shared_frameworks=tuple(e.get("Include", "") for e in root.iter("FrameworkReference")),
    )


def _shared_properties(tree: SourceTree, folder: str) -> dict[str, str]:
    """Those of the nearest Directory.Build.props, which is the only one that MSBuild takes."""
    while True:
        text = tree.find_text(join(folder, _SHARED))
        if text is not None:
            root = _parse(_SHARED, text, [])
            return _properties(root) if root is not None else {}
        if not folder:
            return {}
        folder = dirname(folder)


def _parse(path: str, text: str, problems: list[Problem]) -> ElementTree.Element | None:
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
    return root


def _properties(root: ElementTree.Element) -> dict[str, str]:
    """What is set without a condition, else the first with one."""
    found: dict[str, str] = {}
    conditional: dict[str, str] = {}
    for group in root.iterfind("PropertyGroup"):
        for element in group:
            is_plain = not (group.get("Condition") or element.get("Condition"))
            value = (element.text or "").strip()
            if is_plain:
                found[element.tag] = value
            else:
                conditional.setdefault(element.tag, value)
    return {**conditional, **found}
