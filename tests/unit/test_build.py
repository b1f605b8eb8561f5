import pytest

from draftpy.build import (
    BuilderFacts,
    BuilderKind,
    choose_builder,
    engine_unreachable,
    image_tag,
)

DIGEST = "a" * 64
BASE = image_tag(DIGEST, dockerfile="Dockerfile")


def test_the_tag_is_twelve_hex_digits_and_stays() -> None:
    assert len(BASE) == 12
    assert int(BASE, 16)
    assert image_tag(DIGEST, dockerfile="Dockerfile") == BASE


@pytest.mark.parametrize(
    "other",
    [
        image_tag("b" * 64, dockerfile="Dockerfile"),
        image_tag(DIGEST, dockerfile="other/Dockerfile"),
        image_tag(DIGEST, dockerfile="Dockerfile", target="test"),
        image_tag(DIGEST, dockerfile="Dockerfile", platform="linux/arm64"),
        image_tag(DIGEST, dockerfile="Dockerfile", build_args=(("A", "1"),)),
    ],
)
def test_everything_that_decides_the_image_is_in_the_tag(other: str) -> None:
    assert other != BASE


def test_neighbouring_fields_are_not_mixed_up_in_the_tag() -> None:
    assert image_tag(DIGEST, dockerfile="D", target="ab", platform="c") != image_tag(
        DIGEST, dockerfile="D", target="a", platform="bc"
    )


def test_the_order_of_build_args_does_not_matter() -> None:
    args = (("A", "1"), ("B", "2"))
    assert image_tag(DIGEST, dockerfile="D", build_args=args) == image_tag(
        DIGEST, dockerfile="D", build_args=args[::-1]
    )


def _facts(**changes: str) -> BuilderFacts:
    facts = {"buildx_version": "v0.20.0", "engine_version": "28.0", "engine_api": "1.48"}
    return BuilderFacts(**{**facts, **changes})


@pytest.mark.parametrize(
    ("facts", "kind", "why"),
    [
        (_facts(), BuilderKind.BUILDX, "BuildKit by docker buildx v0.20.0, engine 28.0"),
        (_facts(buildx_version=""), BuilderKind.CLASSIC, "there is no docker buildx"),
        (_facts(engine_api="1.38"), BuilderKind.CLASSIC, "engine 28.0 has no BuildKit"),
        (_facts(engine_os="windows"), BuilderKind.CLASSIC, "has no BuildKit"),
        (_facts(engine_api="unknown"), BuilderKind.CLASSIC, "has no BuildKit"),
    ],
)
def test_which_builder_and_why(facts: BuilderFacts, kind: BuilderKind, why: str) -> None:
    choice = choose_builder(facts)
    assert choice.kind is kind
    assert why in choice.reason


def test_an_engine_that_is_down_is_named_with_what_to_start() -> None:
    named = engine_unreachable("tcp://10.0.0.7:2375", "connection refused")
    assert "DOCKER_HOST=tcp://10.0.0.7:2375" in named.what
    assert "unset DOCKER_HOST" in named.remedy
    assert "systemctl start docker" in engine_unreachable("", "no such file").remedy
