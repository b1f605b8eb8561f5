"""Telling each step and its time, on stderr."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def step(name: str) -> Iterator[None]:
    """Tell that a step is done and how long it took; steps of under 50 ms are not worth a line."""
    started = time.monotonic()
    yield
    seconds = time.monotonic() - started
    if seconds >= 0.05:
        tell(f"✓ {name}  {seconds:.1f} s")


def tell(text: str) -> None:
    """One line."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
