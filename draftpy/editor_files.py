"""Files that an editor makes for a moment while it saves."""

import re

_EDITOR_TEMP = re.compile(
    r"""
      4913                                # vim: may I write into this folder?
    | .*~                                 # vim, emacs, kate: backup
    | \..*\.sw[a-z]                       # vim: swap
    | \.\#.* | \#.*\#                     # emacs: lock, autosave
    | .*___jb_(tmp|old|bak)___            # JetBrains: safe write
    | \.goutputstream-.*                  # GNOME
    | \.~lock\..*\#                       # LibreOffice
    | .*\.(tmp|temp)                      # written beside the target, then renamed
    | .*\.tmp\.[0-9]+(\.[0-9a-f]+)?       # Node's write-file-atomic
    | .*\.vsctmp                          # Visual Studio Code
    """,
    re.VERBOSE | re.DOTALL,
)


def is_editor_temp(path: str) -> bool:
    """Whether an editor made this file for a moment; its name says so."""
    return _EDITOR_TEMP.fullmatch(path.rpartition("/")[2]) is not None
