from pathlib import Path

import pytest

from draftpy.dockerignore import load_build_ignore, parse_build_ignore
from draftpy.errors import ConfigInvalid
from draftpy.ignore import load_deploy_ignore, load_watch_ignore


@pytest.mark.parametrize(
    ("pattern", "path", "is_ignored"),
    [
        ("foo", "foo", True),
        ("foo", "foo/bar/baz.py", True),
        ("foo", "sub/foo", False),
        ("foo", "foobar", False),
        ("/foo", "foo", True),
        ("./foo/", "foo/x", True),
        ("a/../foo", "foo", True),
        ("*.pyc", "a.pyc", True),
        ("*.pyc", "sub/a.pyc", False),
        ("*/*.pyc", "sub/a.pyc", True),
        ("**/*.pyc", "a.pyc", True),
        ("**/*.pyc", "one/two/a.pyc", True),
        ("**/node_modules", "web/node_modules/x/y.js", True),
        ("**/node_modules", "my_node_modules", False),
        ("**", "anything/at/all", True),
        ("docs/**", "docs/a/b", True),
        ("docs/**/b", "docs/b", True),
        ("docs/**/b", "docs/x/y/b", True),
        ("a**", "abc", True),
        ("fo?", "foo", True),
        ("fo?", "fo/", False),
        ("[a-c].txt", "b.txt", True),
        ("[^a-c].txt", "b.txt", False),
        ("a+b (1).txt", "a+b (1).txt", True),
        (r"\*.txt", "*.txt", True),
        (r"\*.txt", "a.txt", False),
        ("ünïcode/*", "ünïcode/é", True),
        (" # no comment", "# no comment", True),
        ("# comment", "# comment", False),
    ],
)
def test_docker_pattern(pattern: str, path: str, is_ignored: bool) -> None:
    assert parse_build_ignore(pattern).is_ignored(path) is is_ignored


def test_last_matching_pattern_wins() -> None:
    rules = parse_build_ignore("*.md\n!README*.md\nREADME-secret.md\n")
    assert [rules.is_ignored(p) for p in ("a.md", "README.md", "README-secret.md")] == [
        True,
        False,
        True,
    ]


def test_negation_of_a_child_brings_it_back_from_an_ignored_folder() -> None:
    rules = parse_build_ignore("build\n!build/keep\n")
    assert rules.is_ignored("build/a")
    assert not rules.is_ignored("build/keep/b")


@pytest.mark.parametrize(
    ("text", "folder", "may_prune"),
    [
        ("build", "build", True),
        ("build", "src", False),
        ("build\n!build/keep", "build", False),
        ("build\n!build/keep", "build/other", True),
        ("!build/keep\nbuild", "build", True),
        ("build\n!**/keep", "build", False),
        ("build\n!src/*.py", "build", True),
        ("*\n!src", "docs", True),
        ("*\n!src", "src", False),
    ],
)
def test_pruning(text: str, folder: str, may_prune: bool) -> None:
    assert parse_build_ignore(text).may_prune(folder) is may_prune


def test_broken_pattern_is_named_with_its_line() -> None:
    with pytest.raises(ConfigInvalid, match=r"\.dockerignore line 2"):
        parse_build_ignore("fine\n[oops\n")


def test_dockerfile_and_its_folder_always_count(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_text("**/Dockerfile*\ndeploy\n.dockerignore\n")
    rules = load_build_ignore(tmp_path, "deploy/Dockerfile")
    assert not rules.is_ignored("deploy/Dockerfile")
    assert not rules.is_ignored(".dockerignore")
    assert not rules.may_prune("deploy")
    assert rules.is_ignored("deploy/other")


def test_ignore_file_beside_the_dockerfile_goes_first(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_text("a\n")
    (tmp_path / "Web.Dockerfile.dockerignore").write_text("b\n")
    rules = load_build_ignore(tmp_path, "Web.Dockerfile")
    assert (rules.is_ignored("a"), rules.is_ignored("b")) == (False, True)


def test_byte_order_mark_and_wrong_encoding_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_bytes(b"\xef\xbb\xbffoo\n\xff\xfe\n")
    assert load_build_ignore(tmp_path, "Dockerfile").is_ignored("foo")


def test_watcher_ignores_what_git_ignores_and_tools_make(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.log\n/out/\n")
    (tmp_path / ".draftignore").write_text("notes/\n!keep.log\n")
    rules = load_watch_ignore(tmp_path)
    ignored = ["a/b.log", ".git/HEAD", "web/node_modules/x.js", "app.py~", "notes/n.txt", "out/x"]
    assert [p for p in ignored if not rules.is_ignored(p)] == []
    assert [p for p in ["app.py", "keep.log", "src/out/x"] if rules.is_ignored(p)] == []


def test_watcher_prunes_ignored_folders(tmp_path: Path) -> None:
    rules = load_watch_ignore(tmp_path)
    assert rules.may_prune("web/node_modules")
    assert not rules.may_prune("web")


def test_up_watches_what_the_image_or_the_release_is_made_of(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_text("charts\ndraft.yaml\ndocs\n*.md\n")
    (tmp_path / ".gitignore").write_text("generated/\n")
    (tmp_path / ".draftignore").write_text("scratch/\n")
    rules = load_deploy_ignore(tmp_path, "Dockerfile", ("draft.yaml", "charts/hello"))
    watched = ["app.py", "generated/api.py", "draft.yaml", "charts/hello/values.yaml", "Dockerfile"]
    assert [path for path in watched if rules.is_ignored(path)] == []
    ignored = ["docs/a.txt", "README.md", "charts/other/x", "scratch/x", "node_modules/x", "a.swp"]
    assert [path for path in ignored if not rules.is_ignored(path)] == []
    assert rules.may_prune("docs")
    assert rules.may_prune("node_modules")
    assert not rules.may_prune("charts")
    assert not rules.may_prune("charts/hello")
    assert not rules.may_prune("generated")
