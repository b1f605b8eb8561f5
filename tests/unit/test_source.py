from pathlib import Path

import pytest

from draftpy.errors import SourceMissing
from draftpy.source import MAX_OF_A_KIND, MAX_TEXT_BYTES, load_source
from tests.support.source import make_source, write_files

ALL_WEB = ["web/a.js", "web/b.gen.js", "web/made/c.js"]


def test_listing_is_sorted_nearest_first(tmp_path: Path) -> None:
    tree = make_source(tmp_path, {"b/x.py": "", "a.py": "", "z.py": "", "b/c/y.py": ""})
    assert tree.files == ("a.py", "z.py", "b/x.py", "b/c/y.py")


def test_folders_of_tools_are_not_listed(tmp_path: Path) -> None:
    names = (".git", "node_modules", ".venv", "__pycache__", "dist", "vendor", "x.egg-info")
    tree = make_source(tmp_path, {f"{name}/x.py": "" for name in names} | {"src/a.py": ""})
    assert tree.files == ("src/a.py",)


def test_gitignored_files_are_no_evidence(tmp_path: Path) -> None:
    files = {".gitignore": "generated/\n*.log\n", "generated/a.py": "", "a.log": "", "b.py": ""}
    assert make_source(tmp_path, files).files == (".gitignore", "b.py")


@pytest.mark.parametrize(
    ("rules", "files"),
    [
        ({"web/.gitignore": "made\n*.gen.js\n"}, ["web/a.js", "x.gen.js"]),
        ({"web/.gitignore": "/a.js\n"}, ["web/b.gen.js", "web/made/c.js", "x.gen.js"]),
        ({".gitignore": "*.gen.js\n", "web/.gitignore": "!b.gen.js\n"}, ALL_WEB),
        ({".gitignore": "web\n", "web/.gitignore": "!a.js\n"}, ["x.gen.js"]),
        ({".gitignore": "!\n\\\na[z-a]\nweb\n"}, ["x.gen.js"]),
    ],
)
def test_gitignore_of_a_folder_holds_below_it(
    tmp_path: Path, rules: dict[str, str], files: list[str]
) -> None:
    sources = dict.fromkeys(("x.gen.js", "web/a.js", "web/b.gen.js", "web/made/c.js"), "")
    listed = make_source(tmp_path, {**sources, **rules}).files
    assert sorted(path for path in listed if path.endswith(".js")) == files


def test_link_to_a_file_of_the_project_is_a_file(tmp_path: Path) -> None:
    write_files(tmp_path, {"docker/prod": "FROM a"})
    (tmp_path / "Dockerfile").symlink_to("docker/prod")
    assert load_source(tmp_path).find_text("Dockerfile") == "FROM a"


def test_links_out_of_the_project_are_not_followed(tmp_path: Path) -> None:
    write_files(tmp_path, {"outside/secret.py": "", "app/a.py": ""})
    (tmp_path / "app" / "link").symlink_to(tmp_path / "outside")
    (tmp_path / "app" / "file.py").symlink_to(tmp_path / "outside" / "secret.py")
    (tmp_path / "app" / "gone.py").symlink_to("nowhere.py")
    (tmp_path / "app" / "ring").symlink_to(tmp_path / "app")
    assert load_source(tmp_path / "app").files == ("a.py",)


def test_huge_folder_is_cut_off_but_its_root_is_seen(tmp_path: Path) -> None:
    files = {f"data{folder}/f{number}": "" for folder in range(3) for number in range(10)}
    write_files(tmp_path, {**files, "app.py": ""})
    tree = load_source(tmp_path, max_files=15)
    assert tree.has("app.py")
    assert len(tree.files) == 21
    assert not tree.is_whole


def test_folder_full_of_one_kind_is_not_listed_to_the_end(tmp_path: Path) -> None:
    write_files(tmp_path, {f"d{number}.csv": "" for number in range(MAX_OF_A_KIND + 5)})
    tree = make_source(tmp_path, {"z.py": ""})
    assert tree.has("z.py")
    assert len(tree.files) == MAX_OF_A_KIND + 1


def test_patterns_stay_in_their_folder(tmp_path: Path) -> None:
    tree = make_source(tmp_path, {"a.csproj": "", "x/b.csproj": "", "x/y/c.csproj": ""})
    assert list(tree.match("*.csproj")) == ["a.csproj"]
    assert list(tree.match("x/*.csproj")) == ["x/b.csproj"]
    assert list(tree.match("**/*.csproj")) == ["a.csproj", "x/b.csproj", "x/y/c.csproj"]


def test_odd_text_is_tolerated(tmp_path: Path) -> None:
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    (tmp_path / "powershell.txt").write_bytes("flask\r\n".encode("utf-16"))
    (tmp_path / "huge.txt").write_bytes(b"x" * (MAX_TEXT_BYTES + 1))
    tree = load_source(tmp_path)
    assert tree.find_text("latin.txt") == "caf\ufffd"
    assert tree.find_text("powershell.txt") == "flask\r\n"
    assert tree.find_text("huge.txt") is None
    assert tree.find_text("absent.txt") is None


def test_below_is_a_tree_of_its_own(tmp_path: Path) -> None:
    tree = make_source(tmp_path, {"web/a/x.js": "1", "web/y.js": "2", "z.js": "3"}).below("web")
    assert tree.files == ("y.js", "a/x.js")
    assert tree.find_text("y.js") == "2"


def test_bytes_of_extensions(tmp_path: Path) -> None:
    tree = make_source(tmp_path, {"a.py": "12345", "b/c.py": "123", "d.js": "1"})
    assert tree.bytes_of([".py"]) == 8


@pytest.mark.parametrize("name", ["absent", "file"])
def test_source_that_is_no_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SourceMissing, match=name):
        load_source(tmp_path / name)
