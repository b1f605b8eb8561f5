"""Programs built from Go modules, cached by version."""

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from devcluster.process import call
from devcluster.settings import BUILDX, COREDNS, FRONTEND, KUBERNETES, DevclusterError, Folders
from devcluster.steps import step, tell

HERE = Path(__file__).parent
KUBE_NAMES = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kube-proxy",
    "kubelet",
    "kubectl",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A Go program: built in `folder`, or installed from `module` if there is no folder."""

    name: str
    version: str
    folder: Path | None = None
    module: str = ""
    ldflags: str = ""
    about: str = ""

    def path_in(self, cache: Path) -> Path:
        """Where it is cached: by version, and by what it is built from."""
        digest = hashlib.sha256(f"{self.module} {self.ldflags}".encode())
        if self.folder:
            for file in sorted(self.folder.iterdir()):
                digest.update(file.read_bytes())
        return cache / "bin" / f"{self.name}-{self.version}-{digest.hexdigest()[:8]}"


def _kube_ldflags() -> str:
    major, minor, _ = KUBERNETES.removeprefix("v").split(".")
    version = "k8s.io/component-base/version"
    return f"-s -w -X {version}.gitVersion={KUBERNETES} -X {version}.gitMajor={major}" + (
        f" -X {version}.gitMinor={minor} -X {version}.gitTreeState=clean"
    )


KUBE = Program(
    name="kube",
    version=KUBERNETES,
    folder=HERE / "kube",
    ldflags=_kube_ldflags(),
    about="about 6 minutes on two cores, once",
)
COREDNS_PROGRAM = Program(
    name="coredns",
    version=COREDNS,
    module="github.com/coredns/coredns",
    ldflags="-s -w",
    about="about 2 minutes, once",
)
BUILDX_PROGRAM = Program(
    name="docker-buildx",
    version=BUILDX,
    module="github.com/docker/buildx/cmd/buildx",
    ldflags=f"-s -w -X github.com/docker/buildx/version.Version={BUILDX}",
    about="about 2 minutes, once",
)
PAUSE = Program(name="pause", version="1", folder=HERE / "pause", ldflags="-s -w")
# Its module cannot be `go install`ed (it excludes versions), so its main is in a folder of ours.
FRONTEND_PROGRAM = Program(
    name="dockerfile-frontend",
    version=FRONTEND,
    folder=HERE / "frontend",
    ldflags="-s -w",
    about="about a minute, once",
)


def install_programs(folders: Folders) -> None:
    """Build what is not cached, and make each reachable by its usual name."""
    folders.bin.mkdir(parents=True, exist_ok=True)
    kube = build(KUBE, folders.cache)
    for name in KUBE_NAMES:
        _link(folders.bin / name, kube)
    _link(folders.bin / "coredns", build(COREDNS_PROGRAM, folders.cache))
    plugins = folders.docker_config / "cli-plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    _link(plugins / "docker-buildx", build(BUILDX_PROGRAM, folders.cache))


def build(program: Program, cache: Path) -> Path:
    """The program, from the cache or built now; raises DevclusterError."""
    target = program.path_in(cache)
    if target.exists():
        return target
    if shutil.which("go") is None:
        raise DevclusterError(
            f"{program.name} {program.version} has to be built and there is no Go",
            remedy="install Go 1.26.8 or newer, so that `go version` answers",
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    tell(f"· building {program.name} {program.version} {program.about}".rstrip())
    with (
        step(f"{program.name} {program.version}"),
        tempfile.TemporaryDirectory(dir=target.parent) as folder,
    ):
        built = _build_in(program, Path(folder))
        # Renamed when finished: an interrupted build never looks like a program.
        built.rename(target)
    return target


def _build_in(program: Program, folder: Path) -> Path:
    flags = ["-trimpath", "-buildvcs=false", "-ldflags", program.ldflags]
    environ = {"CGO_ENABLED": "0", "GOBIN": str(folder), "GOWORK": "off"}
    if program.folder:
        output = folder / program.name
        command = ["go", "build", *flags, "-o", str(output), "."]
        call(command, environ=environ, cwd=program.folder)
        return output
    call(["go", "install", *flags, f"{program.module}@{program.version}"], environ=environ)
    return next(file for file in folder.iterdir() if file.is_file())


def _link(path: Path, target: Path) -> None:
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(target)
    os.replace(temporary, path)  # noqa: PTH105 the one call that replaces a link
