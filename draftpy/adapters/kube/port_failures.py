"""What the kubelet says when a port-forward fails."""

# Its words, and those of the container runtimes, where no connection to the app was ever made.
_NEVER_MADE = ("refused", "failed to connect", "failed to dial", "not found", "not running")


def read_failure(payload: bytes) -> OSError:
    """The failure as an error: ConnectionRefusedError only if no byte can have reached the app."""
    text = payload.decode("utf-8", errors="replace").strip()
    is_refused = any(words in text.lower() for words in _NEVER_MADE)
    return ConnectionRefusedError(text) if is_refused else OSError(text)
