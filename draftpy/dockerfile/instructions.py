"""The text of a Dockerfile → its instructions: continuations joined, heredocs taken out."""

import difflib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from draftpy.errors import DockerfileInvalid

KEYWORDS = (
    *("FROM", "RUN", "CMD", "LABEL", "MAINTAINER", "EXPOSE", "ENV", "ADD", "COPY", "ENTRYPOINT"),
    *("VOLUME", "USER", "WORKDIR", "ARG", "ONBUILD", "STOPSIGNAL", "HEALTHCHECK", "SHELL"),
)
_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(.+?)\s*$")
_HEREDOC = re.compile(r"<<(-?)\s*([\"']?)([A-Za-z_][A-Za-z0-9_.]*)\2")
_FLAG = re.compile(r"--([a-z][a-z-]*)(?:=(\S*))?(?:\s+|$)")
_WITH_HEREDOC = ("RUN", "COPY", "ADD")


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One instruction: `rest` is what follows keyword and flags; `line` to `end_line` from 1."""

    keyword: str
    rest: str
    line: int
    end_line: int
    flags: tuple[tuple[str, str], ...] = ()
    heredocs: tuple[tuple[str, str], ...] = ()

    def find_flag(self, name: str) -> str | None:
        """The value of `--name=value`; "" for a bare `--name`."""
        return dict(self.flags).get(name)

    def find_list(self) -> tuple[str, ...] | None:
        """The words of exec form (a JSON list of texts), None in any other form."""
        try:
            words = json.loads(self.rest)
        except ValueError:
            return None
        is_texts = isinstance(words, list) and all(isinstance(word, str) for word in words)
        return tuple(words) if is_texts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The instructions of a Dockerfile and the character that continues its lines."""

    instructions: tuple[Instruction, ...]
    escape: str


def split_instructions(text: str) -> Source:
    """Split the text; raises DockerfileInvalid with the line."""
    lines = text.removeprefix("\ufeff").splitlines()
    escape = _find_escape(lines)
    return Source(instructions=tuple(_instructions(lines, escape)), escape=escape)


def invalid(line: int, what: str, quote: str = "", remedy: str = "") -> DockerfileInvalid:
    """The error about one line of a Dockerfile."""
    return DockerfileInvalid(
        f"Dockerfile line {line}: {what}",
        evidence=quote.strip(),
        remedy=remedy or f"mend line {line} of the Dockerfile",
    )


def without_heredocs(rest: str) -> str:
    """What follows the keyword, without the `<<NAME` of its heredocs."""
    return _HEREDOC.sub("", rest).strip()


def _find_escape(lines: list[str]) -> str:
    """Directives stand at the very top; the first line that is none ends them."""
    for number, line in enumerate(lines, start=1):
        match = _DIRECTIVE.fullmatch(line.strip())
        if not match:
            break
        if match[1].lower() == "escape":
            if match[2] not in ("\\", "`"):
                raise invalid(number, "escape must be \\ or `", line)
            return match[2]
    return "\\"


def _instructions(lines: list[str], escape: str) -> Iterator[Instruction]:
    index = 0
    while index < len(lines):
        stripped = lines[index].strip()
        if not stripped or stripped.startswith("#"):
            index += 1
            continue
        first = index
        logical, index = _join(lines, index, escape)
        keyword, flags, rest = _parse_logical(logical, first + 1)
        heredocs: tuple[tuple[str, str], ...] = ()
        if keyword in _WITH_HEREDOC and "<<" in rest:
            heredocs, index = _take_heredocs(lines, index, rest, first + 1)
        yield Instruction(
            keyword=keyword,
            flags=flags,
            rest=rest,
            line=first + 1,
            end_line=index,
            heredocs=heredocs,
        )


def _join(lines: list[str], index: int, escape: str) -> tuple[str, int]:
    """One logical line and the index after it; comments and empty lines inside do not end it."""
    parts: list[str] = []
    while index < len(lines):
        line = lines[index]
        index += 1
        if parts and (not line.strip() or line.lstrip().startswith("#")):
            continue
        body = line.rstrip()
        if not body.endswith(escape):
            parts.append(body)
            break
        parts.append(body[:-1])
    return "".join(parts).strip(), index


def _parse_logical(logical: str, line: int) -> tuple[str, tuple[tuple[str, str], ...], str]:
    word, _, rest = logical.partition(" ") if "\t" not in logical else _split_at_space(logical)
    keyword = word.upper()
    if keyword not in KEYWORDS:
        close = difflib.get_close_matches(keyword, KEYWORDS, n=1)
        hint = f"did you mean {close[0]}?" if close else ""
        raise invalid(line, f"unknown instruction {word}", logical, hint)
    rest = rest.strip()
    if not rest:
        raise invalid(line, f"{keyword} needs an argument", logical)
    flags: list[tuple[str, str]] = []
    while match := _FLAG.match(rest):
        flags.append((match[1], match[2] or ""))
        rest = rest[match.end() :]
    return keyword, tuple(flags), rest.strip()


def _split_at_space(logical: str) -> tuple[str, str, str]:
    word, *rest = logical.split(None, 1)
    return word, " ", rest[0] if rest else ""


def _take_heredocs(
    lines: list[str], index: int, rest: str, line: int
) -> tuple[tuple[tuple[str, str], ...], int]:
    found: list[tuple[str, str]] = []
    for dash, _, name in _HEREDOC.findall(rest):
        body: list[str] = []
        while index < len(lines) and (lines[index].lstrip("\t") if dash else lines[index]) != name:
            body.append(lines[index].lstrip("\t") if dash else lines[index])
            index += 1
        if index >= len(lines):
            raise invalid(line, f"the text that begins with <<{name} has no end", rest)
        index += 1
        found.append((name, "\n".join(body)))
    return tuple(found), index
