"""Image references."""

import pytest

from draftpy.errors import UsageError
from draftpy.refs import ImageRef, parse_image_ref

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("hello", ImageRef(repository="hello")),
        ("hello:1", ImageRef(repository="hello", tag="1")),
        ("acme/hello", ImageRef(repository="acme/hello")),
        ("localhost:5000/a/b:t", ImageRef(registry="localhost:5000", repository="a/b", tag="t")),
        (f"ghcr.io/a@{DIGEST}", ImageRef(registry="ghcr.io", repository="a", digest=DIGEST)),
    ],
)
def test_a_reference_is_parsed_and_written_the_same(text: str, ref: ImageRef) -> None:
    assert parse_image_ref(text) == ref
    assert str(ref) == text


@pytest.mark.parametrize("text", ["", "Hello", "a b", "a@sha256:1", "a:b c"])
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not an image reference"):
        parse_image_ref(text)


def test_a_registry_may_carry_a_path() -> None:
    ref = ImageRef(repository="hello", tag="1").with_registry("ghcr.io/acme/")
    assert str(ref) == "ghcr.io/acme/hello:1"
