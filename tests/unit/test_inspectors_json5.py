import pytest

from draftpy.inspectors.node.json5 import Json5Broken, find_mapping, get_at, parse_json5


def test_everything_that_json_does_not_allow() -> None:
    text = "// c\n{a: 1, 'b': [1, 2,], /* d */ \"c\": {x: true,}, e: -0x1f, f: .5e0 }"
    with pytest.raises(Json5Broken):
        parse_json5(text)  # Half numbers are the one thing left out.
    doc = parse_json5(text.replace(".5e0", "0.5"))
    assert doc == {"a": 1, "b": [1, 2], "c": {"x": True}, "e": -31, "f": 0.5}


def test_comment_signs_inside_texts_are_text() -> None:
    assert parse_json5('{"paths": {"@/*": ["./src/*"]}, "u": "http://x"}')["u"] == "http://x"


@pytest.mark.parametrize(
    ("text", "line"), [('{\n"a" 1}', 2), ("[1 2]", 1), ("{", 1), ("", 1), ("{}\nx", 2)]
)
def test_broken_text_names_its_line(text: str, line: int) -> None:
    with pytest.raises(Json5Broken) as raised:
        parse_json5(text)
    assert raised.value.line == line


def test_deep_nesting_ends() -> None:
    with pytest.raises(Json5Broken):
        parse_json5("[" * 5000)


def test_what_is_no_object_is_an_empty_one() -> None:
    assert find_mapping("[1]") == find_mapping(None) == find_mapping("{") == {}


def test_path_of_keys() -> None:
    assert get_at({"a": {"b": 1}}, "a", "b") == 1
    assert get_at({"a": [1]}, "a", "b") is None
