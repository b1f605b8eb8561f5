"""The programs of Go modules, and the files that each is made of."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from posixpath import basename, dirname, join

from draftpy.inspectors.code_files import CodeFile, strip_comments
from draftpy.inspectors.go.modules import GoModule, GoModules
from draftpy.source import SourceTree

_MAIN = re.compile(r"^package main\b.*^func main\(\)", re.DOTALL | re.MULTILINE)
_MAIN_FUNC = re.compile(r"^func main\(\)", re.MULTILINE)
# Files that are no part of what is built for Linux.
_LEFT_OUT = re.compile(
    r"^//\s*(?:go:build|\+build)\s+(?:ignore|tools?|windows|darwin|js|wasm|wasip1|tinygo|mage"
    r"|generate|examples?|e2e|integration)\b",
    re.MULTILINE,
)
_OTHER_SYSTEM = re.compile(r"_(?:test|windows|darwin|js|wasm|freebsd|plan9)\.go$")
_IMPORTS = re.compile(r"^import\s*(?:\(([^)]*)\)|(?:[\w.]+\s+)?(\"[^\"]+\"))", re.MULTILINE)
_EMBEDS = re.compile(r"^//go:embed\s+(.+)$", re.MULTILINE)
_FIRST = ("web", "server", "api", "app", "backend", "service", "main", "http", "httpd", "daemon")
_ASIDE = re.compile(
    r"(?:^|[/_-])(?:tools?|docs?|hack|scripts?|examples?|samples?|tests?|testdata|e2e|migrat\w*|gen\w*|cli"
    r"|\w*ctl|seed\w*|mock\w*|bench\w*|client|internal/tools)$"
)
_SERVES = re.compile(r"ListenAndServe|net\.Listen\(|\.Listen\(|\.Run\(|\.Start\(|\.Serve\(")
_MAX_FILES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GoFile:
    """One file: its package's folder, what it imports, what it embeds."""

    folder: str
    file: CodeFile
    imports: frozenset[str]
    embeds: tuple[str, ...]
    is_main: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A main package, the file with its main function, and its module."""

    folder: str
    main: GoFile
    module: GoModule

    @property
    def package(self) -> str:
        """`./cmd/web`, `.` for the root."""
        return f"./{self.folder}" if self.folder else "."

    @property
    def name(self) -> str:
        """What Go calls it: its folder's name, or the last part of its module's path."""
        if self.folder != self.module.folder:
            return basename(self.folder)
        return basename(re.sub(r"/v\d+$", "", self.module.path))

    @property
    def line(self) -> int:
        """Where its main function is."""
        match = _MAIN_FUNC.search(self.main.file.code)
        return self.main.file.line_at(match.start()) if match else 0


def read_go_files(tree: SourceTree) -> list[GoFile]:
    """The Go files that are built for Linux, nearest first."""
    paths = [p for p in tree.files if p.endswith(".go") and not _OTHER_SYSTEM.search(p)]
    texts = ((path, tree.find_text(path) or "") for path in paths[:_MAX_FILES])
    return [_read(path, text) for path, text in texts if not _LEFT_OUT.search(text)]


def find_programs(
    files: list[GoFile], modules: GoModules, wanted: frozenset[str] = frozenset()
) -> list[Program]:
    """Every main package, one that is `wanted` by its name first, then the likeliest."""
    found: dict[str, Program] = {}
    for file in files:
        home = modules.find_home(file.folder) if file.is_main else None
        if home and file.folder not in found:
            found[file.folder] = Program(folder=file.folder, main=file, module=home)
    return sorted(
        found.values(),
        key=lambda program: (program.name not in wanted, _order(program, files, modules)),
    )


def files_of(program: Program, files: list[GoFile], modules: GoModules) -> list[GoFile]:
    """The program's own files, then those of the packages that it imports, directly or not."""
    by_folder: dict[str, list[GoFile]] = {}
    for file in files:
        by_folder.setdefault(file.folder, []).append(file)
    seen, pending = [program.folder], [program.folder]
    while pending:
        folder = pending.pop(0)
        for name in sorted({i for file in by_folder.get(folder, ()) for i in file.imports}):
            target = _folder_of(name, modules)
            if target is not None and target not in seen and target in by_folder:
                seen.append(target)
                pending.append(target)
    return [file for folder in seen for file in by_folder.get(folder, ())]


def embedded_roots(files: Iterable[GoFile]) -> set[str]:
    """The root's folders and files that are put into the program."""
    roots = set()
    for file in files:
        for pattern in file.embeds:
            roots.add(join(file.folder, pattern.strip('"`').removeprefix("all:")).split("/")[0])
    return roots


def _read(path: str, text: str) -> GoFile:
    code = strip_comments(text)
    names = {
        name
        for block, single in _IMPORTS.findall(code)
        for name in re.findall(r"\"([^\"]+)\"", block or single)
    }
    embeds = [pattern for line in _EMBEDS.findall(text) for pattern in line.split()]
    return GoFile(
        folder=dirname(path),
        file=CodeFile(path=path, code=code),
        imports=frozenset(names),
        embeds=tuple(embeds),
        is_main=bool(_MAIN.search(code)),
    )


def _order(program: Program, files: list[GoFile], modules: GoModules) -> tuple[object, ...]:
    """The root's first, tools last, then servers, then telling names, then what is nearest."""
    folder = program.folder
    own = basename(re.sub(r"/v\d+$", "", program.module.path))
    name = basename(folder)
    names = (*_FIRST, own)
    likely = names.index(name) if name in names else len(names)
    is_plain = folder == program.module.folder and not modules.is_workspace
    mine = files_of(program, files, modules)
    return (
        not is_plain,
        bool(_ASIDE.search(folder)),
        not any(_SERVES.search(file.file.code) for file in mine),
        likely,
        "cmd" not in folder.split("/")[:-1],
        folder.count("/"),
        folder,
    )


def _folder_of(name: str, modules: GoModules) -> str | None:
    for module in modules.modules:
        if name == module.path:
            return module.folder
        if name.startswith(f"{module.path}/"):
            return join(module.folder, name.removeprefix(f"{module.path}/"))
    return None
