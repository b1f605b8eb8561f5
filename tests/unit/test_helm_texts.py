"""Places in Helm's own words, as Helm 4 says them."""

import pytest

from draftpy.adapters.helm_texts import (
    ValueFault,
    find_foreign_object,
    find_template_place,
    find_value_fault,
    is_forbidden,
)

SCHEMA = "values don't meet the specifications of the schema(s) in the following chart(s):\napp:\n"


@pytest.mark.parametrize(
    ("line", "key", "why"),
    [
        ("- at '/replicas': got string, want integer", "replicas", "got string, want integer"),
        ("- at '/a/b/0': minimum: got 0", "a.b.0", "minimum: got 0"),
        (
            "- at '': additional properties 'foo' not allowed",
            "foo",
            "additional properties 'foo' not allowed",
        ),
        (
            "- at '/image': additional properties 'bad' not allowed",
            "image.bad",
            "additional properties 'bad' not allowed",
        ),
        ("- at '': missing property 'image'", "", "missing property 'image'"),
    ],
)
def test_the_value_that_breaks_the_schema(line: str, key: str, why: str) -> None:
    assert find_value_fault(f"{SCHEMA}{line}\n- at '/later': x") == ValueFault(key=key, why=why)


def test_a_broken_schema_names_no_value() -> None:
    assert find_value_fault(f"{SCHEMA}unexpected EOF") is None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("app/templates/service.yaml:26:10\n  executing …", ("app/templates/service.yaml", "26")),
        ("parse error at (app/templates/_helpers.tpl:3): x", ("app/templates/_helpers.tpl", "3")),
        ("execution error at (app/templates/x.yml:1:3): set foo", ("app/templates/x.yml", "1")),
        ("nothing of the kind", None),
    ],
)
def test_the_place_in_a_template(text: str, place: tuple[str, str] | None) -> None:
    assert find_template_place(text) == place


def test_an_object_of_others() -> None:
    text = (
        'unable to continue with install: ConfigMap "taken" in namespace "space" exists and'
        " cannot be imported into the current release: invalid ownership metadata"
    )
    assert find_foreign_object(text) == "ConfigMap taken"
    assert find_foreign_object("anything else") == ""


def test_a_missing_right() -> None:
    text = 'secrets is forbidden: User "joe" cannot list resource "secrets" in API group ""'
    assert is_forbidden(text)
    assert not is_forbidden('ConfigMap "forbidden" is invalid')
