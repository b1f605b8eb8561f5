"""The command line: never a traceback, always the right exit code."""

import ast
import io
import json
from pathlib import Path

import pytest

from draftpy.cli.app import main
from draftpy.cli.logs import parse_duration
from draftpy.errors import BuildFailed, DraftError, ExitCode, NotOurs, UsageError
from draftpy.invocation import Invocation
from tests.conftest import Golden

PACKAGE = Path(__file__).parents[2] / "draftpy"
COMMANDS = (
    "create",
    "up",
    "connect",
    "logs",
    "status",
    "history",
    "rollback",
    "delete",
    "list",
    "doctor",
    "version",
    "config",
    "packs",
    "config-explain",
    "config-schema",
    "packs-list",
    "packs-show",
)


class World:
    """One run of the program in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = io.StringIO()
        self.err = io.StringIO()

    def run(self, *argv: str, **options: object) -> int:
        self.out, self.err = io.StringIO(), io.StringIO()
        return main(self.invocation(*argv), **options)  # type: ignore[arg-type]

    def invocation(self, *argv: str) -> Invocation:
        environ = {"HOME": str(self.folder), "COLUMNS": "100"}
        return Invocation(
            argv=argv, environ=environ, stdout=self.out, stderr=self.err, cwd=self.folder
        )


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def raising(error: BaseException) -> object:
    def call(**_: object) -> None:
        raise error

    return call


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("no"), ExitCode.USAGE),
        (BuildFailed("no"), ExitCode.BUILD),
        (NotOurs("no"), ExitCode.REFUSED),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
        (SystemExit(2), ExitCode.USAGE),
        (SystemExit(None), ExitCode.DONE),
        (RuntimeError("bug"), ExitCode.BUG),
    ],
)
def test_every_end_has_its_exit_code(world: World, error: BaseException, code: int) -> None:
    assert world.run("up", call=raising(error)) == code


def test_a_failure_is_three_things_and_no_traceback(world: World) -> None:
    error = DraftError("it broke", evidence="line 3", remedy="mend it")
    world.run("status", call=raising(error))
    assert world.err.getvalue() == "✗ it broke\n            line 3\n            → mend it\n"


def test_a_failure_is_json_if_json_was_asked_for(world: World) -> None:
    world.run("status", "--output", "json", call=raising(BuildFailed("it broke")))
    assert json.loads(world.err.getvalue())["exit_code"] == ExitCode.BUILD
    world.run("up", "-o", "json", call=raising(BuildFailed("it broke")))
    assert json.loads(world.out.getvalue())["what"] == "it broke"


def test_a_bug_is_one_line_and_a_private_log_without_the_arguments(world: World) -> None:
    world.run("up", "--set", "password=hunter2", call=raising(RuntimeError("bug")))
    assert "RuntimeError" in world.err.getvalue()
    assert "Traceback" not in world.err.getvalue()
    (log,) = (world.folder / ".local/state/draftpy/bugs").glob("*.log")
    assert "Traceback" in log.read_text()
    assert "hunter2" not in log.read_text()
    assert log.stat().st_mode & 0o077 == 0


def test_a_missing_folder_is_a_usage_error(world: World) -> None:
    for command in ("create", "up", "status", "logs"):
        assert world.run(command, "nowhere") == ExitCode.USAGE, command
        assert "nowhere is not there" in world.err.getvalue()


def test_without_a_project_the_way_to_one_is_told(world: World) -> None:
    for command in ("status", "logs", "history", "connect", "config explain"):
        assert world.run(*command.split()) == ExitCode.CONFIG, command
        assert "draftpy create" in world.err.getvalue()


@pytest.mark.parametrize("command", COMMANDS)
def test_help(world: World, command: str, golden: Golden, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERMINAL_WIDTH", "100")
    assert world.run(*command.split("-"), "--help") == ExitCode.DONE
    golden(f"help/{command}.txt", capsys.readouterr().out)


def test_no_arguments_show_the_help(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert world.run() == ExitCode.USAGE
    assert "create" in capsys.readouterr().err


def test_versions(world: World) -> None:
    assert world.run("--version") == ExitCode.DONE
    assert world.out.getvalue().startswith("draftpy 0.")
    assert world.run("version", "--short") == ExitCode.DONE
    assert world.out.getvalue().strip() == "0.1.0"
    world.run("version")
    assert "helm-python-sdk" in world.out.getvalue()


def test_create_and_config_explain_work_through_the_command_line(world: World) -> None:
    (world.folder / "app").mkdir()
    (world.folder / "app" / "index.html").write_text("<h1>hello</h1>")
    assert world.run("create", "app", "--output", "json") == ExitCode.DONE
    assert json.loads(world.out.getvalue())["pack"].startswith("static@")
    assert world.run("config", "explain", "app", "-n", "other") == ExitCode.DONE
    assert 'namespace    "other"' in world.out.getvalue()
    assert world.run("config", "schema") == ExitCode.DONE
    assert json.loads(world.out.getvalue())["title"] == "draft.yaml"
    assert world.run("packs", "list") == ExitCode.DONE
    assert "static@" in world.out.getvalue()
    assert world.run("packs", "show", "static") == ExitCode.DONE
    assert "Dockerfile" in world.out.getvalue()
    assert world.run("packs", "show", "statics") == ExitCode.PACK


def test_without_a_kubeconfig_the_cluster_is_a_named_problem(world: World) -> None:
    (world.folder / "draft.yaml").write_text("version: 1\nname: hello\n")
    for command in ("status", "up", "delete", "logs"):
        assert world.run(command) == ExitCode.CONFIG, command
        assert "kubeconfig" in world.err.getvalue()


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("5m", 300), ("1h30m", 5400)])
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["5", "m", "5x", "5m x", "-5m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_duration(text)


def test_a_bad_regular_expression_is_a_usage_error(world: World) -> None:
    assert world.run("logs", "--grep", "(") == ExitCode.USAGE


def test_the_process_is_read_in_one_place_only() -> None:
    """os.environ, sys.argv and print belong to cli/app.py, or to nobody."""
    offenders = []
    for path in PACKAGE.rglob("*.py"):
        if path == PACKAGE / "cli" / "app.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                name = f"{node.value.id}.{node.attr}"
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                name = node.func.id
            else:
                continue
            if name in {"os.environ", "sys.argv", "os.getenv", "print"}:
                offenders.append(f"{path.relative_to(PACKAGE)}:{node.lineno} {name}")
    assert not offenders
