"""Reading a streamed answer line by line, and ending it from another thread."""

from collections.abc import Iterator
from contextlib import suppress

import urllib3

_CHUNK_BYTES = 65536


def lines_of(response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    """The lines without their ends; ends quietly when the stream breaks or is shut down.

    What a broken stream had begun is no line: it comes whole when the stream is opened again.
    """
    rest = b""
    while True:
        try:
            chunk = response.read1(_CHUNK_BYTES)
        except (urllib3.exceptions.HTTPError, OSError, ValueError, AttributeError):
            # Shut down from another thread, or cut off: the caller decides what is next.
            return
        if not chunk:
            break
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    if rest:
        yield rest


def shut_down(response: urllib3.BaseHTTPResponse) -> None:
    """Unblock whoever reads this answer; safe to call at any time, from any thread."""
    # RuntimeError: it was read to its end, and its connection is in the pool again.
    with suppress(OSError, AttributeError, ValueError, RuntimeError):
        response.shutdown()
