"""go.mod and go.work → the modules of a source tree, what they require and replace."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import join, normpath

from draftpy.inspectors.facts import Evidence, Problem
from draftpy.source import SourceTree

MOD = "go.mod"
WORK = "go.work"
_REQUIRE = re.compile(r"^(?:require\s+)?(\S+\.\S+)\s+v(\d+\.\d+)\S*\s*(//\s*indirect)?")
_REPLACE = re.compile(r"=>\s*(\.\.?/?\S*)")
_USE = re.compile(r"^(?:use\s+)?\"?(\.\.?(?:/[^\s\"]*)?)\"?\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A module that is required: its path, its version's first two numbers, its place."""

    path: str
    version: str
    is_indirect: bool
    evidence: Evidence

    @property
    def plain(self) -> str:
        """The path without its major version's suffix."""
        return re.sub(r"/v\d+$", "", self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoModule:
    """One module: its folder (empty for the root), its path and its go.mod's text."""

    folder: str
    path: str
    text: str = ""
    requirements: tuple[Requirement, ...] = ()

    @property
    def file(self) -> str:
        """Its go.mod."""
        return join(self.folder, MOD)

    @property
    def replaces_locally(self) -> bool:
        """Whether a folder of this project stands in for a module."""
        return bool(_REPLACE.search(self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class GoModules:
    """The modules that are built together; `others`: folders of modules that are not."""

    modules: tuple[GoModule, ...] = ()
    is_workspace: bool = False
    others: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def find_home(self, folder: str) -> GoModule | None:
        """The module that a folder belongs to."""
        if any(folder == each or folder.startswith(f"{each}/") for each in self.others):
            return None
        homes = [m for m in self.modules if not m.folder or f"{folder}/".startswith(f"{m.folder}/")]
        return max(homes, key=lambda module: len(module.folder), default=None)


def load_modules(tree: SourceTree) -> GoModules:
    """The root's module, or those that go.work names."""
    work = tree.find_text(WORK)
    folders = list(_used(work)) if work is not None else [""]
    problems: list[Problem] = []
    modules = [m for folder in folders if (m := _load(tree, folder, problems)) is not None]
    if not modules:
        return GoModules(is_workspace=work is not None, problems=tuple(problems))
    nested = {path.rpartition("/")[0] for path in tree.match(f"**/{MOD}")}
    return GoModules(
        modules=tuple(modules),
        is_workspace=work is not None,
        others=tuple(sorted(nested - {m.folder for m in modules} - {""})),
        problems=tuple(problems),
    )


def _used(text: str) -> Iterator[str]:
    for line in text.splitlines():
        match = _USE.match(line.partition("//")[0].strip())
        if match:
            folder = normpath(match[1])
            yield "" if folder == "." else folder


def _load(tree: SourceTree, folder: str, problems: list[Problem]) -> GoModule | None:
    file = join(folder, MOD)
    text = tree.find_text(file)
    if text is None:
        return None
    name = re.search(r"^module\s+\"?([^\s\"]+)", text, re.MULTILINE)
    if name is None:
        what = "names no module"
        problems.append(Problem(file=file, what=what, remedy="go mod init NAME"))
        return None
    return GoModule(
        folder=folder, path=name[1], text=text, requirements=tuple(_requirements(file, text))
    )


def _requirements(file: str, text: str) -> Iterator[Requirement]:
    for number, line in enumerate(text.splitlines(), start=1):
        match = _REQUIRE.match(line.strip())
        if match and "=>" not in line:
            yield Requirement(
                path=match[1],
                version=match[2],
                is_indirect=bool(match[3]),
                evidence=Evidence(file=file, line=number, text=line.strip()),
            )
