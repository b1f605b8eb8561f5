"""A Files that keeps everything in memory and can fail on demand."""

from pathlib import Path

from draftpy.errors import WriteFailed


class MemoryFiles:
    """Files of one folder as a dict; `fails_at` is the path whose write fails."""

    def __init__(self, content: dict[str, bytes] | None = None, fails_at: str = "") -> None:
        self.content = dict(content or {})
        self.fails_at = fails_at
        self.writes: list[str] = []

    def find(self, root: Path, path: str) -> bytes | None:
        return self.content.get(path)

    def write(self, root: Path, path: str, content: bytes) -> None:
        if path == self.fails_at:
            raise WriteFailed(f"{path} could not be written", remedy="make room")
        self.content[path] = content
        self.writes.append(path)

    def back_up(self, root: Path, path: str) -> str:
        backup = f"{path}.~1~"
        self.content[backup] = self.content[path]
        return backup
