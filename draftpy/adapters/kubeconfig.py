"""Several kubeconfig files as one, as kubectl reads them."""

import os
from pathlib import Path
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LISTS = ("clusters", "contexts", "users")
# Paths in these are relative to the file they stand in.
_PATHS = ("certificate-authority", "client-certificate", "client-key", "tokenFile")


def merge_kubeconfigs(kubeconfig: str) -> dict[str, Any]:
    """One kubeconfig of files joined by os.pathsep; the first file that has a name wins.

    Files that are not there are left out. Raises OSError, ValueError, yaml.YAMLError, and
    LookupError or AttributeError where the content is no kubeconfig.
    """
    merged: dict[str, Any] = {"apiVersion": "v1", "kind": "Config", "current-context": ""}
    merged.update({name: [] for name in _LISTS})
    for text in filter(None, kubeconfig.split(os.pathsep)):
        path = Path(text).expanduser()
        if path.exists():
            # A stream, not its text: an error then names the file.
            with path.open(encoding="utf-8") as stream:
                _add(merged, yaml.load(stream, Loader=_LOADER), path.parent)
    return merged


def _add(merged: dict[str, Any], config: Any, folder: Path) -> None:
    if config is None:
        return
    merged["current-context"] = merged["current-context"] or config.get("current-context") or ""
    for kind in _LISTS:
        known = {entry["name"] for entry in merged[kind]}
        for entry in config.get(kind) or ():
            if entry["name"] not in known:
                merged[kind].append(_with_whole_paths(entry, folder))


def _with_whole_paths(entry: dict[str, Any], folder: Path) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for key, value in entry.items():
        if isinstance(value, dict):
            whole[key] = _with_whole_paths(value, folder)
        elif key in _PATHS and value:
            whole[key] = str((folder / value).resolve())
        else:
            whole[key] = value
    return whole
