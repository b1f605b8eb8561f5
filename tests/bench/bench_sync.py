"""Figures of saves that reach the running pod, beside the same by hand; asserts nothing.

`python -m tests.bench.bench_sync [EXAMPLE…]` measures some of the languages only.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.bench.results import Results
from tests.support.draft_cli import DraftCli, Running
from tests.support.examples import Example, load_examples
from tests.support.real_cluster import ensure_bases

# An example, and how many saves are measured.
LANGUAGES = {
    "python-plain": 200,
    "node-express": 60,
    "static-site": 60,
    "go-modules": 30,
    "java-spring": 15,
}
BY_HAND = 5
CRASHES = 15
BURST_FILES = 3000
IDLE_S = 20.0
PATIENCE_S = 180.0
APP = "bench-sync"
_PARTS = ("decided_s", "moved_s", "built_s", "restarted_s", "answering_s")


@dataclass(slots=True, kw_only=True)
class Bench:
    """One example that is up, and its next version."""

    example: Example
    app: Path
    up: Running
    port: int
    number: int = 1
    parts: dict[str, list[float]] = field(default_factory=dict)

    @property
    def source(self) -> Path:
        return self.app / str(self.example.expect["edit"]["file"])

    def save_next(self) -> str:
        """Save another version; what it then answers."""
        edit = self.example.expect["edit"]
        before = self.of_version(edit["from"], 1) if self.number == 1 else self.wanted(edit["to"])
        self.number += 1
        self.source.write_text(self.source.read_text().replace(before, self.wanted(edit["to"])))
        return self.wanted(edit["contains"])

    def wanted(self, text: str) -> str:
        """What says version 2, for the present one."""
        return self.of_version(text, self.number)

    def of_version(self, text: str, number: int) -> str:
        return text if number == 1 else re.sub(r"2(?=[^2]*$)", str(number), text)

    def note_parts(self) -> None:
        """The parts of the last change, as `up` tells them."""
        line = self.up.wait_for(r'^\{.*"event": "files-synced".*')[0]
        event = json.loads(line)
        for part in _PARTS:
            self.parts.setdefault(part.removesuffix("_s"), []).append(event[part])


@contextmanager
def running(name: str, folder: Path) -> Iterator[tuple[Bench, DraftCli]]:
    """An example, created and up."""
    example = next(each for each in load_examples() if each.name == name)
    app = example.copy_to(folder)
    draftpy = DraftCli(folder=app)
    draftpy.run("create", "--name", APP)
    ensure_bases(app / "Dockerfile")
    try:
        with draftpy.start("up", "--port", f":{example.expect['port']}", "--output", "json") as up:
            port = int(up.wait_for(r'"local_port": (\d+)', PATIENCE_S)[1])
            up.wait_for(r'"event": "watching"', PATIENCE_S)
            bench = Bench(example=example, app=app, up=up, port=port)
            wait_answer(bench, example.expect["answers"]["contains"])
            yield bench, draftpy
    finally:
        draftpy.run("delete", "--yes")


def measure_saves(results: Results, name: str, count: int) -> None:
    """Save, and ask until the new version answers."""
    with tempfile.TemporaryDirectory() as folder, running(name, Path(folder)) as (bench, draftpy):
        taken = []
        for _ in range(count):
            begun = time.perf_counter()
            wait_answer(bench, bench.save_next())
            taken.append(time.perf_counter() - begun)
            bench.note_parts()
        results.add(f"save → served, {name}", taken, bench.parts)
        if name == "python-plain":
            measure_crashes(results, bench)
            measure_unchanged(results, bench)
            measure_burst(results, bench)
            measure_idle(results, bench)
            measure_by_hand(results, bench, draftpy)


def measure_crashes(results: Results, bench: Bench) -> None:
    """From the save that mends a crash to the answer."""
    taken = []
    for _ in range(CRASHES):
        good = bench.source.read_text()
        bench.source.write_text("raise SystemExit(3)\n")
        bench.up.wait_for("the app crashed")
        bench.source.write_text(good)
        begun = time.perf_counter()
        wait_answer(bench, bench.save_next())
        taken.append(time.perf_counter() - begun)
        bench.up.skip_lines()
    results.add("crash, and the save that mends it → served", taken)


def measure_unchanged(results: Results, bench: Bench) -> None:
    """The same bytes again: nothing restarts."""
    bench.up.skip_lines()
    for _ in range(20):
        bench.source.write_text(bench.source.read_text())
        bench.up.wait_for("same content")
    results.note("20 saves of the same bytes: nothing was synced, nothing restarted")


def measure_burst(results: Results, bench: Bench) -> None:
    """Many files at once, as a checkout makes them."""
    begun = time.perf_counter()
    for number in range(BURST_FILES):
        path = bench.app / f"data/{number % 50}/{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{number}\n")
    written = time.perf_counter()
    bench.up.wait_for('"event": "files-synced"')
    seconds = time.perf_counter() - written
    results.note(
        f"{BURST_FILES} new files, written within {written - begun:.2f} s:"
        f" in the pod {seconds:.2f} s after the last"
    )


def measure_idle(results: Results, bench: Bench) -> None:
    """What `up` costs while nothing happens."""
    process = psutil.Process(bench.up.process.pid)
    begun = sum(process.cpu_times()[:2])
    time.sleep(IDLE_S)
    used = sum(process.cpu_times()[:2]) - begun
    memory = process.memory_info().rss / 1e6
    results.note(f"up, idle: {100 * used / IDLE_S:.2f} % of a core, {memory:.0f} MB")


def measure_by_hand(results: Results, bench: Bench, draftpy: DraftCli) -> None:
    """docker build and push, kubectl set image and rollout status: what a save replaces."""
    image = f"localhost:5000/{APP}-by-hand"
    kubectl = ("kubectl", "--namespace", APP)
    taken = []
    bench.up.stop()
    for number in range(BY_HAND):
        bench.save_next()
        begun = time.perf_counter()
        for words in (
            ("docker", "buildx", "build", "--load", "-q", "-t", f"{image}:{number}", "."),
            ("docker", "push", "-q", f"{image}:{number}"),
            (*kubectl, "set", "image", f"deployment/{APP}", f"*={image}:{number}"),
            (*kubectl, "rollout", "status", f"deployment/{APP}"),
        ):
            subprocess.run(
                words, cwd=bench.app, env=draftpy.environ, capture_output=True, check=True
            )
        taken.append(time.perf_counter() - begun)
    results.add("the same by hand (docker, kubectl)", taken)
    results.ratio("save → served, python-plain", "the same by hand (docker, kubectl)")


def wait_answer(bench: Bench, wanted: str) -> None:
    """Ask again and again, a new connection each time, until the answer has it."""
    path = bench.example.expect["answers"]["path"]
    until = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < until:
        with (
            suppress(urllib.error.URLError),
            urllib.request.urlopen(f"http://localhost:{bench.port}{path}", timeout=60) as answer,
        ):
            if wanted in answer.read().decode():
                return
        time.sleep(0.005)
    raise SystemExit(f"{wanted!r} was not served within {PATIENCE_S} s:\n{bench.up.text}")


def main(results: Results | None = None) -> None:
    """Print the figures, and write them down."""
    results = results or Results()
    for name in sys.argv[1:] or LANGUAGES:
        measure_saves(results, name, LANGUAGES.get(name, 20))
    results.write()


if __name__ == "__main__":
    main()
