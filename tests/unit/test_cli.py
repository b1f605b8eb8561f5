"""The command line: never a traceback, always the right exit code."""

import ast
import errno
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import typer

from draftpy.cli.app import app, main
from draftpy.cli.logs import parse_duration
from draftpy.errors import BuildFailed, DraftError, ExitCode, NotOurs, UsageError
from draftpy.invocation import Invocation
from tests.conftest import GOLDEN, Golden
from tests.support.source import write_files

PACKAGE = Path(__file__).parents[2] / "draftpy"
README = PACKAGE.parent / "README.md"
COMMANDS = (
    "create",
    "detect",
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
    "packs-search",
    "packs-add",
    "packs-update",
    "packs-remove",
    "packs-new",
    "packs-check",
    "packs-test",
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


def test_up_creates_the_project_in_the_folder_of_the_app_and_goes_on_there(world: World) -> None:
    app = "from flask import Flask\napp = Flask('x')\n"
    write_files(world.folder, {"backend/requirements.txt": "flask\n", "backend/app.py": app})
    assert world.run("up", "--once") != ExitCode.DONE  # There is no cluster here.
    assert (world.folder / "backend" / "draft.yaml").is_file()
    assert "draft.yaml" not in world.err.getvalue()


def test_variable_of_a_pack_needs_a_value(world: World) -> None:
    assert world.run("create", "--set", "region") == ExitCode.USAGE
    assert "--set region is not NAME=VALUE" in world.err.getvalue()


def test_packs_are_made_checked_and_added(world: World) -> None:
    assert world.run("packs", "new", "ours/shop", "--extends", "python") == ExitCode.DONE
    assert world.run("packs", "check", "ours/shop") == ExitCode.DONE
    assert world.run("packs", "add", "ours", "--name", "acme") == ExitCode.DONE
    assert world.run("packs", "search", "shop") == ExitCode.DONE
    assert "acme/shop@1" in world.out.getvalue()
    assert world.run("packs", "update") == ExitCode.DONE
    assert world.run("packs", "remove", "acme") == ExitCode.DONE
    assert world.run("packs", "show", "acme/shop") == ExitCode.PACK


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


class BrokenPipe(io.StringIO):
    """The reader of the pipe went away."""

    def write(self, text: str) -> int:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")


class BrokenLater(io.StringIO):
    """The same, noticed only when what was buffered is sent."""

    def flush(self) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")


class Interrupting(io.StringIO):
    """Somebody presses Ctrl-C while something is written."""

    def write(self, text: str) -> int:
        raise KeyboardInterrupt


def test_ctrl_c_inside_a_command_is_130(world: World) -> None:
    invocation = replace(world.invocation("version"), stdout=Interrupting())
    assert main(invocation) == ExitCode.INTERRUPTED
    assert world.err.getvalue() == ""


@pytest.mark.parametrize("argv", ["version", "--version", "packs list", "config schema"])
@pytest.mark.parametrize("stdout", [BrokenPipe, BrokenLater])
def test_a_pipe_that_was_closed_is_no_bug(
    world: World, argv: str, stdout: type[io.StringIO]
) -> None:
    invocation = replace(world.invocation(*argv.split()), stdout=stdout())
    main(invocation)
    assert world.err.getvalue() == ""
    assert not (world.folder / ".local").exists()


def test_an_unknown_option_names_a_near_one(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert world.run("up", "--onec") == ExitCode.USAGE
    assert "--once" in capsys.readouterr().err
    assert world.run("status", "--output", "xml") == ExitCode.USAGE


def test_completion_prints_a_script_and_completes(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_DRAFTPY_COMPLETE", "source_bash")
    assert world.run() == ExitCode.DONE
    assert "complete -o default -F _draftpy_completion draftpy" in capsys.readouterr().out
    monkeypatch.setenv("_DRAFTPY_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "draftpy st")
    monkeypatch.setenv("COMP_CWORD", "1")
    world.run()
    assert capsys.readouterr().out.split() == ["status"]


def test_every_command_has_its_help_here_and_its_row_in_the_readme() -> None:
    root = typer.main.get_command(app)
    assert isinstance(root, typer.core.TyperGroup)
    assert set(root.commands) == {name for name in COMMANDS if "-" not in name}
    rows = re.findall(r"^\| `draftpy ([a-z]+)", README.read_text(), re.MULTILINE)
    assert sorted(rows) == sorted(root.commands)


def test_every_option_in_the_readmes_table_is_in_the_help() -> None:
    rows = re.findall(r"^\| `draftpy ([a-z]+)(.*)$", README.read_text(), re.MULTILINE)
    for command, rest in rows:
        shown = (GOLDEN / "help" / f"{command}.txt").read_text()
        for flag in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", rest):
            assert re.search(rf"(?<![\w-]){flag}\b", shown), f"draftpy {command} {flag}"


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
