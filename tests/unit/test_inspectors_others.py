from datetime import date, timedelta
from pathlib import Path

import pytest

from draftpy.inspectors.commands import parse_command
from draftpy.inspectors.versions import GO, NODE, PYTHON, REVIEWED, Runtime
from tests.support.source import facts_of


@pytest.mark.parametrize(
    ("dockerfile", "kind", "port"),
    [
        ("FROM a\nEXPOSE 9000\n", "web", 9000),
        ('FROM a\nCMD ["uvicorn", "m:a", "--port", "9001"]\n', "web", 9001),
        ("FROM a\nENV PORT=9002\n", "web", 9002),
        ("FROM a\n", "worker", None),
        ("FROM a AS b\nEXPOSE 1\nFROM c\n", "worker", None),
    ],
)
def test_port_of_an_own_dockerfile(
    tmp_path: Path, dockerfile: str, kind: str, port: int | None
) -> None:
    facts = facts_of(tmp_path, {"Dockerfile": dockerfile})
    assert facts.find_value("dockerfile.kind") == kind
    assert facts.find_value("dockerfile.port") == port


@pytest.mark.parametrize(
    ("dockerfile", "user", "uid"),
    [
        ("FROM a\nUSER 1000:1000\n", "other", 1000),
        ("FROM a\nUSER root\n", "root", 0),
        ("FROM a\n", "root", 0),
        ("FROM node:24\nUSER node\n", "other", 1000),
        ("FROM a\nRUN useradd --uid 1234 web\nUSER web\n", "other", 1234),
        ("FROM a\nUSER somebody\n", "unknown", None),
        ("FROM gcr.io/distroless/static:nonroot\n", "other", 65532),
        ("FROM a AS b\nUSER 7\nFROM b\n", "other", 7),
    ],
)
def test_user_of_an_own_dockerfile(
    tmp_path: Path, dockerfile: str, user: str, uid: int | None
) -> None:
    facts = facts_of(tmp_path, {"Dockerfile": dockerfile + "EXPOSE 80\n"})
    assert facts.find_value("dockerfile.user") == user
    assert facts.find_value("dockerfile.uid") == uid


def test_init_of_the_image_must_be_process_1(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"Dockerfile": 'FROM a\nENTRYPOINT ["/init"]\nCMD ["x"]\n'})
    assert facts.find_value("dockerfile.needs_pid_1") is True
    facts = facts_of(tmp_path, {"Dockerfile": 'FROM a\nCMD ["x"]\n'})
    assert facts.find_value("dockerfile.needs_pid_1") is False


def test_broken_dockerfile_is_named_and_still_yours(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"Dockerfile": "FORM a\n"})
    assert facts.find_value("dockerfile.path") == "Dockerfile"
    assert "line 1: unknown instruction FORM" in facts.problems[0].what


def test_containerfile(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"Containerfile": "FROM a\n"})
    assert facts.find_value("dockerfile.path") == "Containerfile"


@pytest.mark.parametrize(
    ("file", "folder"),
    [("index.html", "."), ("public/index.html", "public"), ("x/index.html", None)],
)
def test_static_folder(tmp_path: Path, file: str, folder: str | None) -> None:
    assert facts_of(tmp_path, {file: ""}).find_value("static.folder") == folder


def test_broken_procfile_line_is_named(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, {"Procfile": "# all\nweb: run it\nnonsense\n"})
    assert facts.find_value("procfile.web") == ("run", "it")
    assert facts.problems[0].place == "Procfile:3"


@pytest.mark.parametrize(
    ("text", "args"),
    [
        ("run --port $PORT", ("run", "--port", "{port}")),
        ("run -b 0.0.0.0:${PORT:-8000}", ("run", "-b", "0.0.0.0:{port}")),
        ("run 'two words'", ("run", "two words")),
        ("run $OTHER", ("sh", "-c", "exec run $OTHER")),
        ("a && b", ("sh", "-c", "a && b")),
        ("X=1 run", ("sh", "-c", "X=1 run")),
    ],
)
def test_command_in_exec_form(text: str, args: tuple[str, ...]) -> None:
    command = parse_command(text)
    assert command is not None
    assert command.args == args


@pytest.mark.parametrize(
    ("text", "port"),
    [("x --port 9", 9), ("x -p=9", 9), ("x --bind 0.0.0.0:9", 9), ("x -b :9", 9), ("x 9", 0)],
)
def test_port_in_a_command(text: str, port: int) -> None:
    command = parse_command(text)
    assert command is not None
    assert command.port == port


def test_unfinished_quote_is_no_command() -> None:
    assert parse_command("run 'x") is None


@pytest.mark.parametrize("runtime", [PYTHON, NODE, GO], ids=lambda runtime: runtime.name)
def test_default_was_supported_when_the_table_was_reviewed(runtime: Runtime) -> None:
    cycle = runtime.find_cycle(runtime.default)
    assert cycle is not None
    assert cycle.ends >= REVIEWED + timedelta(days=90)


def test_choice_leaves_out_what_has_no_support_if_it_can() -> None:
    assert NODE.choose(lambda version: version in ("18", "22")) == "22"
    assert NODE.choose(lambda version: version == "18") == "18"
    assert NODE.choose(lambda _: False) is None


def test_version_table_was_looked_over_within_the_last_year_or_so() -> None:
    assert date.today() <= REVIEWED + timedelta(days=400), "look over inspectors/versions.py"
