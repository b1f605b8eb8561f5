"""Debian packages that the cluster needs."""

import os
import shutil
from pathlib import Path

from devcluster.process import call
from devcluster.settings import DevclusterError
from devcluster.steps import step

# Program (or file) → the package that brings it.
_PROGRAMS = {
    "dockerd": "docker.io",
    "docker": "docker.io",
    "containerd": "containerd",
    "runc": "runc",
    "docker-registry": "docker-registry",
    "/usr/lib/cni/bridge": "containernetworking-plugins",
    "iptables": "iptables",
    "ip": "iproute2",
    "openssl": "openssl",
    "debootstrap": "debootstrap",
    "mount": "mount",
}
_SBIN = ":/usr/sbin:/sbin"


def install_missing() -> None:
    """Install what is missing; raises DevclusterError."""
    missing = sorted({package for program, package in _PROGRAMS.items() if not is_there(program)})
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise DevclusterError(
            f"these are missing: {', '.join(missing)}",
            why="there is no apt-get here: devcluster installs on Debian only",
            remedy="start Docker and a local cluster of your own (kind, k3d, minikube)",
        )
    # A package that starts its service at once would take the very ports that are ours.
    environ = {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    with step(f"packages {' '.join(missing)}"):
        call(["apt-get", "update", "-q"], environ=environ)
        install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *missing]
        call(install, environ=environ)


def is_there(program: str) -> bool:
    """Whether a program is on the path, or a file is there."""
    if program.startswith("/"):
        return Path(program).exists()
    return find_program(program) is not None


def find_program(name: str) -> str | None:
    """The program's path; /usr/sbin counts, whoever calls."""
    return shutil.which(name, path=os.environ.get("PATH", "") + _SBIN)
