"""What chmod's MODE makes of permission bits."""

import re

_CLAUSE = re.compile(r"([ugoa]*)([-+=])([rwxXst]*|[ugo])")
_SHIFTS = {"u": 6, "g": 3, "o": 0}
_BITS = {"r": 4, "w": 2, "x": 1}


def apply_mode(change: str, mode: int) -> int:
    """Apply `755`, `+x`, `u=rwx,g=u` to permission bits; what it does not know changes nothing."""
    if re.fullmatch(r"[0-7]{3,4}", change):
        return int(change, 8) & 0o777
    for clause in change.split(","):
        if match := _CLAUSE.fullmatch(clause):
            mode = _apply_clause(match, mode)
    return mode


def _apply_clause(match: re.Match[str], mode: int) -> int:
    bits = _bits(match[3], mode)
    who = match[1].replace("a", "ugo") or "ugo"
    for shift in {_SHIFTS[letter] for letter in who}:
        match match[2]:
            case "+":
                mode |= bits << shift
            case "-":
                mode &= ~(bits << shift)
            case _:
                mode = (mode & ~(7 << shift)) | (bits << shift)
    return mode


def _bits(letters: str, mode: int) -> int:
    """The three bits that the letters mean; `u`, `g`, `o` are what these have already."""
    if letters in _SHIFTS:
        return (mode >> _SHIFTS[letters]) & 7
    is_executable = bool(mode & 0o111)
    bits = sum({_BITS.get(letter, 0) for letter in letters if letter != "X"})
    return bits | (1 if "X" in letters and is_executable else 0)
