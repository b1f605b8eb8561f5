"""A text stream that several threads write whole lines to and that may go away."""

import threading
from typing import TextIO


class LineStream:
    """Writes lines; after the reader went away (closed pipe, lost terminal) it is silent.

    `is_gone` then tells the program that nobody listens any more.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self.is_gone = False

    def write_lines(self, lines: tuple[str, ...]) -> None:
        """Write each line with its newline and flush."""
        if not lines or self.is_gone:
            return
        with self._lock:
            try:
                self._stream.write("".join(f"{line}\n" for line in lines))
                self._stream.flush()
            except (OSError, ValueError):
                self.is_gone = True
