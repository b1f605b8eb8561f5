"""devcluster's parts that need neither root nor a network."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from devcluster.binaries import Program
from devcluster.certs import make_certificates
from devcluster.images.engine import registry_of
from devcluster.images.recipes import find_recipe
from devcluster.lock import locked
from devcluster.network import rule_words, stale_chains, stale_rules
from devcluster.process import Record, call, end, find_record, start, start_ticks, wait_until
from devcluster.remains import mounts_below
from devcluster.settings import DevclusterError, Folders, folders_of

SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")
BEFORE = """\
*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
-A FORWARD -i theirs -j ACCEPT
COMMIT
"""
NOW = """\
*filter
:INPUT ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
-A FORWARD -i theirs -j ACCEPT
-A FORWARD -s 10.244.0.0/16 -m comment --comment devcluster -j ACCEPT
-A INPUT -m comment --comment "kubernetes health check" -j KUBE-SERVICES
-A FORWARD -i new -j DROP
COMMIT
"""


def folders(tmp_path: Path) -> Folders:
    return Folders(home=tmp_path / "home", cache=tmp_path / "cache")


def test_a_recorded_process_is_found_and_ended(tmp_path: Path) -> None:
    record = start(SLEEP, tmp_path / "log", tmp_path / "record.json", {})
    assert find_record(tmp_path / "record.json") == record
    end(record)
    assert find_record(tmp_path / "record.json") is None


def test_a_pid_that_was_given_to_another_process_is_not_ours(tmp_path: Path) -> None:
    mine = os.getpid()
    (tmp_path / "record.json").write_text(json.dumps({"pid": mine, "started": 1}))
    assert find_record(tmp_path / "record.json") is None
    end(Record(pid=mine, started=1))  # must not end the test itself
    assert start_ticks(mine) is not None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_a_broken_record_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "record.json").write_text(text)
    assert find_record(tmp_path / "record.json") is None


def test_a_failing_program_is_named_with_its_last_lines() -> None:
    with pytest.raises(DevclusterError) as caught:
        call([sys.executable, "-c", "import sys; sys.exit('no such thing')"])
    assert "no such thing" in caught.value.why


def test_two_calls_wait_for_each_other(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inside = threading.Event()
    order: list[str] = []

    def second() -> None:
        with locked(tmp_path / "lock"):
            order.append("second")
            inside.set()

    with locked(tmp_path / "lock"):
        thread = threading.Thread(target=second)
        thread.start()
        assert wait_until(lambda: "another devcluster call" in capsys.readouterr().err, 5)
        order.append("first")
    assert inside.wait(5)
    thread.join()
    assert order == ["first", "second"]


def test_only_rules_that_came_since_and_are_ours_are_stale() -> None:
    assert [rule for _, rule in stale_rules(BEFORE, NOW)] == [
        "-A FORWARD -s 10.244.0.0/16 -m comment --comment devcluster -j ACCEPT",
        '-A INPUT -m comment --comment "kubernetes health check" -j KUBE-SERVICES',
    ]
    assert stale_chains(BEFORE, NOW) == [("filter", "KUBE-SERVICES")]
    assert not stale_rules(NOW, NOW)


def test_a_rule_whose_comment_has_quotes_in_quotes_can_be_given_back() -> None:
    saved = r'-A POSTROUTING -m comment --comment "name: \"devcluster\" id: \"1a\"" -j CNI-1a'
    assert rule_words(saved)[4:] == ["--comment", 'name: "devcluster" id: "1a"', "-j", "CNI-1a"]


def test_certificates_name_what_they_serve_and_the_kubeconfig_its_context(tmp_path: Path) -> None:
    place = folders(tmp_path)
    make_certificates(place)
    text = call(["openssl", "x509", "-in", str(place.pki / "apiserver.crt"), "-noout", "-text"])
    assert "IP Address:127.0.0.1" in text
    assert "DNS:kubernetes.default.svc" in text
    assert json.loads(place.kubeconfig.read_text())["current-context"] == "devcluster"
    assert place.kubeconfig.stat().st_mode & 0o077 == 0
    before = (place.pki / "ca.crt").read_bytes()
    make_certificates(place)
    assert (place.pki / "ca.crt").read_bytes() == before


def test_a_programs_cache_depends_on_its_source(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "main.go").write_text("package main")
    program = Program(name="x", version="1", folder=source)
    first = program.path_in(tmp_path)
    (source / "main.go").write_text("package main // changed")
    assert program.path_in(tmp_path) != first


@pytest.mark.parametrize(
    "name",
    [
        "python:3.13-slim",
        "node:22-slim",
        "node:24-slim",
        "golang:1.26",
        "nginxinc/nginx-unprivileged:1.28-alpine",
        "gcr.io/distroless/static-debian13:nonroot",
        "debian:trixie-slim",
        "docker/dockerfile:1",
    ],
)
def test_stand_ins_can_be_made_for_the_packs_bases(name: str) -> None:
    assert find_recipe(name) is not None


@pytest.mark.parametrize("name", ["python:2.7", "postgres:17", "evil/python:3.13-slim"])
def test_other_images_have_no_stand_in(name: str) -> None:
    assert find_recipe(name) is None


def test_registries_are_told_from_paths() -> None:
    assert registry_of("gcr.io/distroless/static") == "gcr.io"
    assert registry_of("localhost:5000/x") == "localhost:5000"
    assert registry_of("python:3.13-slim") == registry_of("nginxinc/nginx-unprivileged:1") == ""


def test_the_home_folder_can_be_moved() -> None:
    found = folders_of({"DEVCLUSTER_HOME": "/x", "XDG_CACHE_HOME": "/c"})
    assert (found.home, found.cache) == (Path("/x"), Path("/c/draftpy-devcluster"))


def test_mounts_are_found_below_a_folder_only() -> None:
    assert "/proc" not in mounts_below(Path("/proc"))
    assert all(point.startswith("/sys/") for point in mounts_below(Path("/sys")))


def test_it_runs_on_the_standard_library_alone() -> None:
    code = "import sys, devcluster.__main__; print([m for m in sys.modules if 'draftpy' in m])"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, '.'); {code}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "[]"
