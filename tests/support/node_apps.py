"""Builders of Node projects for tests."""

import json
from pathlib import Path
from typing import Any

from draftpy.inspectors.facts import Facts
from tests.support.source import facts_of

EXPRESS = "const app = require('express')()\napp.listen(process.env.PORT || 3000)\n"


def package(**keys: Any) -> dict[str, str]:
    """A package.json with these keys."""
    return {"package.json": json.dumps(keys, indent=1)}


def words(facts: Facts, name: str) -> str:
    """A fact of Node's that is a list, as text."""
    value = facts.find_value(f"node.{name}")
    return " ".join(value) if isinstance(value, tuple) else str(value)


def steps(facts: Facts) -> tuple[str, ...]:
    """The commands that build."""
    value = facts.find_value("node.build_steps")
    return value if isinstance(value, tuple) else ()


def app(root: Path, dependencies: str, files: dict[str, str], **keys: Any) -> Facts:
    """The facts of an app with these dependencies (`next@15 react`) and a build script."""
    named = dict(_named(part) for part in dependencies.split())
    keys.setdefault("scripts", {"build": "build"})
    return facts_of(root, {**package(dependencies=named, **keys), **files})


def _named(part: str) -> tuple[str, str]:
    name, _, version = part[1:].partition("@")
    return part[0] + name, version or "*"
