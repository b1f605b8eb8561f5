import pytest

from draftpy.dockerfile import Dockerfile, Stage, parse_dockerfile, without_mounts
from draftpy.errors import DockerfileInvalid


def last(text: str) -> Stage:
    return parse_dockerfile(text).get_stage()


def test_stages_and_copy_graph() -> None:
    text = "FROM golang:1.26 AS build\nFROM node AS web\nFROM scratch\nCOPY --from=build /a /b\n"
    parsed = parse_dockerfile(text)
    assert [stage.name for stage in parsed.stages] == ["build", "web", ""]
    assert [copy.from_stage for copy in parsed.get_stage().copies] == [0]
    assert [stage.index for stage in parsed.reached_from()] == [0, 2]


def test_copy_from_an_image_is_not_from_the_context() -> None:
    copy = last("FROM a\nCOPY --from=ghcr.io/x/uv:1 /uv /bin/uv\n").copies[0]
    assert (copy.from_image, copy.from_stage, copy.is_from_context) == (
        "ghcr.io/x/uv:1",
        None,
        False,
    )


def test_copy_knows_its_workdir_and_owner() -> None:
    copy = last('FROM a\nWORKDIR /srv\nWORKDIR app\nCOPY --chown=1:2 ["a b", "c", "./"]\n').copies[
        0
    ]
    assert copy.workdir == "/srv/app"
    assert copy.sources == ("a b", "c")
    assert copy.chown == "1:2"


def test_stage_inherits_from_the_stage_it_stands_on() -> None:
    stage = last("FROM a AS base\nUSER 5\nEXPOSE 90\nCMD run\nWORKDIR /x\nFROM base\n")
    assert (stage.user, stage.ports, stage.workdir) == ("5", (90,), "/x")
    assert stage.cmd is not None
    assert stage.cmd.is_shell


def test_entrypoint_voids_the_command_of_the_base_only() -> None:
    assert last('FROM a AS b\nCMD x\nFROM b\nENTRYPOINT ["y"]\n').cmd is None
    assert last('FROM a\nCMD x\nENTRYPOINT ["y"]\n').cmd is not None


def test_variables_of_arg_and_env() -> None:
    text = (
        "ARG VERSION=3.13\nFROM python:${VERSION}-slim\nARG PORT\nARG HOST=h\n"
        "ENV A=1 B='$A' C=\"${PORT:-9000}\" D=${HOST:+yes}\nEXPOSE $C\nUSER ${NONE:-7}\n"
    )
    stage = last(text)
    assert stage.base == "python:3.13-slim"
    assert stage.env == {"A": "1", "B": "$A", "C": "9000", "D": "yes"}
    assert (stage.ports, stage.user) == ((9000,), "7")


def test_build_arguments_go_before_defaults() -> None:
    text = "ARG TAG=1\nFROM a:$TAG\nARG PORT=80\nEXPOSE $PORT\n"
    stage = parse_dockerfile(text, {"TAG": "2", "PORT": "81"}).get_stage()
    assert (stage.base, stage.ports) == ("a:2", (81,))


def test_continuation_comments_and_escape_directive() -> None:
    text = "# escape=`\n# a comment\nFROM a\nRUN one `\n  # inside\n\n  two\nUSER 3\n"
    run = last(text).instructions[0]
    assert "two" in run.rest
    assert (run.line, run.end_line) == (4, 7)


def test_heredoc_is_not_read_as_instructions() -> None:
    text = "FROM a\nRUN <<EOF\nUSER nobody\nEOF\nCOPY <<-'A' /x\n\tUSER b\n\tA\nUSER 9\n"
    stage = last(text)
    assert stage.user == "9"
    assert stage.instructions[0].heredocs == (("EOF", "USER nobody"),)
    assert stage.copies[0].sources == ()
    assert stage.instructions[1].heredocs == (("A", "USER b"),)


def test_udp_ports_are_not_served_over_tcp() -> None:
    assert last("FROM a\nEXPOSE 53/udp 8080/tcp 9000-9010\n").ports == (8080, 9000)


def test_target_by_name_and_number() -> None:
    parsed: Dockerfile = parse_dockerfile("FROM a AS One\nFROM b\n")
    assert parsed.get_stage("one").base == "a"
    assert parsed.get_stage("1").base == "b"
    with pytest.raises(DockerfileInvalid, match="no stage 'two'"):
        parsed.get_stage("two")


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("FORM a\n", 1, "unknown instruction FORM"),
        ("FROM a\nRUM x\n", 2, "RUM"),
        ("RUN x\n", 1, "before FROM"),
        ("FROM a b c\n", 1, "FROM takes"),
        ("FROM $NOTHING\n", 1, "empty"),
        ("FROM a\n\nCOPY x\n", 3, "destination"),
        ("FROM a\nEXPOSE http\n", 2, "no port"),
        ("FROM a\nRUN <<EOF\nx\n", 2, "no end"),
        ("FROM a\nCMD\n", 2, "argument"),
        ("# escape=x\nFROM a\n", 1, "escape"),
    ],
)
def test_mistake_is_named_with_its_line(text: str, line: int, word: str) -> None:
    with pytest.raises(DockerfileInvalid, match=rf"line {line}: .*{word}"):
        parse_dockerfile(text)


def test_misspelt_instruction_gets_a_hint() -> None:
    with pytest.raises(DockerfileInvalid) as caught:
        parse_dockerfile("FROM a\nCOPPY a b\n")
    assert caught.value.remedy == "did you mean COPY?"


def test_empty_dockerfile() -> None:
    with pytest.raises(DockerfileInvalid, match="no FROM"):
        parse_dockerfile("# only a comment\n")


def test_cache_mounts_are_dropped_and_lines_kept() -> None:
    text = (
        "FROM a\nRUN --mount=type=cache,target=/x --mount=type=cache,target=/y make\n"
        "RUN --mount=type=cache,target=/z \\\n    echo --mount=type=cache\n"
    )
    assert without_mounts(text) == ("FROM a\nRUN make\nRUN \\\n    echo --mount=type=cache\n")


def test_other_mounts_cannot_be_dropped() -> None:
    with pytest.raises(DockerfileInvalid, match="line 2: a secret mount needs BuildKit"):
        without_mounts("FROM a\nRUN --mount=type=secret,id=token cat /run/secrets/token\n")


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("${A-x}", ""),
        ("${A:-x}", "x"),
        ("${A+x}", "x"),
        ("${A:+x}", ""),
        ("${B-x}", "x"),
        (r"\$A", "$A"),
    ],
)
def test_empty_is_not_the_same_as_absent(word: str, value: str) -> None:
    assert last(f"FROM a\nENV A=\nENV C={word}\n").env["C"] == value


def test_add_is_told_from_copy() -> None:
    copies = last("FROM a\nCOPY x y\nADD x y\n").copies
    assert [copy.is_add for copy in copies] == [False, True]
