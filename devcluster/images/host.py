"""What this host adds to an ordinary one, in trust and in where packages come from."""

import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from devcluster.process import call

BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
_ADDED = Path("/usr/local/share/ca-certificates")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
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
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
_PIP = ("index-url", "extra-index-url", "trusted-host")
_GO = ("GOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE", "GOINSECURE", "GOFLAGS")


def added_certificates(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """The certificates (PEM) that were added to this host's trust, by its owner or by environ."""
    files = sorted(_ADDED.rglob("*.crt"))
    found = _certificates_in(files)
    bundle = environ.get("SSL_CERT_FILE", "")
    if bundle and Path(bundle).exists() and Path(bundle).resolve() != Path(BUNDLE).resolve():
        usual = set(_certificates_in([Path(BUNDLE)]))
        found += [each for each in _certificates_in([Path(bundle)]) if each not in usual]
    return tuple(dict.fromkeys(found))


def trust_variables() -> dict[str, str]:
    """What makes every tool use the bundle that the certificates were added to."""
    return {**dict.fromkeys(_TRUST_VARIABLES, BUNDLE), "DENO_TLS_CA_STORE": "system"}


def package_settings(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Proxies and package sources as this host's own clients have them."""
    found = {name: environ[name] for name in _PROXIES if environ.get(name)}
    if shutil.which("pip"):
        found |= parse_pip(call(["pip", "config", "list"], check=False))
    if shutil.which("npm"):
        found |= parse_npm(call(["npm", "config", "list"], check=False))
    if shutil.which("go"):
        found |= parse_go(call(["go", "env", "-changed", "-json", *_GO], check=False))
    return found


def parse_pip(listed: str) -> dict[str, str]:
    """`pip config list` → the variables that say the same; the environ's win over files'."""
    found: dict[str, str] = {}
    for scope in (r"global\.", r":env:\."):
        for name, value in re.findall(rf"(?m)^{scope}([\w-]+)='(.*)'$", listed):
            if name in _PIP:
                found[f"PIP_{name.upper().replace('-', '_')}"] = value.replace("\\n", " ").strip()
    return found


def parse_npm(listed: str) -> dict[str, str]:
    """`npm config list`, which shows only what differs from npm's defaults."""
    match = re.search(r'(?m)^registry = "(.+)"', listed)
    return {"npm_config_registry": match[1]} if match else {}


def parse_go(answer: str) -> dict[str, str]:
    """`go env -changed -json`; an older Go does not know -changed."""
    try:
        return {str(name): str(value) for name, value in json.loads(answer).items() if value}
    except ValueError:
        return {}


def render_environ(variables: Mapping[str, str]) -> list[str]:
    """ENV lines of a Dockerfile."""
    return [f"ENV {name}={_quoted(value)}" for name, value in sorted(variables.items())]


def _quoted(value: str) -> str:
    escaped = re.sub(r'(["\\$])', r"\\\1", value)
    return f'"{escaped}"'


def _certificates_in(files: Iterable[Path]) -> list[str]:
    return [pem for file in files for pem in _PEM.findall(file.read_text(errors="replace"))]
