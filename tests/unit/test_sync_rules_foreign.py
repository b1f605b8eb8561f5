"""What is synced of apps whose Dockerfile is theirs: ours, and such as are met in the wild."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from draftpy.dev_settings import DevSettings, parse_dev
from draftpy.dockerfile import parse_dockerfile
from draftpy.sync_rules import Place, Rebuild, SyncRules, Unused, derive_rules

GOLDEN = Path(__file__).parents[1] / "golden" / "create"
FOREIGN = Path(__file__).parents[1] / "foreign_dockerfiles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """One Dockerfile; `synced` maps paths to places, `rebuilt` paths to a part of the reason."""

    text: str
    synced: dict[str, str]
    rebuilt: dict[str, str]
    unused: tuple[str, ...]
    dev: DevSettings


def load_foreign(name: str) -> Foreign:
    body = yaml.safe_load((FOREIGN / f"{name}.yaml").read_text(encoding="utf-8"))
    return Foreign(
        text=(FOREIGN / f"{name}.Dockerfile").read_text(encoding="utf-8"),
        synced=body.get("synced", {}),
        rebuilt=body.get("rebuilt", {}),
        unused=tuple(body.get("unused", ())),
        dev=parse_dev(body.get("dev", {})),
    )


def derive(text: str, dev: DevSettings, files: tuple[str, ...] = ()) -> SyncRules:
    return derive_rules(parse_dockerfile(text), dev, has_file=files.__contains__)


@pytest.mark.parametrize("name", sorted(path.stem for path in FOREIGN.glob("*.Dockerfile")))
def test_foreign_dockerfile(name: str) -> None:
    foreign = load_foreign(name)
    known = (*foreign.synced, *foreign.rebuilt, *foreign.unused)
    rules = derive(foreign.text, foreign.dev, known)
    found = {path: rules.find_place(path) for path in known}
    assert {p: f.target for p, f in found.items() if isinstance(f, Place)} == foreign.synced
    reasons = {path: f.reason for path, f in found.items() if isinstance(f, Rebuild)}
    assert reasons.keys() == foreign.rebuilt.keys()
    assert [p for p in reasons if foreign.rebuilt[p] not in reasons[p]] == []
    assert [p for p, f in found.items() if isinstance(f, Unused)] == list(foreign.unused)


def golden_rules(name: str) -> SyncRules:
    text = (GOLDEN / name / "Dockerfile").read_text(encoding="utf-8")
    is_compiled = "AS development" in text
    dev = DevSettings(target="development", build=("make",)) if is_compiled else DevSettings()
    return derive(text, dev, ("nginx.conf", "serve.py"))


SOURCES = {
    "go-cmd": ("cmd/server/main.go", "/app/cmd/server/main.go"),
    "go-modules": ("main.go", "/app/main.go"),
    "node-express": ("index.js", "/app/index.js"),
    "node-plain": ("server.mjs", "/app/server.mjs"),
    "own-dockerfile": ("serve.py", "/srv/serve.py"),
    "python-django": ("hello/views.py", "/app/hello/views.py"),
    "python-fastapi": ("main.py", "/app/main.py"),
    "python-flask": ("app.py", "/app/app.py"),
    "python-plain": ("server.py", "/app/server.py"),
    "python-worker": ("worker.py", "/app/worker.py"),
    "static-site": ("index.html", "/site/index.html"),
}
MANIFESTS = {
    "go-modules": "go.mod",
    "node-express": "package.json",
    "python-django": "requirements.txt",
    "python-fastapi": "pyproject.toml",
    "python-flask": "requirements.txt",
}


@pytest.mark.parametrize("name", SOURCES)
def test_the_source_of_every_example_is_synced(name: str) -> None:
    path, target = SOURCES[name]
    found = golden_rules(name).find_place(path)
    assert isinstance(found, Place)
    assert found.target == target


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_needs_a_new_image(name: str) -> None:
    assert isinstance(golden_rules(name).find_place(MANIFESTS[name]), Rebuild)
