"""Watcher: raw file changes → settled change sets."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """A settled group of changed paths, relative to the project with `/`, sorted.

    `seen_at` is the clock's second of the first change in it; `whole_tree` says that paths were
    too many or unknown (events were lost), so everything has to be compared.
    """

    paths: tuple[str, ...]
    seen_at: float
    whole_tree: bool = False
