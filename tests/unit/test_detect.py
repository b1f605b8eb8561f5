import re
from pathlib import Path

import pytest

from draftpy.assets import packs_folder
from draftpy.detect import Detections, choose, detect
from draftpy.errors import NothingDetected
from draftpy.inspectors.facts import Evidence, Fact, Facts
from draftpy.inspectors.registry import inspect_source
from draftpy.packs.catalog import PackFolder, load_catalog
from draftpy.packs.format import parse_pack
from tests.support.source import make_source

CATALOG = load_catalog([PackFolder(origin="built-in", path=packs_folder())])
FLASK = "from flask import Flask\napp = Flask(__name__)\n"
LISTENS = "require('http').createServer().listen(3000)\n"
GO_MAIN = 'package main\nfunc main() { http.ListenAndServe(":80", nil) }\n'


def look(root: Path, files: dict[str, str]) -> Detections:
    tree = make_source(root, files)
    return detect(tree, inspect_source(tree), CATALOG.packs)


def order(root: Path, files: dict[str, str]) -> list[str]:
    return [str(detection.pack.name) for detection in look(root, files).ranked]


def test_server_language_beats_package_json(tmp_path: Path) -> None:
    files = {"requirements.txt": "flask\n", "app.py": FLASK, "package.json": "{}"}
    assert order(tmp_path, {**files, "index.js": LISTENS * 100}) == ["python", "node"]


def test_stray_script_does_not_beat_package_json(tmp_path: Path) -> None:
    files = {"package.json": "{}", "index.js": LISTENS, "gen.py": "print('x')\n"}
    assert order(tmp_path, files) == ["node", "python"]


def test_tools_of_another_language_do_not_count(tmp_path: Path) -> None:
    files = {"pyproject.toml": "[tool.black]\n", "fmt.py": "print(1)\n"}
    assert order(tmp_path, {**files, "package.json": "{}", "index.js": LISTENS}) == ["node"]


@pytest.mark.parametrize(("big", "winner"), [("main.go", "go"), ("main.py", "python")])
def test_bytes_settle_two_server_languages(tmp_path: Path, big: str, winner: str) -> None:
    files = {
        "go.mod": "module m\n",
        "main.go": GO_MAIN,
        "requirements.txt": "requests\n",
        "main.py": "from http.server import HTTPServer\nHTTPServer(('', 1), X)\n",
    }
    comment = "//" if big.endswith("go") else "#"
    files[big] += f"{comment} {'x' * 500}\n"
    best = look(tmp_path, files).ranked[0]
    assert best.pack.name == winner
    assert "bytes of" in best.why


def test_own_dockerfile_goes_first(tmp_path: Path) -> None:
    files = {"Dockerfile": "FROM a\n", "requirements.txt": "flask\n", "app.py": FLASK}
    assert order(tmp_path, files) == ["dockerfile", "python"]


def test_page_beats_a_lone_script(tmp_path: Path) -> None:
    assert order(tmp_path, {"index.html": "", "run.py": "print(1)\n"}) == ["static", "python"]


def test_server_beats_a_page(tmp_path: Path) -> None:
    files = {"index.html": "", "server.js": LISTENS, "package.json": "{}"}
    assert order(tmp_path, files) == ["node", "static"]


def test_what_only_examples_and_tests_show_is_not_the_app(tmp_path: Path) -> None:
    rule = "detect: [{tier: framework, fact: python.start}]\nfiles: {}\n"
    head = "format: 1\nname: mine\nversion: 1\ntitle: M\ndescription: d\nfacts: python\n"
    pack = parse_pack(head + rule, tmp_path, "path")
    where = Evidence(file="examples/shop/app.py", line=2)
    facts = Facts(facts=(Fact(key="python.start", value=("x",), evidence=where),))
    found = detect(make_source(tmp_path, {}), facts, (pack,))
    assert found.ranked == ()
    assert found.misses[0].why == "only examples speaks for it"


def test_evidence_of_the_winner(tmp_path: Path) -> None:
    best = look(tmp_path, {"requirements.txt": "flask\n", "app.py": FLASK}).ranked[0]
    assert {place.place for place in best.evidence} == {
        "requirements.txt",
        "app.py:2",
        "requirements.txt:1",
    }
    assert best.confidence == "certain"


def test_nothing_detected_says_what_was_seen_and_looked_for(tmp_path: Path) -> None:
    files = {"notes.txt": "", "data.csv": ""}
    tree = make_source(tmp_path, files)
    with pytest.raises(NothingDetected) as caught:
        choose(look(tmp_path, files), None, tree, inspect_source(tree))
    assert "data.csv, notes.txt" in caught.value.evidence
    assert re.search(r"looked for an app of: .*go, .*node", caught.value.evidence)
    assert "--pack generic" in caught.value.remedy


def test_library_is_told_what_an_app_would_have(tmp_path: Path) -> None:
    files = {"go.mod": "module m\n", "lib.go": "package m\n"}
    tree = make_source(tmp_path, files)
    with pytest.raises(NothingDetected) as caught:
        choose(look(tmp_path, files), None, tree, inspect_source(tree))
    assert "go looks for go.mod" in caught.value.evidence
    assert "a library has nothing to start" in caught.value.evidence
    assert "node looks for" not in caught.value.evidence


def test_wanted_pack_goes_before_all(tmp_path: Path) -> None:
    files = {"requirements.txt": "flask\n", "app.py": FLASK}
    tree = make_source(tmp_path, files)
    wanted = CATALOG.get("generic")
    choice = choose(look(tmp_path, files), wanted, tree, inspect_source(tree))
    assert choice.pack.name == "generic"
    assert [other.pack.name for other in choice.others] == ["python"]
