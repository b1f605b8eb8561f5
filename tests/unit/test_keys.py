import pytest

from draftpy.keys import KEYS, Command, find_commands, render_key_help


@pytest.mark.parametrize(
    ("typed", "commands"),
    [
        ("r", (Command.REBUILD,)),
        ("S", (Command.RESTART,)),
        ("pp", (Command.PAUSE, Command.PAUSE)),
        ("x\n ", ()),
        ("\x1b[A", ()),
        ("\x1bOP", ()),
        ("q\x1b[15~", (Command.QUIT,)),
        ("ß", ()),
        ("", ()),
    ],
)
def test_what_was_typed(typed: str, commands: tuple[Command, ...]) -> None:
    assert find_commands(typed) == commands


def test_every_command_has_one_key() -> None:
    assert sorted(KEYS.values()) == sorted(Command)


def test_the_help_names_every_key() -> None:
    shown = render_key_help().split(" · ")
    assert [entry.split(" ")[0] for entry in shown] == list(KEYS)
    assert "r rebuild" in shown
