"""What the end-to-end tests get: a cluster, and an app with a namespace of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.real_cluster import RealApp, RealCluster, real_app


@pytest.fixture(scope="session")
def cluster() -> RealCluster:
    return RealCluster()


@pytest.fixture
def app(tmp_path: Path, cluster: RealCluster) -> Iterator[RealApp]:
    """A plain Python server, source only."""
    with real_app(tmp_path, cluster=cluster) as app:
        yield app
