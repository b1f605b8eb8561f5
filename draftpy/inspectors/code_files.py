"""Source files of one language, with their comments blanked and their lines where they were."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from draftpy.inspectors.facts import Evidence
from draftpy.source import SourceTree

# A comment, or (group 1) a literal that must stay whole.
_STRINGS = r"(\"\"\".*?\"\"\"|`[^`]*`|\"(?:\\.|[^\"\\\n])*\"|'(?:\\[^'\n]{1,9}|[^'\\\n])')"
C_LIKE = re.compile(rf"//[^\n]*|/\*.*?\*/|{_STRINGS}", re.DOTALL)
HASKELL_LIKE = re.compile(
    r"--+(?![!#$%&*+./<=>?@\\^|~:])[^\n]*|\{-.*?-\}|(\"(?:\\.|[^\"\\])*\")", re.DOTALL
)
LISP_LIKE = re.compile(r";[^\n]*|(\"(?:\\.|[^\"\\])*\")", re.DOTALL)
HASH_LIKE = re.compile(r"#[^\n]*|(\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*')")
MAX_FILES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFile:
    """One source file; `code` is its text without comments, line for line."""

    path: str
    code: str

    def line_at(self, position: int) -> int:
        """The line of a position in `code`."""
        return self.code.count("\n", 0, position) + 1

    def evidence(self, match: re.Match[str], means: str = "") -> Evidence:
        """The place of a match, with its text."""
        text = " ".join(match[0].split())
        return Evidence(file=self.path, line=self.line_at(match.start()), text=text, means=means)


def strip_comments(text: str, comments: re.Pattern[str] = C_LIKE) -> str:
    """The text with its comments gone and its lines kept."""
    return comments.sub(lambda m: m[1] or "\n" * m[0].count("\n"), text)


def read_code(
    tree: SourceTree,
    endings: tuple[str, ...],
    comments: re.Pattern[str] = C_LIKE,
    is_wanted: Callable[[str], bool] = lambda _: True,
) -> list[CodeFile]:
    """The files with these endings, nearest first; tests and samples stay out by `is_wanted`."""
    paths = [path for path in tree.files if path.endswith(endings) and is_wanted(path)]
    texts = ((path, tree.find_text(path) or "") for path in paths[:MAX_FILES])
    return [CodeFile(path=path, code=strip_comments(text, comments)) for path, text in texts]


def find_in(files: Iterable[CodeFile], pattern: re.Pattern[str]) -> Evidence | None:
    """The first place of a pattern."""
    for file in files:
        match = pattern.search(file.code)
        if match:
            return file.evidence(match)
    return None
