"""mix.exs → what an Elixir project declares."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from draftpy.inspectors.beam.source import strip_elixir
from draftpy.source import SourceTree

MIX = "mix.exs"
_DEP = re.compile(r"\{\s*:(\w+)\s*,((?:[^{}]|\{[^{}]*\})*)\}")
_ONLY = re.compile(r"\bonly:\s*(\[[^\]]*\]|:\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """One dependency of mix.exs, by where it stands."""

    name: str
    version: str
    line: int
    is_local: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MixProject:
    """What mix.exs says; `code` is its text without comments."""

    code: str
    app: str = ""
    elixir: str = ""
    elixir_line: int = 0
    release: str = ""
    is_umbrella: bool = False
    has_application: bool = False
    dependencies: tuple[Dependency, ...] = ()

    def find(self, name: str) -> Dependency | None:
        """The dependency of that name."""
        return next((dep for dep in self.dependencies if dep.name == name), None)

    def has_alias(self, name: str) -> bool:
        """Whether `mix NAME` is defined here."""
        return bool(re.search(rf"[\"']?{re.escape(name)}[\"']?:\s*[\[\"]", self.code))


def read_mix(tree: SourceTree) -> MixProject | None:
    """Read mix.exs at the root, and those of an umbrella's apps; None without one."""
    text = tree.find_text(MIX)
    if text is None:
        return None
    code = strip_elixir(text)
    is_umbrella = bool(re.search(r"\bapps_path:", code))
    app = re.search(r"\bapp:\s*:(\w+)", code)
    elixir = re.search(r"\belixir:\s*\"([^\"]+)\"", code)
    texts = [code, *(_apps(tree) if is_umbrella else ())]
    return MixProject(
        code=code,
        app=app[1] if app else "",
        elixir=elixir[1] if elixir else "",
        elixir_line=code.count("\n", 0, elixir.start()) + 1 if elixir else 0,
        release=_find_release(code),
        is_umbrella=is_umbrella,
        has_application=any(re.search(r"\bmod:\s*\{", part) for part in texts),
        dependencies=tuple(dep for part in texts for dep in _dependencies(part)),
    )


def _apps(tree: SourceTree) -> Iterator[str]:
    for path in tree.match("apps/*/mix.exs"):
        yield strip_elixir(tree.find_text(path) or "")


def _find_release(code: str) -> str:
    """`default_release:`, else the first of `releases: [name: [`, in place or in a function."""
    default = re.search(r"\bdefault_release:\s*:(\w+)", code)
    listed = re.search(r"\breleases:\s*\[\s*(\w+):", code) or re.search(
        r"\bdefp?\s+releases(?:\(\))?,?\s*(?:do|do:)\s*\[\s*(\w+):", code
    )
    found = default or listed
    return found[1] if found else ""


def _dependencies(code: str) -> Iterator[Dependency]:
    """The tuples of `deps`, without those of development and tests."""
    start = re.search(r"\bdefp?\s+deps\b|\bdeps:\s*\[", code)
    if start is None:
        return
    body = code[start.start() :]
    end = re.search(r"^\s{0,2}end\b", body, re.MULTILINE)
    for match in _DEP.finditer(body[: end.start()] if end else body):
        only = _ONLY.search(match[2])
        if only and "prod" not in only[1]:
            continue
        version = re.search(r"\"([^\"]*\d[^\"]*)\"", match[2])
        yield Dependency(
            name=match[1],
            version=version[1] if version else "",
            line=code.count("\n", 0, start.start() + match.start()) + 1,
            is_local=bool(re.search(r"\bpath:", match[2])),
        )
