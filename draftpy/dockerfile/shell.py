"""The script of a RUN → the simple commands in it, as far as they can be told apart."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from draftpy.dockerfile.words import expand

_SEPARATORS = frozenset("();&|\n")
_SUBSTITUTION = re.compile(r"\$\(([^()]*)\)|`([^`]*)`")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*", re.DOTALL)
# Words before a command that do not change what it is.
_PREFIXES = frozenset(
    {"if", "then", "else", "elif", "while", "until", "do", "!", "{", "time", "exec", "command"}
    | {"env", "sudo", "nohup", "builtin"}
)
_SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Simple:
    """One command: its words, variables replaced, and the files that it is redirected to."""

    words: tuple[str, ...]
    redirects: tuple[str, ...] = ()


class Unreadable(Exception):
    """The script has a quote without an end, or is none of a shell."""


def split_script(script: str, variables: Mapping[str, str]) -> tuple[Simple, ...]:
    """The commands of a shell's script, in order; raises Unreadable."""
    if script.startswith("#!") and not any(shell in script.partition("\n")[0] for shell in _SHELLS):
        raise Unreadable
    lines = re.sub(r"\\\n", " ", script).splitlines()
    return tuple(
        simple
        for line in lines
        if not line.lstrip().startswith("#")
        for simple in _split_line(line, variables)
    )


def split_words(words: tuple[str, ...], variables: Mapping[str, str]) -> tuple[Simple, ...]:
    """The command of exec form; `sh -c SCRIPT` is the script; raises Unreadable."""
    if len(words) > 2 and _base(words[0]) in _SHELLS and re.fullmatch(r"-[a-z]*c", words[1]):
        return split_script(words[2], variables)
    return (Simple(words=words),)


def _split_line(line: str, variables: Mapping[str, str]) -> Iterator[Simple]:
    while match := _SUBSTITUTION.search(line):
        yield from _split_line(match[1] or match[2] or "", variables)
        line = f"{line[: match.start()]}SUBSTITUTED{line[match.end() :]}"
    for group in _groups(_tokens(line)):
        simple = _simple(group, variables)
        if len(simple.words) > 1:
            yield from split_words(simple.words, variables)
        if simple.redirects or len(simple.words) == 1:
            yield simple


def _tokens(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        return list(lexer)
    except ValueError as error:
        raise Unreadable from error


def _groups(tokens: list[str]) -> Iterator[list[str]]:
    """The tokens between `&&`, `||`, `;`, `|` and brackets."""
    group: list[str] = []
    for token in tokens:
        if token and set(token) <= _SEPARATORS:
            yield group
            group = []
        else:
            group.append(token)
    yield group


def _simple(tokens: list[str], variables: Mapping[str, str]) -> Simple:
    words: list[str] = []
    redirects: list[str] = []
    pending = iter(tokens)
    for token in pending:
        if set(token) & set("<>") and set(token) <= set("<>&|"):
            target = expand(next(pending, ""), variables)
            redirects += [target] if ">" in token and not target.isdigit() else []
            # The number of a redirection is a word of its own: 2> /dev/null.
            words = words[:-1] if words and words[-1] in ("1", "2") else words
        elif words or not (token in _PREFIXES or _ASSIGNMENT.fullmatch(token)):
            words.append(expand(token, variables))
    return Simple(words=tuple(words), redirects=tuple(redirects))


def _base(word: str) -> str:
    return word.rpartition("/")[2]
