"""A .dockerignore → which paths of a project a build leaves out, by Docker's own rules."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from draftpy.errors import ConfigInvalid

DOCKERIGNORE = ".dockerignore"
# The characters that Docker escapes, and those that only Python's `re` treats specially.
_ESCAPED = frozenset(".+()|{}$^#&~- \t")


class IgnoreRules(Protocol):
    """Which paths do not count; every path is relative to the root, with `/`."""

    def is_ignored(self, path: str, *, is_dir: bool = False) -> bool:
        """Whether this file or folder does not count."""
        ...

    def may_prune(self, folder: str) -> bool:
        """Whether nothing below this folder can count, so that it need not be listed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pattern:
    """One line of a .dockerignore: its path segments, and the expression for the whole path."""

    is_negated: bool
    segments: tuple[str, ...]
    regex: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """Neighbouring patterns of one polarity; matches a path when one matches it or a parent."""

    is_negated: bool
    regex: re.Pattern[str]
    segments: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildIgnore:
    """Docker's rules: anchored at the root, a match covers what is below it, the last one wins."""

    kept: frozenset[str]
    runs: tuple[_Run, ...]

    def is_ignored(self, path: str, *, is_dir: bool = False) -> bool:  # noqa: ARG002
        """Whether Docker leaves this path out; its patterns do not tell folders from files."""
        if path in self.kept:
            return False
        run = self._find_run(path)
        return run is not None and not self.runs[run].is_negated

    def may_prune(self, folder: str) -> bool:
        """Whether the folder is left out and no later `!` pattern brings back something below."""
        if any(path.startswith(f"{folder}/") for path in self.kept):
            return False
        found = self._find_run(folder)
        if found is None or self.runs[found].is_negated:
            return False
        later = (run for run in self.runs[found + 1 :] if run.is_negated)
        return not any(_reaches_below(s, folder) for run in later for s in run.segments)

    def _find_run(self, path: str) -> int | None:
        for index in range(len(self.runs) - 1, -1, -1):
            if self.runs[index].regex.fullmatch(path):
                return index
        return None


def load_build_ignore(root: Path, dockerfile: str) -> BuildIgnore:
    """The rules of a build context; `<Dockerfile>.dockerignore` goes before `.dockerignore`.

    The Dockerfile and the ignore file itself always count: engines read both. Raises ConfigInvalid.
    """
    own = f"{dockerfile}{DOCKERIGNORE}"
    name = own if (root / own).is_file() else DOCKERIGNORE
    text = read_text(root / name)
    return parse_build_ignore(text, kept=(dockerfile, name), file=name)


def parse_build_ignore(
    text: str, *, kept: Iterable[str] = (), file: str = DOCKERIGNORE
) -> BuildIgnore:
    """Parse the text of a .dockerignore; `kept` are paths that always count."""
    patterns = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        if line.startswith("#") or not line.strip():
            continue
        try:
            pattern = _parse_pattern(line.strip())
        except (ValueError, re.error) as error:
            raise ConfigInvalid(
                f"{file} line {number} is not a pattern",
                evidence=f"{line.strip()}: {error}",
                remedy=f"mend line {number} of {file}",
            ) from error
        if pattern is not None:
            patterns.append(pattern)
    return BuildIgnore(kept=frozenset(kept), runs=tuple(_group_runs(patterns)))


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """A pattern in Docker's language, for whole paths and what lies below; ValueError if broken."""
    return re.compile(f"(?:{_to_regex(pattern)})(?:/.*)?", re.DOTALL)


def compile_glob(pattern: str) -> re.Pattern[str]:
    """A pattern as COPY takes it, Go's filepath.Match: no star crosses a folder."""
    return re.compile(_to_regex(re.sub(r"\*+", "*", pattern)), re.DOTALL)


def read_text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8", errors="replace")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ""
    except OSError as error:
        raise ConfigInvalid(
            f"{path} cannot be read", evidence=str(error), remedy="make it readable"
        ) from error


def _parse_pattern(line: str) -> _Pattern | None:
    is_negated = line.startswith("!")
    body = line[1:].strip() if is_negated else line
    if is_negated and not body:
        raise ValueError("`!` stands alone")
    cleaned = _clean(body)
    if cleaned in ("", "."):
        return None
    regex = _to_regex(cleaned)
    re.compile(regex)
    return _Pattern(is_negated=is_negated, segments=tuple(cleaned.split("/")), regex=regex)


def _clean(pattern: str) -> str:
    """Go's filepath.Clean, then without the leading slash."""
    parts: list[str] = []
    for part in pattern.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part == ".." and pattern.startswith("/"):
            continue
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def _to_regex(pattern: str) -> str:
    """Docker's pattern language as one expression; `**` crosses folders, `*` and `?` do not."""
    if "**" in pattern and not re.search(r"[*?\[\]\\]", pattern.replace("**", "", 1)):
        # Docker matches a lone leading or trailing `**` as plain suffix or prefix.
        if pattern.endswith("**"):
            return f"{re.escape(pattern[:-2])}.*"
        if pattern.startswith("**/"):
            return f"(?:.*/)?{re.escape(pattern[3:])}"
        if pattern.startswith("**"):
            return f".*{re.escape(pattern[2:])}"
    return "".join(_regex_parts(pattern))


def _regex_parts(pattern: str) -> Iterable[str]:
    position = 0
    while position < len(pattern):
        char = pattern[position]
        if pattern.startswith("**", position):
            position += 3 if pattern.startswith("**/", position) else 2
            yield ".*" if position >= len(pattern) else "(?:.*/)?"
            continue
        if char == "[":
            text, position = _character_class(pattern, position)
            yield text
            continue
        if char == "\\":
            position += 1
            yield re.escape(pattern[position : position + 1] or "\\")
        else:
            yield _one_char(char)
        position += 1


def _one_char(char: str) -> str:
    match char:
        case "*":
            return "[^/]*"
        case "?":
            return "[^/]"
        case _:
            return f"\\{char}" if char in _ESCAPED else char


def _character_class(pattern: str, start: int) -> tuple[str, int]:
    end = pattern.find("]", start + 2)
    if end < 0:
        raise ValueError("`[` without `]`")
    inner = pattern[start + 1 : end]
    negation, inner = ("^", inner[1:]) if inner.startswith("^") else ("", inner)
    # Python warns of sets within sets where Go sees plain characters.
    plain = "".join(f"\\{char}" if char in "[&~|" else char for char in inner)
    return f"[{negation}{plain}]", end + 1


def _group_runs(patterns: list[_Pattern]) -> Iterable[_Run]:
    group: list[_Pattern] = []
    for pattern in [*patterns, None]:
        if group and (pattern is None or pattern.is_negated != group[0].is_negated):
            joined = "|".join(member.regex for member in group)
            yield _Run(
                is_negated=group[0].is_negated,
                regex=re.compile(f"(?:{joined})(?:/.*)?", re.DOTALL),
                segments=tuple(member.segments for member in group),
            )
            group = []
        if pattern is not None:
            group.append(pattern)


def _reaches_below(segments: tuple[str, ...], folder: str) -> bool:
    """Whether a pattern could match something below the folder."""
    steps = folder.split("/")
    for segment, step in zip(segments, steps, strict=False):
        if "**" in segment:
            return True
        if not re.fullmatch(_to_regex(segment), step, re.DOTALL):
            return False
    return True
