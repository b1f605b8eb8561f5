"""Run a command with a Docker engine and a Kubernetes cluster: the user's own, else a devcluster.

`python -m tests.support.with_cluster -- COMMAND…`. A running engine together with a *local*
cluster in the current kube context is used as it is; otherwise `devcluster` makes both.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
# What the tests are told: which kind of cluster they run on.
KIND_VARIABLE = "DRAFTPY_TEST_CLUSTER"
DEVCLUSTER = "devcluster"
OWN = "own"
_EXPORT = re.compile(r"export (\w+)=(.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The environ to use, which kind of cluster it leads to, and why that one."""

    environ: Mapping[str, str]
    kind: str
    reason: str


def main(argv: list[str]) -> int:
    """Find or make a cluster, run the command with it, return its exit code."""
    if argv[:1] != ["--"] or len(argv) < 2:
        sys.stderr.write("usage: python -m tests.support.with_cluster -- COMMAND…\n")
        return 2
    found = find_own(os.environ) or make_devcluster(os.environ)
    if found is None:
        return 6
    sys.stderr.write(f"✓ cluster    {found.reason}\n")
    environ = {**found.environ, KIND_VARIABLE: found.kind}
    return subprocess.call(argv[1:], env=environ)


def find_own(environ: Mapping[str, str]) -> Found | None:
    """The running engine with a local cluster in the current kube context, if there are both."""
    report = _doctor(environ)
    found = {check["name"]: check for check in report.get("checks", [])}
    engine, cluster = found.get("docker engine", {}), found.get("cluster", {})
    guard = found.get("guard", {})
    if not (engine.get("ok") and cluster.get("ok") and guard.get("ok")):
        return None
    if "kube context devcluster" in str(cluster.get("found")):
        return None  # ours: `up` and `images` see to it that nothing of it is missing
    return Found(environ=environ, kind=OWN, reason=f"{cluster['found']}, {guard['found']}")


def make_devcluster(environ: Mapping[str, str]) -> Found | None:
    """Start a devcluster with the base images of the packs; None after saying why it cannot."""
    for step in (["up"], ["images"]):
        started = time.monotonic()
        sys.stderr.write(f"· devcluster {step[0]}\n")
        code = subprocess.call([sys.executable, "-m", "devcluster", *step], cwd=CHECKOUT)
        if code:
            sys.stderr.write(
                f"✗ devcluster {step[0]} failed (exit {code}), its lines above say why.\n"
                "  Without it: start Docker and a local cluster (kind, k3d, minikube) whose kube"
                " context is the current one, then run this again.\n"
            )
            return None
        sys.stderr.write(f"✓ devcluster {step[0]}  {time.monotonic() - started:.1f} s\n")
    exports = subprocess.check_output(
        [sys.executable, "-m", "devcluster", "env"], cwd=CHECKOUT, text=True
    )
    return Found(
        environ={**environ, **parse_exports(exports, environ)},
        kind=DEVCLUSTER,
        reason="devcluster, a real Kubernetes of this checkout",
    )


def parse_exports(text: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables of `export NAME=value` lines; `$PATH` in a value is the one of environ."""
    exports = {}
    for line in text.splitlines():
        match = _EXPORT.fullmatch(line.strip())
        if match:
            value = match[2].strip().strip("\"'")
            exports[match[1]] = value.replace("$PATH", environ.get("PATH", ""))
    return exports


def _doctor(environ: Mapping[str, str]) -> dict[str, list[dict[str, object]]]:
    if not (environ.get("KUBECONFIG") or (Path.home() / ".kube" / "config").exists()):
        return {}
    program = Path(sys.executable).parent / "draftpy"
    command = [str(program) if program.exists() else str(shutil.which("draftpy"))]
    answer = subprocess.run(
        [*command, "doctor", "--output", "json"],
        env=dict(environ),
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        parsed = json.loads(answer.stdout)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
