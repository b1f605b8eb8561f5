"""The agent's own tests, in Go."""

import pytest

from tests.support.agent_program import AGENT, run_go

# Compiling is minutes on a busy machine, and it is the agent's containers that it is for.
pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

FUZZED_S = 3
FUZZERS = ("FuzzFrames", "FuzzPuts", "FuzzNetlink", "FuzzProcNet")


def test_go_tests() -> None:
    run_go("test", "-count=1", ".")


def test_go_vet() -> None:
    run_go("vet", "./...")


@pytest.mark.parametrize("fuzzer", FUZZERS)
def test_fuzz(fuzzer: str) -> None:
    run_go("test", "-run=^$", f"-fuzz=^{fuzzer}$", f"-fuzztime={FUZZED_S}s", ".")


def test_every_fuzzer_is_run() -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in AGENT.glob("*_test.go"))
    assert written.count("\nfunc Fuzz") == len(FUZZERS)


def test_only_the_standard_library() -> None:
    assert run_go("list", "-m", "all").split() == ["agent"]
