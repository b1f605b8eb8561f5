"""Which file systems tell of no changes that are made elsewhere."""

import re
from pathlib import Path

_MOUNTINFO = Path("/proc/self/mountinfo")
_SILENT = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|9p|vboxsf|vmhgfs|prl_fs|virtiofs|afs|ceph|lustre|glusterfs|ncpfs"
    r"|fuse(\..*)?"
)
# These run on this machine alone: all changes go through its kernel.
_LOCAL_FUSE = frozenset(
    {"fuse.fuse-overlayfs", "fuse.gocryptfs", "fuse.encfs", "fuse.mergerfs", "fuse.bindfs"}
)
_MAX_LAYERS = 8


def find_silent_mount(folder: Path) -> str:
    """The kind of file system that a folder lies on, if inotify sees only half of it there."""
    try:
        text = _MOUNTINFO.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return find_silent_kind(text, str(folder.resolve()))


def find_silent_kind(mountinfo: str, path: str, layers: int = _MAX_LAYERS) -> str:
    """The same, from the text of /proc/self/mountinfo; an overlay is what its layers lie on."""
    best, kind, options = "", "", ""
    for line in mountinfo.splitlines():
        head, _, tail = line.partition(" - ")
        point = _unescape(head.split(" ")[4]) if head.count(" ") > 4 else ""
        is_above = path == point or path.startswith(point.rstrip("/") + "/")
        # The later mount on one point hides the earlier one.
        if point and is_above and len(point) >= len(best):
            best, (kind, _, options) = point, [*tail.split(" ", 2), "", ""][:3]
    if kind == "overlay" and layers:
        found = (find_silent_kind(mountinfo, d, layers - 1) for d in _overlay_folders(options))
        return next((f"overlay on {name}" for name in found if name), "")
    is_silent = _SILENT.fullmatch(kind) is not None and kind not in _LOCAL_FUSE
    return kind if is_silent else ""


def _overlay_folders(options: str) -> list[str]:
    folders: list[str] = []
    for option in options.split(","):
        key, _, value = option.partition("=")
        if key in ("lowerdir", "upperdir"):
            folders += [_unescape(folder) for folder in value.split(":")]
    return folders


def _unescape(text: str) -> str:
    """Blanks and their like stand in octal."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)
