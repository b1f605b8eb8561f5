"""Aligned columns."""

import pytest

from draftpy.tables import format_age, render_table


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    table = render_table(("NAME", "AGE"), [("a", "1"), ("longer", "22")])
    assert table == "NAME    AGE\na       1\nlonger  22"


@pytest.mark.parametrize(
    ("seconds", "age"), [(-1, "0s"), (42, "42s"), (300, "5m"), (7200, "2h"), (200000, "2d")]
)
def test_ages_read_as_kubectl_writes_them(seconds: float, age: str) -> None:
    assert format_age(seconds) == age
