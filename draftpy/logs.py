"""Log lines of a release across its pods: none lost, none repeated."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class LogQuery:
    """Which lines of one container: `since_time` is RFC 3339, inclusive; None means no limit."""

    pod: str
    container: str
    follow: bool
    previous: bool = False
    tail: int | None = None
    since_s: int | None = None
    since_time: str = ""


class LogSource(Protocol):
    """Where container logs come from."""

    def open_log(self, query: LogQuery) -> AbstractContextManager[Iterator[tuple[str, str]]]:
        """Lines as (RFC 3339 time, text); leaving the context unblocks a reading thread.

        Raises ClusterUnreachable, Rejected; ends quietly when the container is gone.
        """
        ...
