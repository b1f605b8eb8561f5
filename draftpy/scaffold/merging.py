"""Three texts → one: what two sides changed since a common base, line by line."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

Lines = Sequence[str]


def merge_texts(base: str, mine: str, theirs: str) -> str | None:
    """`mine` with what `theirs` changed; None if both changed the same lines differently."""
    olds, ours, others = (text.splitlines(keepends=True) for text in (base, mine, theirs))
    merged: list[str] = []
    done_old = done_mine = done_theirs = 0
    for old, own, other, size in (*_common(olds, ours, others), (-1, -1, -1, 0)):
        ends = (old, own, other) if size else (len(olds), len(ours), len(others))
        piece = _merge_piece(
            olds[done_old : ends[0]], ours[done_mine : ends[1]], others[done_theirs : ends[2]]
        )
        if piece is None:
            return None
        merged += [*piece, *olds[ends[0] : ends[0] + size]]
        done_old, done_mine, done_theirs = (end + size for end in ends)
    return "".join(merged)


def _merge_piece(old: Lines, mine: Lines, theirs: Lines) -> Lines | None:
    """A stretch that not all three have in common."""
    if mine in (theirs, old):
        return theirs
    return mine if theirs == old else None


def _common(base: Lines, mine: Lines, theirs: Lines) -> Iterator[tuple[int, int, int, int]]:
    """Stretches that all three have in common: where each begins, and how many lines."""
    to_mine = _places(base, mine)
    to_theirs = _places(base, theirs)
    index = 0
    while index < len(base):
        size = 0
        while _goes_on(to_mine, index, size) and _goes_on(to_theirs, index, size):
            size += 1
        if size:
            yield index, to_mine[index], to_theirs[index], size
        index += size or 1


def _places(base: Lines, other: Lines) -> dict[int, int]:
    """Line of the base → the same line in the other text."""
    matcher = SequenceMatcher(None, base, other, autojunk=False)
    return {
        block.a + offset: block.b + offset
        for block in matcher.get_matching_blocks()
        for offset in range(block.size)
    }


def _goes_on(places: dict[int, int], index: int, size: int) -> bool:
    """Whether the line after so many is there too, at once behind them."""
    start = places.get(index)
    return start is not None and places.get(index + size) == start + size
