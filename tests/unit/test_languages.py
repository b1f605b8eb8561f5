from pathlib import Path

import pytest

from draftpy.inspectors.languages import count_languages
from draftpy.source import MAX_TEXT_BYTES
from tests.support.source import make_source


def shares(root: Path, files: dict[str, str]) -> list[tuple[str, int, float]]:
    counted = count_languages(make_source(root, files))
    return [(share.name, share.bytes, share.percent) for share in counted]


def test_languages_biggest_first(tmp_path: Path) -> None:
    files = {"a.go": "x" * 30, "web/b.ts": "x" * 50, "c.tsx": "x" * 20, "README.md": "x" * 99}
    assert shares(tmp_path, files) == [("TypeScript", 70, 70.0), ("Go", 30, 30.0)]


def test_equal_shares_are_ordered_by_name(tmp_path: Path) -> None:
    assert shares(tmp_path, {"a.rb": "x", "b.lua": "x"}) == [("Lua", 1, 50.0), ("Ruby", 1, 50.0)]


@pytest.mark.parametrize(
    "path", ["js/app.min.js", "jquery-3.7.js", "main.chunk.js", "x_pb2.py", "third_party/a.js"]
)
def test_what_nobody_here_wrote_does_not_count(tmp_path: Path, path: str) -> None:
    assert shares(tmp_path, {path: "x" * 1000, "a.rb": "x"}) == [("Ruby", 1, 100.0)]


def test_huge_file_does_not_count(tmp_path: Path) -> None:
    files = {"bundle.js": "x" * (MAX_TEXT_BYTES + 1), "a.py": "x"}
    assert shares(tmp_path, files) == [("Python", 1, 100.0)]


def test_headers_belong_to_cpp_where_there_is_cpp(tmp_path: Path) -> None:
    assert shares(tmp_path / "one", {"a.h": "x", "a.c": "x"}) == [("C", 2, 100.0)]
    assert shares(tmp_path / "two", {"a.h": "x", "a.cpp": "x"}) == [("C++", 2, 100.0)]


def test_folder_without_code(tmp_path: Path) -> None:
    assert shares(tmp_path, {"notes.txt": "x", "Dockerfile": ""}) == []
