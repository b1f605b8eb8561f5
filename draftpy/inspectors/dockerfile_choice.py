"""Which of a project's Dockerfiles makes the image that runs."""

import re
from collections.abc import Iterable
from posixpath import basename

from draftpy.dockerfile import parse_dockerfile
from draftpy.errors import DockerfileInvalid
from draftpy.source import SourceTree

_PLAIN = ("Dockerfile", "Containerfile", "dockerfile", "DOCKERFILE", "containerfile")
# `Dockerfile.prod`, `prod.Dockerfile`, `Dockerfile-prod`
_NAMED = re.compile(
    r"(?:Dockerfile|Containerfile)[.-](?P<after>[\w.-]+)|(?P<before>[\w.-]+)\.Dockerfile",
    re.IGNORECASE,
)
_FOLDERS = ("docker", ".docker", "deploy", "deployment", "deployments", "ops", "container", "infra")
_FOR_RUNNING = ("prod", "production", "release", "app", "web", "server", "api", "main", "deploy")
_NOT_FOR_RUNNING = (
    *("dev", "development", "local", "test", "tests", "testing", "e2e", "ci", "lint", "debug"),
    *("build", "builder", "base", "docs", "bench", "db", "postgres", "mysql", "redis", "proxy"),
    *("dockerignore", "bak", "old", "orig", "template", "j2", "tmpl", "example", "sample", "md"),
)


def find_dockerfiles(tree: SourceTree) -> tuple[str, ...]:
    """The Dockerfiles of the project as a whole, the one that is meant for running it first.

    In a folder of its own one counts only if what it copies is there, seen from the root.
    """
    plain = [name for name in _PLAIN if tree.has(name)]
    if plain:
        return (plain[0], *_running(name for name in tree.files if "/" not in name))
    named = _running(name for name in tree.files if "/" not in name)
    if named:
        return named
    nested = [path for path in tree.files if path.rpartition("/")[0] in _FOLDERS]
    plain = [path for path in nested if basename(path) in _PLAIN]
    return tuple(path for path in (*plain, *_running(nested)) if _fits_root(tree, path))


def _running(paths: Iterable[str]) -> tuple[str, ...]:
    """Those with a second word in their name that are for running, best first."""
    words = {path: word for path in paths if (word := _word_of(basename(path)))}
    fit = [path for path, word in words.items() if not _is_aside(word)]
    return tuple(sorted(fit, key=lambda path: (_rank(words[path]), path)))


def _word_of(name: str) -> str:
    match = _NAMED.fullmatch(name)
    return (match["after"] or match["before"]).lower() if match else ""


def _is_aside(word: str) -> bool:
    return any(part in _NOT_FOR_RUNNING for part in re.split(r"[.-]", word))


def _rank(word: str) -> int:
    return _FOR_RUNNING.index(word) if word in _FOR_RUNNING else len(_FOR_RUNNING)


def _fits_root(tree: SourceTree, path: str) -> bool:
    try:
        stages = parse_dockerfile(tree.find_text(path) or "").stages
    except DockerfileInvalid:
        return False
    copies = [copy for stage in stages for copy in stage.copies if copy.is_from_context]
    sources = [source.removeprefix("./") for copy in copies for source in copy.sources]
    return bool(sources) and all(_is_there(tree, source) for source in sources)


def _is_there(tree: SourceTree, source: str) -> bool:
    plain = source.rstrip("/")
    if plain in ("", ".") or "://" in plain:
        return True
    below = any(file.startswith(f"{plain}/") for file in tree.files)
    return below or any(True for _ in tree.match(plain))
