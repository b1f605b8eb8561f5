"""The cluster's own certificate authority, its certificates and kubeconfigs."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path

from devcluster.process import call
from devcluster.settings import API_PORT, FIRST_SERVICE, NODE, NODE_ADDRESS, Folders

_DAYS = "3650"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who a certificate is for: its subject, and the names it may serve under."""

    name: str
    subject: str
    alt_names: str = ""


_API_NAMES = ",".join(
    (
        "DNS:localhost",
        "DNS:kubernetes",
        "DNS:kubernetes.default",
        "DNS:kubernetes.default.svc",
        "DNS:kubernetes.default.svc.cluster.local",
        "IP:127.0.0.1",
        f"IP:{NODE_ADDRESS}",
        f"IP:{FIRST_SERVICE}",
    )
)
IDENTITIES = (
    Identity(name="apiserver", subject="/CN=kube-apiserver", alt_names=_API_NAMES),
    Identity(name="admin", subject="/O=system:masters/CN=devcluster-admin"),
    Identity(name="controllers", subject="/CN=system:kube-controller-manager"),
    Identity(name="scheduler", subject="/CN=system:kube-scheduler"),
    Identity(name="proxy", subject="/CN=system:kube-proxy"),
    Identity(
        name="kubelet",
        subject=f"/O=system:nodes/CN=system:node:{NODE}",
        alt_names=f"DNS:{NODE},IP:{NODE_ADDRESS}",
    ),
)


def make_certificates(folders: Folders) -> None:
    """Make what is missing; keys are readable by the owner only."""
    pki = folders.pki
    pki.mkdir(parents=True, exist_ok=True)
    pki.chmod(0o700)
    if not (pki / "ca.crt").exists():
        _make_authority(pki)
    if not (pki / "sa.pub").exists():
        call(["openssl", "genrsa", "-out", str(pki / "sa.key"), "2048"])
        public = ["-pubout", "-out", str(pki / "sa.pub")]
        call(["openssl", "rsa", "-in", str(pki / "sa.key"), *public])
    for identity in IDENTITIES:
        if not (pki / f"{identity.name}.crt").exists():
            _make_certificate(pki, identity)
        path = folders.config / f"{identity.name}.kubeconfig"
        if identity.name == "admin":
            path = folders.kubeconfig
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_private(path, render_kubeconfig(pki, identity.name))


def _write_private(path: Path, text: str) -> None:
    """Write what only the owner may read; who reads it meanwhile gets the old or the new whole."""
    new = path.with_name(f".{path.name}.new")
    new.touch(mode=0o600)
    new.write_text(text)
    new.replace(path)


def render_kubeconfig(pki: Path, user: str) -> str:
    """A kubeconfig (JSON is YAML) with a context called devcluster."""

    def encoded(name: str) -> str:
        return base64.b64encode((pki / name).read_bytes()).decode()

    cluster = {
        "server": f"https://127.0.0.1:{API_PORT}",
        "certificate-authority-data": encoded("ca.crt"),
    }
    credentials = {
        "client-certificate-data": encoded(f"{user}.crt"),
        "client-key-data": encoded(f"{user}.key"),
    }
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "devcluster", "cluster": cluster}],
        "users": [{"name": f"devcluster-{user}", "user": credentials}],
        "contexts": [
            {
                "name": "devcluster",
                "context": {"cluster": "devcluster", "user": f"devcluster-{user}"},
            }
        ],
        "current-context": "devcluster",
    }
    return json.dumps(document, indent=2) + "\n"


def _make_authority(pki: Path) -> None:
    key, certificate = str(pki / "ca.key"), str(pki / "ca.crt.new")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", _DAYS]
    call([*command, "-subj", "/CN=devcluster", "-keyout", key, "-out", certificate])
    (pki / "ca.crt.new").rename(pki / "ca.crt")


def _make_certificate(pki: Path, identity: Identity) -> None:
    key, request = str(pki / f"{identity.name}.key"), str(pki / f"{identity.name}.csr")
    command = ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", identity.subject]
    call([*command, "-keyout", key, "-out", request])
    extensions = pki / f"{identity.name}.ext"
    names = identity.alt_names or f"DNS:{identity.name}"
    usage = "extendedKeyUsage=serverAuth,clientAuth"
    extensions.write_text(f"subjectAltName={names}\n{usage}\n")
    sign = ["openssl", "x509", "-req", "-days", _DAYS, "-in", request, "-CAcreateserial"]
    authority = ["-CA", str(pki / "ca.crt"), "-CAkey", str(pki / "ca.key")]
    new = pki / f"{identity.name}.crt.new"
    call([*sign, *authority, "-extfile", str(extensions), "-out", str(new)])
    new.rename(pki / f"{identity.name}.crt")
