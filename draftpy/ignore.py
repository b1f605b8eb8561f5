"""Which changes of a project count: .gitignore, .draftignore, and what a build leaves out."""

import re
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec

from draftpy.dockerignore import BuildIgnore, load_build_ignore, read_text

# Folders that hold what tools made or fetched: never source, often huge.
TOOL_FOLDERS = (
    ".git",
    ".hg",
    ".svn",
    ".idea",
    ".vscode",
    ".venv",
    "venv",
    "node_modules",
    "__pycache__",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".tox",
    ".nox",
    ".gradle",
    ".terraform",
    ".next",
    ".nuxt",
    ".svelte-kit",
    ".turbo",
    ".parcel-cache",
)
# What editors write beside a file while they save it.
_EDITOR_FILES = ("*.swp", "*.swx", "*.swo", "*~", ".#*", "#*#", "4913", ".DS_Store", "*.tmp")


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchIgnore:
    """Git's rules: a folder that is ignored is ignored with all that is below."""

    spec: GitIgnoreSpec

    def is_ignored(self, path: str, *, is_dir: bool = False) -> bool:
        """Whether a change of this path means nothing."""
        return bool(self.spec.match_file(f"{path}/" if is_dir else path))

    def may_prune(self, folder: str) -> bool:
        """Whether this folder need not be watched."""
        return self.is_ignored(folder, is_dir=True)


def load_watch_ignore(root: Path) -> WatchIgnore:
    """The rules of the watcher: tools' folders, editors' files, .gitignore, then .draftignore."""
    lines = _own_lines(root, (".gitignore", ".draftignore"))
    return WatchIgnore(spec=_spec_of(lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceIgnore:
    """Git's rules seen from one folder: its own .gitignore first, then those of the folders above.

    Each level is the folder's path with a `/` behind it ("" for the root) and its rules.
    """

    levels: tuple[tuple[str, GitIgnoreSpec], ...]

    def is_ignored(self, path: str, *, is_dir: bool = False) -> bool:
        """Whether Git leaves this path out; the nearest file that says anything about it wins."""
        for prefix, spec in self.levels:
            found = spec.check_file(path[len(prefix) :] + ("/" if is_dir else "")).include
            if found is not None:
                return found
        return False

    def entering(self, prefix: str, text: str) -> "SourceIgnore":
        """The rules below a folder that has a .gitignore of its own."""
        spec = _spec_of(text.removeprefix("\ufeff").splitlines())
        return SourceIgnore(levels=((prefix, spec), *self.levels))


def load_source_ignore(root: Path) -> SourceIgnore:
    """The rules at the root of a source folder: tools' folders, .gitignore, .draftignore."""
    return SourceIgnore(levels=(("", load_watch_ignore(root).spec),))


@dataclass(frozen=True, slots=True, kw_only=True)
class DeployIgnore:
    """What does not count for `up`: what the image leaves out, unless it is deployed otherwise."""

    own: WatchIgnore
    build: BuildIgnore
    deployed: tuple[str, ...]

    def is_ignored(self, path: str, *, is_dir: bool = False) -> bool:
        """Whether a change of this path changes nothing that runs."""
        if self.own.is_ignored(path, is_dir=is_dir):
            return True
        return not self._is_deployed(path) and self.build.is_ignored(path)

    def may_prune(self, folder: str) -> bool:
        """Whether nothing below this folder counts."""
        if self.own.may_prune(folder):
            return True
        holds_deployed = any(path.startswith(f"{folder}/") for path in self.deployed)
        return not (holds_deployed or self._is_deployed(folder)) and self.build.may_prune(folder)

    def _is_deployed(self, path: str) -> bool:
        return any(path == each or path.startswith(f"{each}/") for each in self.deployed)


def load_deploy_ignore(root: Path, dockerfile: str, deployed: tuple[str, ...]) -> DeployIgnore:
    """The rules of `up`'s watcher: the build context and what is `deployed` beside it count.

    .gitignore is not asked: a generated file that goes into the image counts although Git does not
    keep it; .draftignore is. Raises ConfigInvalid.
    """
    return DeployIgnore(
        own=WatchIgnore(spec=_spec_of(_own_lines(root, (".draftignore",)))),
        build=load_build_ignore(root, dockerfile),
        deployed=deployed,
    )


def _spec_of(lines: list[str]) -> GitIgnoreSpec:
    """The rules of these lines; like Git it passes over a line that is no pattern."""
    return GitIgnoreSpec.from_lines(line for line in lines if _is_pattern(line))


def _is_pattern(line: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return False
    return True


def _own_lines(root: Path, files: tuple[str, ...]) -> list[str]:
    lines = [f"{folder}/" for folder in TOOL_FOLDERS]
    lines += [name.replace("#", "\\#", 1) if name[0] == "#" else name for name in _EDITOR_FILES]
    for name in files:
        lines += read_text(root / name).removeprefix("\ufeff").splitlines()
    return lines
