import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.node_apps import EXPRESS
from tests.support.source import facts_of

ODD: tuple[Any, ...] = (None, 1, True, "x", [], ["x"], {}, {"x": None}, {"x": {"y": 1}})


@pytest.mark.parametrize(
    "key",
    [
        *("scripts", "dependencies", "devDependencies", "engines", "devEngines", "workspaces"),
        *("main", "bin", "packageManager", "volta", "homepage", "pnpm", "optionalDependencies"),
    ],
)
@pytest.mark.parametrize("value", ODD, ids=repr)
def test_package_json_with_odd_values(tmp_path: Path, key: str, value: Any) -> None:
    files = {"package.json": json.dumps({"name": 1, key: value}), "index.js": EXPRESS}
    assert facts_of(tmp_path, files).find_value("node.start") == ("node", "index.js")


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"projects": []}', "\x00\xff", "- a: ["])
@pytest.mark.parametrize(
    "name",
    [
        *("tsconfig.json", "angular.json", "nest-cli.json", "nx.json", "lerna.json", "turbo.json"),
        *("pnpm-workspace.yaml", "pnpm-lock.yaml", "package-lock.json", "yarn.lock", "bun.lock"),
        *("vite.config.js", "next.config.js", ".nvmrc", ".tool-versions", ".yarnrc.yml"),
    ],
)
def test_broken_companions(tmp_path: Path, name: str, text: str) -> None:
    packages = {"@nestjs/core": "11", "@angular/core": "20", "vite": "6"}
    doc = {"dependencies": packages, "scripts": {"start": "node index.js"}}
    files = {"package.json": json.dumps(doc), "index.js": EXPRESS, name: text}
    assert facts_of(tmp_path, files).find("node.kind") is not None


def test_package_json_that_nests_without_end(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"package.json": "[" * 100_000, "server.js": EXPRESS})
    assert facts.problems[0].file == "package.json"
    assert facts.find_value("node.start") == ("node", "server.js")
