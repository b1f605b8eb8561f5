import base64
import json
from typing import Any

from draftpy.build_failures import BuildStep, find_line
from draftpy.build_output import BuildKitOutput, ClassicOutput, clean_lines, parse_step
from draftpy.errors import DockerfileInvalid

NOW = "2026-01-01T00:00:00Z"
FRONTEND = (
    "ERROR: failed to build: failed to solve: rpc error: code = Unknown desc = failed to solve with"
    " frontend dockerfile.v0: failed to create LLB definition: "
)


def _vertex(name: str, **more: Any) -> str:
    return json.dumps({"vertexes": [{"digest": name, "name": name, **more}]})


def _log(name: str, text: bytes) -> str:
    data = base64.b64encode(text).decode()
    return json.dumps({"logs": [{"vertex": name, "stream": 1, "data": data}]})


def _fed(*lines: str) -> BuildKitOutput:
    output = BuildKitOutput()
    for line in lines:
        output.feed(line)
    return output


RUN = "[2/2] RUN pip install -r requirements.txt"
STEP = BuildStep(stage="", number=2, total=2, text="RUN pip install -r requirements.txt")


def test_a_step_is_told_once_when_it_starts() -> None:
    output = BuildKitOutput()
    assert output.feed(_vertex(RUN)) == ((), ())
    assert output.feed(_vertex(RUN, started=NOW)) == ((STEP,), ())
    assert output.feed(_vertex(RUN, started=NOW, completed=NOW)) == ((), ())


def test_all_steps_that_begin_at_once_are_told() -> None:
    names = ("[1/2] FROM scratch", RUN)
    both = {"vertexes": [{"digest": name, "name": name, "started": NOW} for name in names]}
    steps, _ = BuildKitOutput().feed(json.dumps(both))
    assert [step.text.split()[0] for step in steps] == ["FROM", "RUN"]


def test_a_cached_step_is_not_told() -> None:
    assert BuildKitOutput().feed(_vertex(RUN, started=NOW, cached=True)) == ((), ())


def test_what_the_engine_does_for_itself_is_no_step() -> None:
    assert parse_step("[internal] load build context") is None
    step = parse_step("[build 3/4] RUN make  all")
    assert str(step) == "step 3/4 of stage build: RUN make all"


def test_layers_are_the_steps_without_from_and_new_those_not_cached() -> None:
    output = _fed(
        _vertex("[internal] load build context", started=NOW),
        _vertex("[1/4] FROM docker.io/library/python:3.13-slim", started=NOW),
        _vertex("[2/4] WORKDIR /app", cached=True),
        _vertex("[3/4] COPY . .", started=NOW, completed=NOW),
        _vertex("[4/4] RUN true", started=NOW, completed=NOW),
    )
    assert output.layers == (3, 2)


def test_output_comes_in_whole_lines_however_it_is_cut() -> None:
    output = BuildKitOutput()
    content = "één\ntwee".encode()
    assert output.feed(_log(RUN, content[:1])) == ((), ())
    assert output.feed(_log(RUN, content[1:])) == ((), ("één",))
    assert output.feed(_vertex(RUN, completed=NOW)) == ((), ("twee",))


def test_lines_lose_colours_and_what_was_overwritten() -> None:
    assert clean_lines("\x1b[91mred\x1b[0m  \n\n10%\r100%\n") == ["red", "100%"]


def test_a_failing_run_is_named_with_its_last_lines() -> None:
    noise = b"".join(b"line %d\n" % number for number in range(50))
    failure = _fed(
        _vertex(RUN, started=NOW),
        _log(RUN, noise + b"No matching distribution"),
        _vertex(RUN, completed=NOW, error="process did not complete: exit code: 1"),
    ).failure("Dockerfile")
    assert failure.what == ("step 2/2 of Dockerfile failed: RUN pip install -r requirements.txt")
    lines = failure.evidence.splitlines()
    assert lines[-2:] == ["No matching distribution", "process did not complete: exit code: 1"]
    assert len(lines) == 12
    assert failure.remedy


def test_the_line_is_named_where_the_engine_points_to_it() -> None:
    failure = _fed(
        _vertex(RUN, started=NOW),
        _vertex(RUN, completed=NOW, error="exit code: 1"),
        "Dockerfile:7",
        "--------------------",
        "   7 | >>> RUN pip install -r requirements.txt",
    ).failure("Dockerfile")
    assert failure.what.startswith("step 2/2 of Dockerfile:7 failed")


DOCKERFILE = """\
FROM a AS one
# why
RUN make \\
    all
RUN echo  x
FROM b
RUN echo x
"""


def test_a_step_is_found_in_the_dockerfile_however_it_is_folded() -> None:
    step = BuildStep(stage="one", number=2, total=3, text="RUN make all")
    assert find_line(DOCKERFILE, step) == 3


def test_a_step_that_is_there_twice_or_not_at_all_has_no_line() -> None:
    for text in ("RUN echo x", "RUN nothing"):
        assert find_line(DOCKERFILE, BuildStep(stage="", number=2, total=3, text=text)) == 0
    assert find_line("NONSENSE", STEP) == 0


def test_the_step_that_failed_is_told_and_not_those_that_were_cancelled() -> None:
    failure = _fed(
        _vertex("[1/2] COPY big .", started=NOW, error="context canceled"),
        _vertex(RUN, started=NOW, error="exit code: 1"),
    ).failure("Dockerfile")
    assert "step 2/2" in failure.what


def test_a_copy_of_nothing_leads_to_dockerignore() -> None:
    failure = _fed(_vertex("[2/2] COPY nothere /x", error='"/nothere": not found')).failure("D")
    assert '"/nothere": not found' in failure.evidence
    assert ".dockerignore" in failure.remedy


def test_a_typo_names_file_and_line() -> None:
    failure = _fed(
        _vertex("[internal] load build definition from Dockerfile", started=NOW, completed=NOW),
        f"{FRONTEND}dockerfile parse error line 2: unknown instruction: RNU",
    ).failure("deploy/Dockerfile")
    assert isinstance(failure, DockerfileInvalid)
    assert failure.what == "deploy/Dockerfile line 2: unknown instruction: RNU"


def test_an_empty_dockerfile_is_invalid_too() -> None:
    failure = _fed(
        _vertex("[internal] load build definition from Dockerfile", started=NOW, completed=NOW),
        f"{FRONTEND}file with no instructions",
    ).failure("Dockerfile")
    assert isinstance(failure, DockerfileInvalid)
    assert failure.evidence == "file with no instructions"


def test_a_base_image_that_cannot_be_had_is_named() -> None:
    failure = _fed(
        _vertex("[internal] load metadata for docker.io/nosuch/base:1", error="no such host"),
    ).failure("Dockerfile")
    assert failure.what == "the base image docker.io/nosuch/base:1 cannot be had"
    assert "docker pull docker.io/nosuch/base:1" in failure.remedy


def test_broken_json_is_kept_as_text() -> None:
    output = _fed("{not json", "ERROR: something else")
    assert not output.has_begun
    assert "something else" in output.failure("Dockerfile").evidence


def _classic(*items: dict[str, Any]) -> ClassicOutput:
    output = ClassicOutput()
    for item in items:
        output.feed(item)
    return output


FROM = {"stream": "Step 1/3 : FROM python:3.13-slim"}
COPY = {"stream": "Step 2/3 : COPY . /app"}
CLASSIC_RUN = {"stream": "Step 3/3 : RUN echo one; false"}


def test_classic_steps_and_lines_are_told() -> None:
    output = ClassicOutput()
    (step,), lines = output.feed(COPY)
    assert str(step) == "step 2/3: COPY . /app"
    assert lines == ("Step 2/3 : COPY . /app",)


def test_classic_layers_and_the_id_of_the_image() -> None:
    output = _classic(
        FROM,
        COPY,
        {"stream": " ---> Using cache\n"},
        CLASSIC_RUN,
        {"stream": " ---> Running in 1a90f1ab1957\n"},
        {"aux": {"ID": "sha256:abc"}},
        {"stream": "Successfully built abc\n"},
    )
    assert output.layers == (2, 1)
    assert output.image_id == "sha256:abc"


def test_the_step_that_the_classic_builder_adds_is_not_counted() -> None:
    output = ClassicOutput(added_steps=1)
    (step,), _ = output.feed(COPY)
    assert step is not None
    assert step.total == 2
    output.feed({"stream": "Step 3/3 : LABEL draftpy.io/managed-by=draftpy"})
    output.feed({"stream": " ---> Using cache\n"})
    assert output.layers == (1, 1)


def test_a_classic_step_that_fails_shows_its_lines() -> None:
    failure = _classic(
        FROM,
        CLASSIC_RUN,
        {"stream": " ---> Running in 1a90f1ab1957\n"},
        {"stream": "\x1b[91mtwo\n\x1b[0m"},
        {"errorDetail": {"code": 1, "message": "returned a non-zero code: 1"}},
    ).failure("Dockerfile")
    assert failure.what == "step 3/3 of Dockerfile failed: RUN echo one; false"
    assert failure.evidence == "two\nreturned a non-zero code: 1"


def test_a_classic_base_image_that_cannot_be_had() -> None:
    failure = _classic(FROM, {"errorDetail": {"message": "no such host"}}).failure("Dockerfile")
    assert failure.what == "the base image python:3.13-slim cannot be had"
