"""The languages of a source tree by their share of bytes."""

import re
from collections import defaultdict
from dataclasses import dataclass
from posixpath import basename, splitext

from draftpy.source import SourceTree

# Language → its files' endings. Data, prose and endings that several languages share are left out.
_ENDINGS = {
    "C": ".c .h",
    "C#": ".cs",
    "C++": ".cpp .cc .cxx .hpp .hh .hxx",
    "COBOL": ".cbl .cob",
    "CSS": ".css .scss .sass .less",
    "Clojure": ".clj .cljs .cljc",
    "Crystal": ".cr",
    "D": ".d",
    "Dart": ".dart",
    "Elixir": ".ex .exs",
    "Erlang": ".erl .hrl",
    "F#": ".fs .fsx",
    "Gleam": ".gleam",
    "Go": ".go",
    "Groovy": ".groovy",
    "HTML": ".html .htm .erb .ejs .hbs .haml .pug .twig .j2 .jinja .cshtml .heex",
    "Haskell": ".hs .lhs",
    "Java": ".java .jsp",
    "JavaScript": ".js .mjs .cjs .jsx",
    "Julia": ".jl",
    "Kotlin": ".kt .kts",
    "Lua": ".lua",
    "Nim": ".nim",
    "OCaml": ".ml .mli",
    "PHP": ".php .phtml",
    "Perl": ".pl .pm .psgi",
    "PowerShell": ".ps1 .psm1",
    "Python": ".py .pyx .pyi",
    "R": ".r .R",
    "Ruby": ".rb .rake .ru",
    "Rust": ".rs",
    "SQL": ".sql",
    "Scala": ".scala .sbt",
    "Scheme": ".scm .ss",
    "Shell": ".sh .bash .zsh",
    "Svelte": ".svelte",
    "Swift": ".swift",
    "TypeScript": ".ts .tsx .mts .cts",
    "Visual Basic": ".vb",
    "Vue": ".vue",
    "Zig": ".zig",
}
_NAMES = {"Dockerfile": "Dockerfile", "Containerfile": "Dockerfile", "Makefile": "Makefile"}
_BY_ENDING = {ending: name for name, endings in _ENDINGS.items() for ending in endings.split()}
# Written by tools, or by others and copied in.
_FOREIGN = re.compile(
    r"(?:^|/)(?:jquery|bootstrap|d3|lodash|moment)[.-][^/]*$|[.-]min\.(?:js|css)$"
    r"|\.(?:bundle|chunk)\.js$|_pb2(?:_grpc)?\.py$|\.pb\.go$|(?:^|/)third_?party/",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageShare:
    """A language, its bytes in the tree, and their share of all that is code, in percent."""

    name: str
    bytes: int
    percent: float


def count_languages(tree: SourceTree) -> tuple[LanguageShare, ...]:
    """The languages of the tree, biggest first."""
    files: dict[str, list[str]] = defaultdict(list)
    for path in tree.files:
        language = _language_of(path)
        if language and not _FOREIGN.search(path):
            files[language].append(path)
    if files["C++"]:
        files["C++"] += [path for path in files["C"] if path.endswith(".h")]
        files["C"] = [path for path in files["C"] if not path.endswith(".h")]
    sizes = {language: tree.size_of(paths) for language, paths in files.items()}
    total = sum(sizes.values())
    shares = (
        LanguageShare(name=name, bytes=size, percent=round(100 * size / total, 1))
        for name, size in sizes.items()
        if size
    )
    return tuple(sorted(shares, key=lambda share: (-share.bytes, share.name)))


def _language_of(path: str) -> str:
    ending = splitext(path)[1]
    return _BY_ENDING.get(ending, "") if ending else _NAMES.get(basename(path), "")
