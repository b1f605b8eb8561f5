"""What the command `find` does to files, where it does more than to find them."""

from dataclasses import dataclass

_ACTIONS = ("-delete", "-exec", "-execdir", "-ok", "-okdir")
_ENDS = ("{}", "+", ";", "--")


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """Its folders, the pattern of -name ("": any), and the command it runs on what it finds."""

    folders: tuple[str, ...]
    name: str
    is_of_folders: bool
    command: tuple[str, ...]


def parse_find(words: tuple[str, ...]) -> Find | None:
    """Read the words after `find`; None if it runs nothing on what it finds.

    -delete is the command rm.
    """
    actions = [word for word in words if word in _ACTIONS]
    if not actions:
        return None
    tests = words[: words.index(actions[0])]
    tail = words[words.index(actions[0]) + 1 :]
    command = tuple(word for word in tail if word not in _ENDS)
    return Find(
        folders=_folders(tests) or (".",),
        name=_value(tests, "-name") or _value(tests, "-iname"),
        is_of_folders=_value(tests, "-type") == "d",
        command=("rm",) if actions == ["-delete"] else command,
    )


def _folders(tests: tuple[str, ...]) -> tuple[str, ...]:
    first = next((n for n, word in enumerate(tests) if word.startswith(("-", "!"))), len(tests))
    return tests[:first]


def _value(tests: tuple[str, ...], flag: str) -> str:
    return tests[tests.index(flag) + 1] if flag in tests[:-1] else ""
