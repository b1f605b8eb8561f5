import pytest

from draftpy.dockerfile import parse_dockerfile, without_unneeded

THREE = """\
# The first.
FROM go AS build
RUN make

FROM go AS development
RUN make \\
  all
FROM scratch
COPY --from=build /out /app
"""


def test_unneeded_stages_are_left_out_and_lines_keep_their_numbers() -> None:
    pruned = without_unneeded(THREE, "", {})
    assert "development" not in pruned
    assert pruned.count("\n") == THREE.count("\n")
    assert [stage.line for stage in parse_dockerfile(pruned).stages] == [2, 8]


def test_only_the_target_and_what_it_needs_stay() -> None:
    pruned = without_unneeded(THREE, "development", {})
    assert [stage.name for stage in parse_dockerfile(pruned).stages] == ["development"]


def test_a_stage_that_is_stood_on_stays() -> None:
    text = "FROM a AS base\nFROM b AS other\nFROM base\nRUN x\n"
    assert without_unneeded(text, "", {}) == "FROM a AS base\n\nFROM base\nRUN x\n"


@pytest.mark.parametrize(
    "line", ["COPY --from=0 /a /b", "COPY --from=2 /a /b", "RUN --mount=type=bind,from=1 x"]
)
def test_counted_stages_stay_as_they_are(line: str) -> None:
    text = f"FROM a\nFROM b\nFROM c\n{line}\n"
    assert without_unneeded(text, "", {}) == text


def test_arguments_before_the_first_stage_stay() -> None:
    text = "ARG V=1\nFROM a:$V AS one\nFROM b:$V\n"
    assert without_unneeded(text, "", {}) == "ARG V=1\n\nFROM b:$V\n"


def test_what_is_wrong_is_left_to_the_engine() -> None:
    assert without_unneeded(THREE, "dev", {}) == THREE
    assert without_unneeded("# nothing yet\n", "", {}) == "# nothing yet\n"
