"""Namespaces in memory, and the build output that is kept in them."""

from dataclasses import dataclass, field


@dataclass
class MemoryNamespaces:
    """`ours` are those that draftpy made; each look at what a release left takes one of `left`."""

    there: set[str] = field(default_factory=set)
    ours: set[str] = field(default_factory=set)
    full: set[str] = field(default_factory=set)
    left: list[tuple[str, ...]] = field(default_factory=list)

    def ensure(self, name: str) -> bool:
        made = name not in self.there
        self.there.add(name)
        if made:
            self.ours.add(name)
        return made

    def is_ours(self, name: str) -> bool:
        return name in self.there & self.ours

    def is_empty(self, name: str) -> bool:
        return name not in self.full

    def delete(self, name: str) -> bool:
        found = name in self.there
        self.there.discard(name)
        return found

    def leftovers(self, name: str, release: str) -> tuple[str, ...]:
        """Each look takes the next; the last one stays."""
        if not self.left:
            return ()
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]


@dataclass
class MemoryBuildLogs:
    """Keeps output once there is a namespace."""

    namespaces: MemoryNamespaces
    kept: dict[str, str] = field(default_factory=dict)

    def save(self, release: str, text: str) -> bool:
        if not self.namespaces.there:
            return False
        self.kept[release] = text
        return True

    def find(self, release: str) -> str | None:
        return self.kept.get(release)

    def delete(self, release: str) -> bool:
        return self.kept.pop(release, None) is not None


@dataclass
class MemoryHolds:
    """Remembers whose hold was dropped."""

    dropped: list[str] = field(default_factory=list)

    def drop(self, release: str) -> bool:
        self.dropped.append(release)
        return True
