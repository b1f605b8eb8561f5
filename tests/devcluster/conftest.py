"""The real devcluster is tested where `make test` uses it, not beside a user's own cluster."""

import os

import pytest

from tests.support.with_cluster import KIND_VARIABLE, OWN


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """With the user's own cluster there is no devcluster to test: say so, and leave them out."""
    if os.environ.get(KIND_VARIABLE) != OWN:
        return
    real = [item for item in items if _needs_devcluster(item)]
    config.hook.pytest_deselected(items=real)
    items[:] = [item for item in items if item not in real]


def _needs_devcluster(item: pytest.Item) -> bool:
    if item.get_closest_marker("cluster_restart"):
        return True
    in_here = "tests/devcluster/" in item.path.as_posix()
    return in_here and item.get_closest_marker("cluster") is not None
