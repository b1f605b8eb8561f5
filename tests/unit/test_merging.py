import pytest
from hypothesis import given
from hypothesis import strategies as st

from draftpy.scaffold.merging import merge_texts

TEXTS = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n"]), max_size=8).map("".join)


@pytest.mark.parametrize(
    ("base", "mine", "theirs", "merged"),
    [
        ("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n", "A\nb\nC\n"),
        ("a\nb\nc\n", "x\na\nb\nc\n", "a\nb\nc\ny\n", "x\na\nb\nc\ny\n"),
        ("a\nb\nc\n", "a\nc\n", "a\nb\nc\nd\n", "a\nc\nd\n"),
        ("a\nb\n", "a\nx\n", "a\nx\n", "a\nx\n"),
        ("a\nb\n", "a\nx\n", "a\ny\n", None),
        ("a\n", "a\nx\n", "a\ny\n", None),
        ("", "x\n", "", "x\n"),
        ("a\nb\n", "", "a\nc\n", None),
        ("a", "a\n", "a", "a\n"),
    ],
)
def test_merge(base: str, mine: str, theirs: str, merged: str | None) -> None:
    assert merge_texts(base, mine, theirs) == merged


@given(TEXTS, TEXTS)
def test_what_only_one_side_changed_is_taken_whole(base: str, changed: str) -> None:
    assert merge_texts(base, changed, base) == changed
    assert merge_texts(base, base, changed) == changed
    assert merge_texts(base, changed, changed) == changed


@given(TEXTS, TEXTS, TEXTS)
def test_sides_may_be_swapped(base: str, mine: str, theirs: str) -> None:
    assert merge_texts(base, mine, theirs) == merge_texts(base, theirs, mine)


@given(TEXTS, TEXTS, TEXTS)
def test_no_line_that_a_side_added_is_lost(base: str, mine: str, theirs: str) -> None:
    merged = merge_texts(base, mine, theirs + "new\n")
    assert merged is None or merged.count("new\n") == 1
