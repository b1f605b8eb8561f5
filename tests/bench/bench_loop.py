# ruff: noqa: T201 - printing figures is what it is for
"""Figures of the loop on the real cluster: save → new version answers, beside doing it by hand."""

import json
import re
import statistics
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil

from tests.support.draft_cli import DraftCli, Running
from tests.support.examples import Example

SAVES = 15
BY_HAND = 5
IDLE_S = 10.0
PATIENCE_S = 60.0
APP = "bench-loop"


def main() -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        app = Example(name="python-plain", expect={}).copy_to(Path(name))
        draftpy = DraftCli(folder=app)
        draftpy.run("create", "--name", APP)
        # The way of an image is what is measured here; bench_sync measures the other one.
        config = app / "draft.yaml"
        config.write_text(f"{config.read_text().rstrip()}\n    dev: {{sync: false}}\n")
        try:
            with draftpy.start("up", "--port", ":8080", "--output", "json") as up:
                port = _forwarded_port(up)
                _wait_answer(port, "version 1")
                _measure_saves(app, port, up)
                _measure_idle(up)
            _measure_by_hand(app, draftpy)
        finally:
            draftpy.run("delete", "--yes")


def _forwarded_port(up: Running) -> int:
    return int(up.wait_for(r'"local_port": (\d+)')[1])


def _measure_saves(app: Path, port: int, up: Running) -> None:
    taken = []
    for number in range(2, SAVES + 2):
        begun = time.perf_counter()
        _edit(app, number)
        _wait_answer(port, f"version {number}")
        taken.append(time.perf_counter() - begun)
        up.wait_for('"event": "served"')
    stages: dict[str, list[float]] = {}
    for line in up.lines:
        if '"event": "stage-finished"' in line:
            event = json.loads(line)
            stages.setdefault(event["stage"], []).append(event["seconds"])
    parts = ", ".join(f"{k} {statistics.median(v) * 1000:.0f}" for k, v in stages.items())
    _tell("save → new version answers", taken)
    print(f"  its stages (median ms): {parts}")


def _measure_by_hand(app: Path, draftpy: DraftCli) -> None:
    """docker build and push, kubectl set image and rollout status: what draftpy replaces."""
    image = f"localhost:5000/{APP}-by-hand"
    kubectl = ("kubectl", "--namespace", APP)
    taken = []
    for number in range(100, 100 + BY_HAND):
        _edit(app, number)
        begun = time.perf_counter()
        for words in (
            ("docker", "buildx", "build", "--load", "-q", "-t", f"{image}:{number}", "."),
            ("docker", "push", "-q", f"{image}:{number}"),
            (*kubectl, "set", "image", f"deployment/{APP}", f"*={image}:{number}"),
            (*kubectl, "rollout", "status", f"deployment/{APP}"),
        ):
            subprocess.run(words, cwd=app, env=draftpy.environ, capture_output=True, check=True)
        taken.append(time.perf_counter() - begun)
    _tell("the same by hand (docker, kubectl)", taken)


def _measure_idle(up: Running) -> None:
    process = psutil.Process(up.process.pid)
    begun = sum(process.cpu_times()[:2])
    time.sleep(IDLE_S)
    used = sum(process.cpu_times()[:2]) - begun
    memory = process.memory_info().rss / 1e6
    print(f"up, idle: {100 * used / IDLE_S:.2f} % of a core, {memory:.0f} MB")


def _edit(app: Path, number: int) -> None:
    source = app / "server.py"
    text = re.sub(r'VERSION = "\d+"', f'VERSION = "{number}"', source.read_text())
    source.write_text(text)


def _wait_answer(port: int, wanted: str) -> None:
    until = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < until:
        with urllib.request.urlopen(f"http://localhost:{port}/", timeout=PATIENCE_S) as answer:
            if wanted in answer.read().decode():
                return
        # Each question is a TLS handshake on both sides: asked without a pause they are the figure.
        time.sleep(0.1)
    raise SystemExit(f"{wanted} was not served within {PATIENCE_S} s")


def _tell(what: str, taken: list[float]) -> None:
    ordered = sorted(taken)
    p95 = ordered[int(0.95 * (len(ordered) - 1))]
    print(
        f"{what:<34} p50 {statistics.median(ordered) * 1000:5.0f} ms"
        f"  p95 {p95 * 1000:5.0f} ms  of {len(ordered)}"
    )


if __name__ == "__main__":
    main()
