"""Checked names."""

import pytest

from draftpy.errors import ExitCode, NameInvalid
from draftpy.names import parse_app_name, parse_namespace, to_app_name


@pytest.mark.parametrize("name", ["hello", "a", "hello-2", "x" * 53])
def test_good_app_names_pass(name: str) -> None:
    assert parse_app_name(name) == name


@pytest.mark.parametrize("name", ["", "Hello", "1st", "a_b", "-a", "a-", "x" * 54, "ä"])
def test_bad_app_names_are_refused_with_a_good_one(name: str) -> None:
    with pytest.raises(NameInvalid) as caught:
        parse_app_name(name)
    assert caught.value.exit_code is ExitCode.USAGE
    assert parse_app_name(caught.value.remedy.removeprefix("for instance: "))


def test_a_namespace_may_begin_with_a_digit() -> None:
    assert parse_namespace("1st") == "1st"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My App", "my-app"),
        ("Grüße_2", "grue-2"),
        ("42", "app-42"),
        ("日本", "app"),
        ("a" * 52 + "-b", "a" * 52),
    ],
)
def test_any_text_becomes_a_valid_name(text: str, name: str) -> None:
    assert to_app_name(text) == name
    assert parse_app_name(name) == name
