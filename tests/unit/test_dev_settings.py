from typing import Any

import jsonschema
import pytest

from draftpy.dev_settings import (
    DEV_KEYS,
    DevSettings,
    DevWrong,
    OnExit,
    Restart,
    dev_schema,
    parse_dev,
)

BAD: list[dict[str, Any]] = [
    {"target": 1},
    {"sync": True},
    {"sync": "src:/app"},
    {"sync": ["src"]},
    {"sync": ["src:"]},
    {"build": 3},
    {"run": {"a": "b"}},
    {"restart": "later"},
    {"restart": ["exec"]},
    {"restart": "signal", "signal": "KILLALL"},
    {"rebuild": "*.lock"},
    {"onExit": "stop"},
]


def test_nothing_said_is_exec_and_wait() -> None:
    settings = parse_dev({})
    assert settings == DevSettings()
    assert (settings.restart, settings.on_exit) == (Restart.EXEC, OnExit.WAIT)


def test_a_text_is_split_into_words() -> None:
    settings = parse_dev({"run": "flask run --name 'a b'", "build": ["go", "build"]})
    assert settings.run == ("flask", "run", "--name", "a b")
    assert settings.build == ("go", "build")


@pytest.mark.parametrize("line", ["npm ci && npm start", "a | b", "a ; b", "a > b"])
def test_a_line_for_a_shell_is_refused_with_the_form_that_works(line: str) -> None:
    with pytest.raises(DevWrong, match=r'\["sh", "-c", '):
        parse_dev({"run": line})


def test_an_open_quote_is_refused() -> None:
    with pytest.raises(DevWrong, match="build is no command"):
        parse_dev({"build": "echo 'a"})


def test_sync_false_turns_it_off() -> None:
    assert parse_dev({"sync": False}).sync_off
    assert not parse_dev({"sync": ["src:/app"]}).sync_off


def test_a_signal_may_have_its_prefix() -> None:
    assert parse_dev({"restart": "signal", "signal": "SIGUSR2"}).signal == "USR2"
    assert parse_dev({"restart": "signal"}).signal == "HUP"


def test_a_signal_alone_would_do_nothing() -> None:
    with pytest.raises(DevWrong, match="needs restart: signal"):
        parse_dev({"signal": "HUP"})


@pytest.mark.parametrize("given", BAD, ids=str)
def test_a_wrong_value_is_refused_here_and_by_the_schema(given: dict[str, Any]) -> None:
    with pytest.raises(DevWrong) as caught:
        parse_dev(given)
    assert caught.value.key in given
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(given, dev_schema())


def test_the_schema_accepts_every_key() -> None:
    given = {
        "target": "build",
        "sync": ["src:/app/src"],
        "build": ["make"],
        "run": "make run",
        "restart": "signal",
        "signal": "SIGHUP",
        "rebuild": ["*.lock"],
        "onExit": "restart",
    }
    assert set(given) == set(DEV_KEYS)
    jsonschema.validate(given, dev_schema())
    assert parse_dev(given).rebuild == ("*.lock",)
