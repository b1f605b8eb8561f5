"""Several kubeconfig files as one."""

import os
from pathlib import Path

import yaml

from draftpy.adapters.kubeconfig import merge_kubeconfigs


def write(folder: Path, name: str, server: str, **cluster: str) -> str:
    folder.mkdir(exist_ok=True)
    document = {
        "current-context": name,
        "clusters": [{"name": name, "cluster": {"server": server, **cluster}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "users": [{"name": name, "user": {"token": "t", "client-key": "keys/me.key"}}],
    }
    path = folder / "config"
    path.write_text(yaml.safe_dump(document))
    return str(path)


def test_every_file_counts_and_the_first_current_context(tmp_path: Path) -> None:
    files = [write(tmp_path / name, name, f"https://{name}") for name in ("one", "two")]
    merged = merge_kubeconfigs(os.pathsep.join(files))
    assert merged["current-context"] == "one"
    assert [found["name"] for found in merged["contexts"]] == ["one", "two"]


def test_the_first_file_that_has_a_name_wins(tmp_path: Path) -> None:
    files = [write(tmp_path / host, "same", f"https://{host}") for host in ("a", "b")]
    (cluster,) = merge_kubeconfigs(os.pathsep.join(files))["clusters"]
    assert cluster["cluster"]["server"] == "https://a"


def test_paths_are_relative_to_the_file_they_stand_in(tmp_path: Path) -> None:
    path = write(tmp_path / "a", "a", "https://a", **{"certificate-authority": "/etc/ca.crt"})
    merged = merge_kubeconfigs(path)
    assert merged["users"][0]["user"]["client-key"] == str(tmp_path / "a" / "keys" / "me.key")
    assert merged["clusters"][0]["cluster"]["certificate-authority"] == "/etc/ca.crt"


def test_missing_and_empty_files_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")
    path = write(tmp_path / "a", "a", "https://a")
    merged = merge_kubeconfigs(os.pathsep.join([f"{tmp_path}/none", f"{tmp_path}/empty", path]))
    assert merged["current-context"] == "a"
