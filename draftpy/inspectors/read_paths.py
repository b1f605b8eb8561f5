"""Files and folders beside the source that a program opens while it runs."""

import re
from collections.abc import Iterable

from draftpy.inspectors.code_files import CodeFile
from draftpy.source import SourceTree

_LITERAL = re.compile(r"[\"`'](?:\./)?([\w@-][\w.@-]*)((?:/[^\"`'\n]*)?)[\"`']")
# What is source, belongs to tools, or is nobody's at run time.
_NEVER = frozenset(
    [
        "src",
        "cmd",
        "internal",
        "pkg",
        "lib",
        "app",
        "test",
        "tests",
        "Tests",
        "Sources",
        "docs",
        "doc",
        "examples",
        "charts",
        "scripts",
        "tools",
        "migrations_test",
        "testdata",
        "vendor",
        "target",
        "build",
        "dist",
        "node_modules",
        "include",
        "cmake",
        "gradle",
        "bin",
        "obj",
        "benches",
        "benchmarks",
        "crates",
        "modules",
        "k8s",
        "deploy",
        "infra",
        "project",
    ]
)
_NEVER_FILES = re.compile(
    r".*\.(?:go|rs|java|kt|kts|scala|clj|cs|fs|vb|c|cc|cpp|h|hpp|zig|swift|hs|sh|md|lock|toml\.lock"
    r"|sum|mod|cabal|gradle|sln|slnx|csproj|fsproj|vbproj)|(?:Cargo|rust-toolchain)\.toml"
    r"|pom\.xml|go\.work|Makefile|CMakeLists\.txt|Dockerfile|LICENSE.*|README.*|\..*"
)


def find_read_paths(tree: SourceTree, files: Iterable[CodeFile]) -> tuple[str, ...]:
    """The root's files and folders that the source names as relative paths, sorted."""
    folders = {path.split("/", 1)[0] for path in tree.files if "/" in path} - _NEVER
    plain = {path for path in tree.files if "/" not in path and not _NEVER_FILES.fullmatch(path)}
    found: set[str] = set()
    for file in files:
        for first, rest in _LITERAL.findall(file.code):
            if (first in plain and not rest) or (first in folders and _is_there(tree, first, rest)):
                found.add(first)
    return tuple(sorted(found))


def _is_there(tree: SourceTree, folder: str, rest: str) -> bool:
    """Whether the path leads somewhere; a bare word only if it is a folder of files, not code."""
    path = f"{folder}{rest}".rstrip("/")
    literal = re.split(r"[*{%$]", path)[0]
    if "*" in rest or "{" in rest or "%" in rest:
        return any(file.startswith(literal) for file in tree.files)
    return tree.has(path) or any(file.startswith(f"{path}/") for file in tree.files)
