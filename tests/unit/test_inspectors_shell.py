from pathlib import Path

import pytest

from tests.support.source import facts_of

LOOP = "#!/bin/bash\nwhile true; do date; sleep 5; done\n"


@pytest.mark.parametrize(
    ("files", "start"),
    [
        ({"start.sh": "echo 1\n"}, ("bash", "start.sh")),
        ({"run.sh": "#!/bin/sh\necho 1\n"}, ("sh", "run.sh")),
        ({"main.sh": "#!/usr/bin/env zsh\necho 1\n"}, ("zsh", "main.sh")),
        ({"backup.sh": LOOP}, ("bash", "backup.sh")),
        ({"bin/serve": LOOP}, ("bash", "bin/serve")),
        ({"run": "#!/usr/bin/env python3\nprint(1)\n"}, None),
        ({"a.sh": LOOP, "b.sh": LOOP}, None),
        ({"Procfile": "worker: ./b.sh\n", "a.sh": LOOP, "b.sh": LOOP}, ("bash", "b.sh")),
    ],
)
def test_start(tmp_path: Path, files: dict[str, str], start: tuple[str, ...] | None) -> None:
    assert facts_of(tmp_path, files).find_value("shell.start") == start


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (LOOP, "worker"),
        ("echo done\n", "job"),
        ("# nc -l 8080\necho done\n", "job"),
        ("while :; do nc -l -p 8080 < page; done\n", "web"),
        ("exec socat TCP-LISTEN:9000,fork EXEC:./a.sh\n", "web"),
        ("tail -f /dev/null\n", "worker"),
    ],
)
def test_kind(tmp_path: Path, code: str, kind: str) -> None:
    assert facts_of(tmp_path, {"start.sh": code}).find_value("shell.kind") == kind


@pytest.mark.parametrize(
    ("code", "port", "variable"),
    [
        ("nc -l ${PORT:-9000}\n", 8080, "PORT"),
        ("PORT=9000\nnc -l $PORT\n", 9000, None),
        ("socat TCP-LISTEN:9000,fork -\n", 9000, None),
        ("while true; do nc -lk -p 9000; done\n", 9000, None),
        ("nc -l 9000\n", 9000, None),
        ("python3 -m http.server 9000\n", 9000, None),
    ],
)
def test_port(tmp_path: Path, code: str, port: int, variable: str | None) -> None:
    facts = facts_of(tmp_path, {"start.sh": code})
    assert facts.find_value("shell.port") == port
    assert facts.find_value("shell.port_variable") == variable


@pytest.mark.parametrize(
    ("code", "packages"),
    [
        ("curl -s x | jq .\n", ("ca-certificates", "curl", "jq")),
        ("exec socat - -\n", ("socat",)),
        ("body=$(jq -n 1)\n", ("jq",)),
        ("if ! nc -z db 5432; then sleep 1; fi\n", ("netcat-openbsd",)),
        ("X=1 Y=$X rsync a b\n", ("rsync",)),
        ("echo 'please run jq'\necho curl\n# wget\n", ()),
        ("cat <<END\njq\nEND\n", ()),
        ("#!/bin/zsh\nls\n", ("zsh",)),
    ],
)
def test_packages(tmp_path: Path, code: str, packages: tuple[str, ...]) -> None:
    assert facts_of(tmp_path, {"start.sh": code}).find_value("shell.packages") == packages


def test_scripts_that_are_called_count_too(tmp_path: Path) -> None:
    files = {"start.sh": "./lib/serve.sh\n", "lib/serve.sh": "nc -l 9000\n"}
    facts = facts_of(tmp_path, files)
    assert facts.find_value("shell.kind") == "web"
    assert facts.find_value("shell.packages") == ("netcat-openbsd",)


@pytest.mark.parametrize(
    ("files", "start"),
    [
        ({"poll.sh": ". ./lib.sh\n" + LOOP, "lib.sh": "f() { :; }\n"}, ("bash", "poll.sh")),
        ({"poll.sh": LOOP, "helpers.sh": "f() { :; }\n"}, ("bash", "poll.sh")),
        ({"a.sh": LOOP, "b.sh": LOOP}, None),
    ],
)
def test_script_among_others(
    tmp_path: Path, files: dict[str, str], start: tuple[str, ...] | None
) -> None:
    assert facts_of(tmp_path, files).find_value("shell.start") == start
