"""The apps of examples/: their source alone in a folder, and what is expected of them."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

EXAMPLES = Path(__file__).parents[2] / "examples"
EXPECT = "expect.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One example: `expect` is what its expect.yaml says."""

    name: str
    expect: dict[str, Any]

    @property
    def not_built(self) -> str:
        """Why its image cannot be built here; empty if it is built, deployed and asked."""
        return str(self.expect.get("notBuilt", ""))

    def copy_to(self, folder: Path) -> Path:
        """Put the source alone, as a newcomer has it, into `folder/<name>`."""
        skip = shutil.ignore_patterns(EXPECT, "__pycache__", "node_modules")
        return Path(shutil.copytree(EXAMPLES / self.name, folder / self.name, ignore=skip))


def load_examples() -> tuple[Example, ...]:
    """Every example, by name."""
    return tuple(
        Example(name=path.parent.name, expect=yaml.safe_load(path.read_text(encoding="utf-8")))
        for path in sorted(EXAMPLES.glob(f"*/{EXPECT}"))
    )
