"""What chmod's MODE makes of permission bits."""

import re

_CLAUSE = re.compile(r"([ugoa]*)([-+=])([rwxX]+)")
_WHO = {"u": 0o700, "g": 0o070, "o": 0o007, "a": 0o777}
_BITS = {"r": 0o444, "w": 0o222, "x": 0o111}


def apply_mode(change: str, mode: int) -> int:
    """Apply `755`, `+x`, `u=rwx,go-w` to permission bits; what it does not know changes nothing."""
    if re.fullmatch(r"[0-7]{3,4}", change):
        return int(change, 8) & 0o777
    for clause in change.split(","):
        if match := _CLAUSE.fullmatch(clause):
            mode = _apply_clause(match, mode)
    return mode


def _apply_clause(match: re.Match[str], mode: int) -> int:
    who = sum({_WHO[letter] for letter in match[1]}) if match[1] else _WHO["a"]
    who = min(who, 0o777)
    bits = 0
    for letter in match[3]:
        # X is x for what is executable already.
        bits |= (0o111 if mode & 0o111 else 0) if letter == "X" else _BITS[letter]
    match match[2]:
        case "+":
            return mode | (bits & who)
        case "-":
            return mode & ~(bits & who)
        case _:
            return (mode & ~who) | (bits & who)
