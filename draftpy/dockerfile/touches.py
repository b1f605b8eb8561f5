"""A RUN → what it does to the files that lie in its stage: reads, removes, makes executable."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from itertools import dropwhile

from draftpy.dockerfile.finds import parse_find
from draftpy.dockerfile.installers import (
    ALIASES,
    EDITABLE,
    HARMLESS,
    HARMLESS_WITH,
    INSTALLERS,
    REQUIREMENTS,
    TAKES_ALL,
    WITH_VALUE,
)
from draftpy.dockerfile.model import Run
from draftpy.dockerfile.shell import Simple, Unreadable, split_script, split_words
from draftpy.dockerignore import compile_glob, compile_pattern


class Effect(Enum):
    """What a command does to a file."""

    READS = "uses"
    INSTALLS = "installs"
    REMOVES = "removes"
    SETS_MODE = "sets the mode of"


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """One effect on the files whose place matches; no pattern is all of them.

    `command` has it, as it is written, or "" if the RUN could not be read.
    """

    effect: Effect
    pattern: re.Pattern[str] | None = None
    mode: str = ""
    command: str = ""

    def hits(self, location: str) -> bool:
        """Whether it concerns the file at this absolute place."""
        return self.pattern is None or self.pattern.fullmatch(location) is not None


_ALL = Touch(effect=Effect.READS)
# What reads, writes or changes the files that are its arguments, and no others.
_ON_ARGUMENTS = frozenset(
    {"cp", "mv", "cat", "sed", "grep", "head", "tail", "tar", "unzip", "gunzip", "gzip", "install"}
    | {"dos2unix", "awk", "tee", "sha256sum", "md5sum", "sort", "wc", "xz", "stat", "rsync"}
)
_PYTHON = re.compile(r"python[0-9.]*")
_STARTERS = frozenset(
    {("bundle", "exec"), ("poetry", "run"), ("uv", "run"), ("pipenv", "run"), ("pdm", "run")}
    | {("npm", "exec"), ("pnpm", "exec"), ("yarn", "exec")}
)
_RECURSIVE = re.compile(r"-[a-zA-Z]*[rR][a-zA-Z]*|--recursive")
_MODE = re.compile(r"[0-7]{3,4}|[ugoa]*[-+=]([rwxXst]*|[ugo])")


def find_touches(run: Run) -> tuple[Touch, ...]:
    """What a RUN does to files; of a command that is not known, that it may read all of them."""
    try:
        if run.words:
            commands = split_words(run.words, run.variables)
        else:
            commands = tuple(
                simple for script in run.scripts for simple in split_script(script, run.variables)
            )
    except Unreadable:
        return (_ALL,)
    return tuple(_touches(commands, run.workdir))


def _touches(commands: tuple[Simple, ...], folder: str) -> Iterator[Touch]:
    for simple in commands:
        words = _plain_words(simple.words)
        for target in simple.redirects:
            yield from _on_paths(Effect.READS, (target,), folder)
        if words[:1] == ("cd",):
            folder = posixpath.join(folder, words[1] if len(words) > 1 else "/root")
        elif words:
            said = " ".join(simple.words)
            yield from (replace(t, command=said) for t in _command_touches(words, folder))


def _plain_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words with the command's own name first: `python -m pip` and `/usr/bin/pip` are pip."""
    if not words:
        return ()
    folder, _, name = words[0].rpartition("/")
    is_installed = not folder or folder.rpartition("/")[2] in ("bin", ".bin", "sbin")
    if not is_installed and name not in ("mvnw", "gradlew", "manage.py"):
        return words
    started = _started(name, words)
    if started:
        return _plain_words(started)
    return (ALIASES.get(name, name), *words[1:])


def _started(name: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """The command that a command starts, such as pip by `python -m pip`."""
    first = words[1] if len(words) > 1 else ""
    if (name, first) in _STARTERS:
        return _without_options(words[2:])
    if name in ("npx", "pnpx", "bunx"):
        return _without_options(words[1:])
    if name == "uv" and first == "pip":
        return words[1:]
    if _PYTHON.fullmatch(name) and first == "-m":
        return words[2:]
    if _PYTHON.fullmatch(name) and first.rpartition("/")[2] == "manage.py":
        return ("manage.py", *words[2:])
    return ()


def _without_options(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dropwhile(lambda word: word.startswith("-"), words))


def _command_touches(words: tuple[str, ...], folder: str) -> Iterator[Touch]:
    name, *rest = words
    arguments = tuple(word for word in rest if not word.startswith("-"))
    if name == "chmod":
        yield from _chmod(rest, folder)
    elif name == "rm":
        yield from _on_paths(Effect.REMOVES, arguments, folder)
    elif name == "find":
        yield from _find(tuple(rest), folder)
    elif name in _ON_ARGUMENTS:
        yield from _on_paths(Effect.READS, arguments, folder)
    elif name == "pip" and "install" in arguments:
        yield from _pip_install(rest, folder)
    elif not _is_harmless(words):
        yield from _installer(words)


def _find(words: tuple[str, ...], folder: str) -> Iterator[Touch]:
    find = parse_find(words)
    if find is None:
        return
    # Of two tests that are joined, or turned around, nothing is known.
    plain = not {"-o", "-or", "!", "-not", "-prune"} & set(words)
    match find.command:
        case ("chown" | "chgrp" | "touch", *_):
            return
        case ("rm", *_) if plain and find.name:
            tail = f"{find.name}/**" if find.is_of_folders else find.name
            for below in find.folders:
                yield _below(below, tail, folder, Touch(effect=Effect.REMOVES))
        case ("chmod", mode, *_) if plain and find.is_of_folders and _MODE.fullmatch(mode):
            return
        case ("chmod", mode, *_) if plain and _MODE.fullmatch(mode):
            touch = Touch(effect=Effect.SETS_MODE, mode=mode)
            for below in find.folders:
                yield _below(below, find.name or "*", folder, touch)
        case _:
            yield from _on_paths(Effect.READS, find.folders, folder)


def _below(below: str, name: str, folder: str, touch: Touch) -> Touch:
    """The effect on the files of that name, in whatever folder below."""
    place = posixpath.normpath(posixpath.join(folder or "/", below)).rstrip("/")
    return replace(touch, pattern=compile_pattern(f"{place}/**/{name}"))


def _is_harmless(words: tuple[str, ...]) -> bool:
    name, *rest = words
    if name in HARMLESS:
        return True
    first = rest[0] if rest else ""
    if first in HARMLESS_WITH.get(name, ()):
        return True
    if name in ("npm", "pnpm") and {"-g", "--global"} & set(rest):
        return True
    # A tool from elsewhere, named with its version; or by name, not from a folder.
    is_foreign_go = name == "go" and first == "install" and all("@" in w for w in rest[-1:])
    return is_foreign_go or (name == "cargo" and first == "install" and "--path" not in rest)


def _installer(words: tuple[str, ...]) -> Iterator[Touch]:
    plain = _without_flags(words)
    patterns = next(
        (p for key, p in INSTALLERS.items() if plain[: len(key)] == key and _is_whole(key, plain)),
        None,
    )
    if patterns is None or TAKES_ALL.get(plain[0], frozenset()) & set(words):
        yield _ALL
        return
    if patterns:
        yield _anywhere(patterns)


def _is_whole(key: tuple[str, ...], plain: tuple[str, ...]) -> bool:
    return len(key) > 1 or len(plain) == 1


def _without_flags(words: tuple[str, ...]) -> tuple[str, ...]:
    kept: list[str] = []
    is_value = False
    for word in words:
        if not is_value and not word.startswith("-"):
            kept.append(word)
        is_value = word in WITH_VALUE
    return tuple(kept)


def _pip_install(words: list[str], folder: str) -> Iterator[Touch]:
    files: list[str] = []
    pending = iter(words[words.index("install") + 1 :])
    for word in pending:
        if word in ("-r", "--requirement", "-c", "--constraint"):
            files.append(next(pending, ""))
        elif match := re.fullmatch(r"(?:-r|-c|--requirement=|--constraint=)(.+)", word):
            files.append(match[1])
        elif word in ("-e", "--editable"):
            next(pending, "")
            yield _anywhere(EDITABLE)
        elif re.match(r"\.|/|file:|\*", word) or re.search(r"\.(whl|tar\.gz|zip)$", word):
            yield _ALL
    if files:
        # A requirements file may include others.
        yield _anywhere(REQUIREMENTS)
        yield from _on_paths(Effect.INSTALLS, tuple(files), folder)


def _anywhere(patterns: tuple[str, ...]) -> Touch:
    """The installing of files that match in whatever folder, as one expression."""
    regex = "|".join(compile_pattern(f"**/{pattern}").pattern for pattern in patterns)
    return Touch(effect=Effect.INSTALLS, pattern=re.compile(regex, re.DOTALL))


def _chmod(words: list[str], folder: str) -> Iterator[Touch]:
    plain = [word for word in words if not re.match(r"-[a-zA-Z-]{2,}$|-[RvfcH]$", word)]
    mode, paths = (plain[0], tuple(plain[1:])) if plain else ("", ())
    if not all(_MODE.fullmatch(part) for part in mode.split(",")):
        yield from _on_paths(Effect.READS, paths, folder)
        return
    below = any(_RECURSIVE.fullmatch(word) for word in words)
    for touch in _on_paths(Effect.SETS_MODE, paths, folder, below=below):
        yield replace(touch, mode=mode)


def _on_paths(
    effect: Effect, paths: tuple[str, ...], folder: str, *, below: bool = True
) -> Iterator[Touch]:
    """The effect on these paths and, unless told otherwise, on what is below them."""
    for path in paths:
        place = posixpath.normpath(posixpath.join(folder, path))
        try:
            regex = compile_glob(place).pattern
        except (ValueError, re.error):
            yield Touch(effect=effect)
            continue
        tail = ("/.*" if place != "/" else ".*") if below else ""
        # Where the folder is not known, a relative path may be meant in any.
        head = "" if place.startswith("/") else ".*" if place == "." else ".*/"
        regex = "" if place == "." else regex
        yield Touch(effect=effect, pattern=re.compile(f"{head}(?:{regex})(?:{tail})?", re.DOTALL))
