"""A version constraint of any package manager → whether a release line satisfies it."""

import re

Numbers = tuple[int, ...]
_ALTERNATIVES = re.compile(r"\|\|?|\bor\b")
_SPAN = re.compile(r"v?([\d.]+)\s+-\s+v?([\d.]+)")
_COMPARATOR = re.compile(r"(~>|>=|<=|==|!=|>|<|=|\^|~)?\s*v?(\d+(?:\.\d+)*)((?:\.[x*])*)")
_NEWEST_PATCH = 9999


def allows(constraint: str, line: str) -> bool:
    """Whether some release of a line (`3.3`, `8`) is inside; raises ValueError if unreadable."""
    text = constraint.strip()
    if text in ("", "*", "any", "x"):
        return True
    oldest = _numbers(line)
    releases = ((*oldest, 0), (*oldest, _NEWEST_PATCH))
    parts = [part.strip() for part in _ALTERNATIVES.split(text)]
    return any(_part_allows(part, release) for part in parts for release in releases)


def exact_version(constraint: str) -> str:
    """The version if the constraint names one and no range (`3.3.6`, `= 3.3.6`), else nothing."""
    match = re.fullmatch(r"\s*={0,2}\s*v?(\d+(?:\.\d+)+)\s*", constraint)
    return match[1] if match else ""


def _part_allows(part: str, release: Numbers) -> bool:
    span = _SPAN.fullmatch(part)
    if span:
        return _numbers(span[1]) <= release and _starts_or_less(release, _numbers(span[2]))
    found = _COMPARATOR.findall(part)
    if not found:
        raise ValueError(part)
    return all(_compare(sign, _numbers(number), rest, release) for sign, number, rest in found)


def _compare(sign: str, bound: Numbers, rest: str, release: Numbers) -> bool:  # noqa: PLR0911
    match sign:
        case ">=":
            return release >= bound
        case ">":
            return release > bound
        case "<=":
            return _starts_or_less(release, bound)
        case "<":
            return release < _padded(bound, len(release))
        case "!=":
            return release != bound
        case "^":
            return release >= bound and release < _next(bound, _first_set(bound))
        case "~>" | "~":
            # The last number given may grow; a lone one (`~8`) holds its own line.
            return release >= bound and release < _next(bound, max(len(bound) - 2, 0))
        case _ if rest or len(bound) < len(release):
            return release[: len(bound)] == bound
        case _:
            return release[: len(bound) - 1] == bound[:-1]


def _numbers(text: str) -> Numbers:
    return tuple(int(number) for number in text.strip(".").split("."))


def _padded(bound: Numbers, length: int) -> Numbers:
    return (*bound, *(0,) * (length - len(bound)))


def _starts_or_less(release: Numbers, bound: Numbers) -> bool:
    return release[: len(bound)] <= bound


def _next(bound: Numbers, position: int) -> Numbers:
    return (*bound[:position], bound[position] + 1)


def _first_set(bound: Numbers) -> int:
    """Where `^` stops: at the first number that is not zero."""
    return next((index for index, number in enumerate(bound) if number), len(bound) - 1)
