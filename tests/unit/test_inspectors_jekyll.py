from pathlib import Path

import pytest

from tests.support.source import facts_of

GEMFILE = {"Gemfile": 'gem "jekyll", "~> 4.3"\n'}


@pytest.mark.parametrize(
    ("files", "framework"),
    [
        ({"_config.yml": "title: x\n", **GEMFILE}, "jekyll"),
        ({"_config.yml": "title: x\n", "_posts/2026-01-01-a.md": ""}, "jekyll"),
        ({"_config.yml": "title: x\n"}, None),
        (GEMFILE, None),
    ],
)
def test_site(tmp_path: Path, files: dict[str, str], framework: str | None) -> None:
    assert facts_of(tmp_path, files).find_value("jekyll.framework") == framework


def test_gems_are_those_of_the_gemfile(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"_config.yml": "", **GEMFILE, "Gemfile.lock": "GEM\n"})
    assert facts.find_value("jekyll.install_files") == ("Gemfile", "Gemfile.lock")


def test_broken_config_is_named(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"_config.yml": "a: [\n", **GEMFILE})
    assert facts.problems[0].file == "_config.yml"
