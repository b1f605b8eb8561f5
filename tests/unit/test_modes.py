import pytest

from draftpy.dockerfile.modes import apply_mode

CASES = [
    ("755", 0o644, 0o755),
    ("0600", 0o777, 0o600),
    ("+x", 0o644, 0o755),
    ("a+x", 0o600, 0o711),
    ("u+x", 0o644, 0o744),
    ("go-w", 0o666, 0o644),
    ("u=rwx,g=rx,o=", 0o666, 0o750),
    ("a=r", 0o777, 0o444),
    ("g=u", 0o740, 0o770),
    ("+X", 0o644, 0o644),
    ("+X", 0o744, 0o755),
    ("ug+rw", 0o400, 0o660),
    ("odd", 0o640, 0o640),
]


@pytest.mark.parametrize(("change", "before", "after"), CASES)
def test_chmod(change: str, before: int, after: int) -> None:
    assert apply_mode(change, before) == after
