"""The real devcluster is tested where `make test` uses it, not beside a user's own cluster."""

import os

import pytest

from tests.support.with_cluster import KIND_VARIABLE, OWN


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With the user's own cluster there is no devcluster to test: say so, and leave them out."""
    if os.environ.get(KIND_VARIABLE) != OWN:
        return
    real = [i for i in items if i.get_closest_marker("cluster_restart")]
    config.hook.pytest_deselected(items=real)
    items[:] = [item for item in items if item not in real]
