"""Gemfile, its lock → what a Ruby project declares."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from draftpy.inspectors.facts import Evidence
from draftpy.inspectors.ruby.source import strip_comments
from draftpy.source import SourceTree

GEMFILES = ("Gemfile", "gems.rb")
_STRING = r"[\"']([^\"'#]*)[\"']"
_GEM = re.compile(rf"^\s*gem[\s(]+{_STRING}(.*)$")
_RUBY = re.compile(r"^\s*ruby[\s(]+(.*)$")
_GROUP = re.compile(r"^\s*group[\s(]+(.+?)\)?\s+do\b")
_BLOCK = re.compile(r"(?:^|\s)do(?:\s*\|[^|]*\|)?\s*$|^\s*(?:if|unless|case|begin)\b")
_END = re.compile(r"^\s*end\b")
_INLINE_GROUP = re.compile(
    r"\bgroups?:\s*(\[[^\]]*\]|:\w+|[\"']\w+[\"'])|:groups?\s*=>\s*(\[[^\]]*\]|:\w+)"
)
_LOCAL = re.compile(r"\bpath:|:path\s*=>")
_GIT = re.compile(r"\b(?:git|github|gitlab|bitbucket):|:(?:git|github)\s*=>")
_LOCKED = re.compile(r"^    ([\w.-]+) \(([^)]+)\)$", re.MULTILINE)
_NOT_RUN = frozenset({"development", "test", "ci", "deploy", "lint"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gem:
    """One gem of the Gemfile: its range as written and where it is from."""

    name: str
    version: str
    evidence: Evidence
    is_run: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RubyManifest:
    """What a Gemfile and its lock say; `locked` is gem → version, all of them."""

    file: str
    gems: tuple[Gem, ...] = ()
    locked: dict[str, str] = field(default_factory=dict)
    lock_file: str = ""
    lock_text: str = ""
    ruby: str = ""
    ruby_line: int = 0
    ruby_file: str = ""
    has_local: bool = False
    has_git: bool = False

    def find(self, name: str) -> Gem | None:
        """The gem, if the app runs with it and the Gemfile names it."""
        return next((gem for gem in self.gems if gem.name == name and gem.is_run), None)

    def has(self, name: str) -> bool:
        """Whether the app runs with this gem, named or brought by another."""
        if self.find(name):
            return True
        is_for_tests = any(gem.name == name for gem in self.gems)
        return name in self.locked and not is_for_tests

    def version_of(self, name: str) -> str:
        """The locked version, else the number in the Gemfile's range."""
        gem = self.find(name)
        found = re.search(r"\d[\w.]*", gem.version) if gem else None
        return self.locked.get(name) or (found[0] if found else "")

    @property
    def platforms(self) -> tuple[str, ...]:
        """The platforms that the lock was resolved for."""
        section = re.search(r"^PLATFORMS\n((?:  .+\n?)*)", self.lock_text, re.MULTILINE)
        return tuple(section[1].split()) if section else ()


def read_manifest(tree: SourceTree) -> RubyManifest | None:
    """Read the Gemfile at the root and its lock; None without one."""
    file = next((name for name in GEMFILES if tree.has(name)), None)
    if file is None:
        return None
    text = strip_comments(tree.find_text(file) or "")
    lock_file = "gems.locked" if file == "gems.rb" else "Gemfile.lock"
    lock_text = tree.find_text(lock_file) or ""
    version, line, version_file = _ruby_line(text)
    return RubyManifest(
        file=file,
        gems=tuple(_read_gems(text, file)),
        locked={name: number.split("-")[0] for name, number in _LOCKED.findall(lock_text)},
        lock_file=lock_file if lock_text else "",
        lock_text=lock_text,
        ruby=version,
        ruby_line=line,
        ruby_file=version_file,
        has_local=bool(_LOCAL.search(text) or re.search(r"^\s*(?:gemspec|path)\b", text, re.M)),
        has_git=bool(_GIT.search(text) or re.search(r"^\s*git\s", text, re.M)),
    )


def _read_gems(text: str, file: str) -> Iterator[Gem]:
    """Each `gem` line, with the groups of the blocks around it."""
    blocks: list[frozenset[str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        group = _GROUP.match(line)
        if group:
            blocks.append(frozenset(re.findall(r"\w+", group[1])))
        elif _BLOCK.search(line):
            blocks.append(frozenset())
        elif _END.match(line) and blocks:
            blocks.pop()
        gem = _GEM.match(line)
        if gem:
            inline = _INLINE_GROUP.search(gem[2])
            own = set(re.findall(r"\w+", inline[1] or inline[2])) if inline else set()
            groups = own.union(*blocks)
            yield Gem(
                name=gem[1],
                version=", ".join(re.findall(r"[\"'](\s*[~<>=!]*\s*\d[^\"']*)[\"']", gem[2])),
                evidence=Evidence(file=file, line=number, text=line.strip()),
                # A gem of groups that a server leaves out does not run there.
                is_run=not groups or bool(groups - _NOT_RUN),
            )


def _ruby_line(text: str) -> tuple[str, int, str]:
    """`ruby "3.3.6"`, `ruby ">= 3.1", "< 4"` or `ruby file: ".ruby-version"`."""
    for number, line in enumerate(text.splitlines(), start=1):
        match = _RUBY.match(line)
        if not match:
            continue
        file = re.search(rf"file:\s*{_STRING}", match[1])
        if file:
            return "", number, file[1]
        found = re.findall(r"[\"']([~<>=!\s]*\d[^\"']*)[\"']", match[1].partition("engine")[0])
        if found:
            return ", ".join(part.strip() for part in found), number, ""
    return "", 0, ""
