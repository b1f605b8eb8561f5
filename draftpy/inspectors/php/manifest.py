"""composer.json, its lock → what a PHP project declares."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from draftpy.inspectors.facts import Evidence, Problem
from draftpy.source import SourceTree

COMPOSER_JSON = "composer.json"
COMPOSER_LOCK = "composer.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class PhpManifest:
    """What composer.json and its lock say; `requires` is package → range as written."""

    text: str = ""
    requires: dict[str, str] = field(default_factory=dict)
    locked: dict[str, str] = field(default_factory=dict)
    php: str = ""
    platform_php: str = ""
    locked_php: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    scripts: dict[str, Any] = field(default_factory=dict)
    has_autoload: bool = False
    has_path_packages: bool = False
    is_there: bool = False
    is_locked: bool = False

    @property
    def has_packages(self) -> bool:
        """Whether Composer has something to do."""
        return self.has_autoload or any("/" in name for name in self.requires)

    def has(self, package: str) -> bool:
        """Whether the app requires this package, itself or by another."""
        return package in self.requires or package in self.locked

    def version_of(self, package: str) -> str:
        """The locked version, else the range."""
        return self.locked.get(package) or self.requires.get(package, "")

    def evidence_of(self, package: str) -> Evidence:
        """Where a package stands."""
        for number, line in enumerate(self.text.splitlines(), start=1):
            if f'"{package}"' in line:
                return Evidence(file=COMPOSER_JSON, line=number, text=line.strip().rstrip(","))
        return Evidence(file=COMPOSER_JSON)


def read_manifest(tree: SourceTree) -> tuple[PhpManifest, tuple[Problem, ...]]:
    """Read composer.json at the root and its lock; a broken one is named."""
    problems: list[Problem] = []
    text = tree.find_text(COMPOSER_JSON)
    if text is None:
        return PhpManifest(), ()
    given = _load(text, COMPOSER_JSON, problems)
    lock = _load(tree.find_text(COMPOSER_LOCK) or "{}", COMPOSER_LOCK, problems)
    requires = _texts(given.get("require"))
    packages = [item for item in _list(lock.get("packages")) if isinstance(item, dict)]
    names = [*requires, *(name for item in packages for name in _texts(item.get("require")))]
    config = _map(given.get("config"))
    manifest = PhpManifest(
        text=text,
        requires=requires,
        locked={str(item.get("name")): str(item.get("version", "")) for item in packages},
        php=requires.get("php", ""),
        platform_php=str(_map(config.get("platform")).get("php") or ""),
        locked_php=tuple(_locked_php(packages)),
        extensions=tuple(dict.fromkeys(_extensions(names))),
        scripts=_map(given.get("scripts")),
        has_autoload=bool(given.get("autoload")),
        has_path_packages=_has_paths(given.get("repositories")),
        is_there=True,
        is_locked=bool(packages) or bool(lock.get("content-hash")),
    )
    return manifest, tuple(problems)


def _load(text: str, file: str, problems: list[Problem]) -> dict[str, Any]:
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 0)
        what = f"is not valid JSON: {error}"
        problems.append(Problem(file=file, line=line, what=what, remedy=f"mend {file}"))
        return {}
    return _map(loaded)


def _extensions(names: list[str]) -> Iterator[str]:
    for name in names:
        if name.startswith("ext-"):
            yield name.removeprefix("ext-").lower().replace("zend-opcache", "opcache")


def _locked_php(packages: list[dict[str, Any]]) -> Iterator[str]:
    for item in packages:
        wanted = _texts(item.get("require")).get("php")
        if wanted:
            yield wanted


def _has_paths(repositories: Any) -> bool:
    items = _list(repositories) or list(_map(repositories).values())
    return any(_map(item).get("type") == "path" for item in items)


def _texts(given: Any) -> dict[str, str]:
    return {key.lower(): str(value) for key, value in _map(given).items()}


def _map(given: Any) -> dict[str, Any]:
    return given if isinstance(given, dict) else {}


def _list(given: Any) -> list[Any]:
    return given if isinstance(given, list) else []
