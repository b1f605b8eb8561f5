"""Elixir and Erlang source → terms without comments, and where it listens."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from draftpy.inspectors.facts import Evidence
from draftpy.source import SourceTree

_ELIXIR_COMMENT = re.compile(r"(\"\"\".*?\"\"\"|\"(?:\\.|[^\"\\])*\")|#(?!\{)[^\n]*", re.DOTALL)
_ERLANG_COMMENT = re.compile(r"(\"(?:\\.|[^\"\\])*\")|%[^\n]*", re.DOTALL)
_VARIABLE = re.compile(
    r"(?:System\.(?:get_env|fetch_env!?)|os:getenv|envoy\.get)\(\s*\"(\w*PORT)\""
)
_LITERAL = re.compile(
    r"(?:\bport:\s*|\{port,\s*|gen_tcp:listen\(|:gen_tcp\.listen\(|mist\.port\(\s*|\bPORT,\s*)(\d{2,5})\b"
)
_SERVES = re.compile(
    r":gen_tcp\.listen|gen_tcp:listen|\bcowboy:start_(?:clear|http|tls)|:cowboy\.start_|\bPlug\.Cowboy\b"
    r"|\bPlug\.Adapters\.Cowboy|\bBandit\b|\belli:start_link|\bElli\b|\bhttpd?:start|inets:start\(httpd"
    r"|:inets\.start\(:httpd|\bmochiweb_http:start|\byaws\b|\bmist\.|\bThousandIsland\b|\branch:start"
)
_HEALTH = re.compile(r"\"(/(?:healthz?|livez|readyz|ping|up|status))\"")
_MAX_FILES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Whether the source serves, where its port is set, and a path of health."""

    serves: bool = False
    port: int = 0
    variable: str = ""
    evidence: Evidence | None = None
    health: str = ""
    health_evidence: Evidence | None = None


def strip_elixir(text: str) -> str:
    """Comments turned into nothing; lines keep their numbers."""
    return _ELIXIR_COMMENT.sub(lambda match: match[1] or "", text)


def strip_erlang(text: str) -> str:
    """Comments turned into nothing; lines keep their numbers."""
    return _ERLANG_COMMENT.sub(lambda match: match[1] or "", text)


def find_listening(tree: SourceTree, endings: tuple[str, ...]) -> Listening:
    """Read the files with these endings, configuration last."""
    paths = [path for path in tree.files if path.endswith(endings) and not _is_test(path)]
    paths.sort(key=lambda path: path.startswith("config/") and "runtime" not in path)
    codes = {path: _code(tree, path) for path in paths[:_MAX_FILES]}
    serves = any(_SERVES.search(code) for code in codes.values())
    variable = _first(_VARIABLE, codes.items())
    literal = None if variable else _first(_LITERAL, codes.items())
    health = _first(_HEALTH, codes.items())
    found = variable or literal
    return Listening(
        serves=serves,
        port=int(literal[0]) if literal else 0,
        variable=variable[0] if variable else "",
        evidence=found[1] if found else None,
        health=health[0] if health else "",
        health_evidence=health[1] if health else None,
    )


def _code(tree: SourceTree, path: str) -> str:
    text = tree.find_text(path) or ""
    is_erlang = path.endswith((".erl", ".hrl", ".config", ".src"))
    return strip_erlang(text) if is_erlang else strip_elixir(text.replace("//", "#"))


def _first(
    pattern: re.Pattern[str], codes: Iterable[tuple[str, str]]
) -> tuple[str, Evidence] | None:
    for path, code in codes:
        match = pattern.search(code)
        if match:
            line = code.count("\n", 0, match.start(1)) + 1
            text = code.splitlines()[line - 1].strip()
            return match[1], Evidence(file=path, line=line, text=text)
    return None


def _is_test(path: str) -> bool:
    return path.startswith(("test/", "tests/", "config/test", "config/dev")) or "/test/" in path
