"""What all stand-ins share: a Debian, and what this host adds to trust and to registries."""

import os
import shutil
import subprocess
from pathlib import Path

from devcluster.images.engine import Engine
from devcluster.process import call
from devcluster.steps import step

SUITE = "trixie"
RAW = f"devcluster/{SUITE}:raw"
_HOST_CERTIFICATES = Path("/usr/local/share/ca-certificates")
_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
# Each tool asks for the bundle under a name of its own.
_TRUST_VARIABLES = (
    "SSL_CERT_FILE",
    "PIP_CERT",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "CARGO_HTTP_CAINFO",
    "GIT_SSL_CAINFO",
)
# Settings of registries and proxies that a build needs as much as the host does.
_SETTINGS = (
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_TRUSTED_HOST",
    "NPM_CONFIG_REGISTRY",
    "GOPROXY",
    "GONOSUMDB",
    "GOSUMDB",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)
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
    with engine.context() as folder:
        shutil.copytree(_certificates(), folder / "certificates", dirs_exist_ok=True)
        dockerfile = [
            f"FROM {RAW}",
            "COPY certificates/ /usr/local/share/ca-certificates/",
            "RUN update-ca-certificates >/dev/null 2>&1",
            *host_environ(),
            'CMD ["bash"]',
        ]
        engine.build(name, "\n".join(dockerfile) + "\n", folder)


def host_environ() -> list[str]:
    """ENV lines for what the host adds to trust and registries; none on an ordinary host."""
    lines = []
    if _has_own_certificates():
        lines += [f"ENV {name}={_BUNDLE}" for name in _TRUST_VARIABLES]
        lines.append("ENV DENO_TLS_CA_STORE=system")
    lines += [f'ENV {name}="{os.environ[name]}"' for name in _SETTINGS if os.environ.get(name)]
    return lines


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


def _certificates() -> Path:
    return _HOST_CERTIFICATES if _has_own_certificates() else _empty()


def _has_own_certificates() -> bool:
    return _HOST_CERTIFICATES.is_dir() and any(_HOST_CERTIFICATES.rglob("*.crt"))


def _empty() -> Path:
    folder = Path("/var/empty/devcluster")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def go_root(minor: str) -> Path:
    """The host's Go of that release, or one that its go command brings."""
    environ = {**os.environ}
    found = call(["go", "env", "GOVERSION", "GOROOT"]).split()
    if not found[0].startswith(f"go{minor}"):
        environ["GOTOOLCHAIN"] = f"go{minor}.0"
        answer = subprocess.run(
            ["go", "env", "GOVERSION", "GOROOT"],
            env=environ,
            capture_output=True,
            text=True,
            check=True,
        )
        found = answer.stdout.split()
    return Path(found[1])
