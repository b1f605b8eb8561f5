"""A workspace of packages → its members, and what a member is built from."""

import re
from dataclasses import dataclass
from posixpath import basename, normpath

from draftpy.inspectors.node.json5 import find_mapping
from draftpy.inspectors.node.managers import read_pnpm_workspace
from draftpy.inspectors.node.manifest import PACKAGE_JSON, NodeManifest, read_manifest
from draftpy.source import SourceTree

_ASIDE = re.compile(r"(?:.*[/-])?(?:e2e|docs?|examples?|storybook|tests?|playground|fixtures?)")
_LIKELY = ("app", "web", "server", "api", "backend", "service")
_MAX_MEMBERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One package of a workspace."""

    folder: str
    manifest: NodeManifest

    @property
    def builds(self) -> bool:
        """Whether it has a build script."""
        return bool(self.manifest.scripts.get("build", "").strip())


def find_members(tree: SourceTree, manifest: NodeManifest) -> tuple[Member, ...]:
    """The members that package.json or pnpm-workspace.yaml lists, nearest first."""
    listed = read_pnpm_workspace(tree).get("packages")
    patterns = [str(item) for item in listed] if isinstance(listed, list) else []
    patterns = patterns or list(manifest.workspaces) or _lerna(tree)
    wanted = [_pattern(item) for item in patterns if not item.startswith("!")]
    unwanted = [_pattern(item[1:]) for item in patterns if item.startswith("!")]
    found: list[Member] = []
    for file in tree.files:
        folder = file.removesuffix(f"/{PACKAGE_JSON}")
        if folder == file or not any(pattern.fullmatch(folder) for pattern in wanted):
            continue
        if any(pattern.fullmatch(folder) for pattern in unwanted):
            continue
        inner, _ = read_manifest(tree.below(folder))
        if inner is not None and len(found) < _MAX_MEMBERS:
            found.append(Member(folder=folder, manifest=inner))
    return tuple(found)


def _lerna(tree: SourceTree) -> list[str]:
    listed = find_mapping(tree.find_text("lerna.json")).get("packages")
    return [str(item) for item in listed] if isinstance(listed, list) else []


def _pattern(text: str) -> re.Pattern[str]:
    """A glob of folders as a regular expression; `*` stays in its folder."""
    parts = re.split(r"(\*\*/?|\*)", normpath(text))
    table = {"**": ".*", "**/": "(?:.*/)?", "*": "[^/]*"}
    return re.compile("".join(table.get(part, re.escape(part)) for part in parts))


def find_member(members: tuple[Member, ...], wanted: str) -> Member | None:
    """The member of that name or folder."""
    exact = [m for m in members if wanted in (m.folder, m.manifest.name)]
    loose = [m for m in members if wanted in (basename(m.folder), basename(m.manifest.name))]
    return next(iter([*exact, *loose]), None)


def is_aside(member: Member) -> bool:
    """Whether it is there for tests, documentation and the like."""
    return bool(_ASIDE.fullmatch(member.folder))


def likeliness(member: Member) -> tuple[bool, bool, int, str]:
    """A sorting key: telling names first, then the nearest."""
    name = basename(member.folder)
    return (is_aside(member), name not in _LIKELY, member.folder.count("/"), member.folder)


def built_before(member: Member, members: tuple[Member, ...]) -> tuple[Member, ...]:
    """The members with a build script that it needs, in the order in which they must be built."""
    by_name = {item.manifest.name: item for item in members if item.manifest.name}
    ordered: dict[str, Member] = {}

    def visit(item: Member, path: tuple[str, ...]) -> None:
        for name in sorted({*item.manifest.dependencies, *item.manifest.dev}):
            needed = by_name.get(name)
            if needed is None or needed.folder in ordered or needed.folder in path:
                continue
            visit(needed, (*path, needed.folder))
            if needed.builds:
                ordered[needed.folder] = needed

    visit(member, (member.folder,))
    return tuple(ordered.values())
