"""What the end-to-end tests get: a cluster, and an app with a namespace of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.example_table import BuiltExample, render_examples
from tests.support.real_cluster import RealApp, RealCluster, real_app


@pytest.fixture(scope="session")
def cluster() -> RealCluster:
    return RealCluster()


@pytest.fixture
def app(tmp_path: Path, cluster: RealCluster) -> Iterator[RealApp]:
    """A plain Python server, source only."""
    with real_app(tmp_path, cluster=cluster) as app:
        yield app


_BUILT: list[BuiltExample] = []


@pytest.fixture
def built_examples() -> list[BuiltExample]:
    """Where each example that was built and answered is noted."""
    return _BUILT


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show them all."""
    if _BUILT:
        terminalreporter.section("examples built and answering")
        terminalreporter.write_line(render_examples(_BUILT))
