"""The Debian that all stand-ins are made of, and what their recipes share."""

import shutil
from pathlib import Path

from devcluster.images.engine import Engine
from devcluster.images.host import (
    added_certificates,
    package_settings,
    render_environ,
    trust_variables,
)
from devcluster.process import call
from devcluster.steps import step

SUITE = "trixie"
RAW = f"devcluster/{SUITE}:raw"
_HEAVY = (
    "usr/share/doc",
    "usr/share/locale",
    "usr/share/man",
    "var/cache/apt",
    "var/lib/apt/lists",
)


def make_debian(engine: Engine, name: str) -> None:
    """A minimal Debian with the host's own certificates and registry settings."""
    if not engine.has(RAW):
        engine.import_tar(RAW, _debian_tar(engine))
    certificates = added_certificates()
    variables = package_settings() | (trust_variables() if certificates else {})
    with engine.context() as folder:
        (folder / "certificates").mkdir()
        for number, pem in enumerate(certificates):
            # One a file, else update-ca-certificates would take the first only.
            (folder / "certificates" / f"host-{number}.crt").write_text(f"{pem}\n")
        dockerfile = [
            f"FROM {RAW}",
            "COPY certificates/ /usr/local/share/ca-certificates/",
            "RUN update-ca-certificates >/dev/null 2>&1",
            *render_environ(variables),
            'CMD ["bash"]',
        ]
        engine.build(name, "\n".join(dockerfile) + "\n", folder)


def apt(*packages: str) -> str:
    """A RUN line that installs packages and leaves no lists behind."""
    return (
        "RUN apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y"
        f" --no-install-recommends {' '.join(packages)}"
        " && rm -rf /var/lib/apt/lists/* /var/cache/apt/*"
    )


def _debian_tar(engine: Engine) -> Path:
    tar = engine.folders.cache / "images" / f"{SUITE}.tar"
    if tar.exists():
        return tar
    with step(f"debootstrap {SUITE}"), engine.context() as folder:
        root = folder / "root"
        call(["debootstrap", "--variant=minbase", "--include=ca-certificates", SUITE, str(root)])
        for heavy in _HEAVY:
            shutil.rmtree(root / heavy, ignore_errors=True)
            (root / heavy).mkdir(parents=True)
        new = tar.with_suffix(".new")
        # Device files belong to the container runtime.
        call(["tar", "-C", str(root), "--exclude=./dev/*", "-cf", str(new), "."])
        new.rename(tar)
    return tar


def go_root(minor: str) -> Path:
    """The host's Go of that release, or one that its go command brings."""
    question = ["go", "env", "GOVERSION", "GOROOT"]
    version, root = call(question).split()
    if not version.startswith(f"go{minor}."):
        _, root = call(question, environ={"GOTOOLCHAIN": f"go{minor}.0"}).split()
    return Path(root)
