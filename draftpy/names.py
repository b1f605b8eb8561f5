"""Checked names: what Kubernetes, Helm and registries accept."""

import re
import unicodedata
from typing import NewType

from draftpy.errors import NameInvalid

AppName = NewType("AppName", str)
Namespace = NewType("Namespace", str)
EnvironmentName = NewType("EnvironmentName", str)
KubeContext = NewType("KubeContext", str)
PackName = NewType("PackName", str)

# Helm allows 53 characters for a release (it adds suffixes up to Kubernetes' 63).
MAX_RELEASE_CHARS = 53
MAX_LABEL_CHARS = 63

_DNS_1123 = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
# A Service's name is a DNS-1035 label: it begins with a letter.
_DNS_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")


def parse_app_name(text: str) -> AppName:
    """Check an app's name (also its release, image and Service name); raises NameInvalid."""
    _check(text, "app name", _DNS_1035, MAX_RELEASE_CHARS)
    return AppName(text)


def parse_namespace(text: str) -> Namespace:
    """Check a Kubernetes namespace; raises NameInvalid."""
    _check(text, "namespace", _DNS_1123, MAX_LABEL_CHARS)
    return Namespace(text)


def parse_environment_name(text: str) -> EnvironmentName:
    """Check the name of an environment; it becomes a label value."""
    _check(text, "environment name", _DNS_1123, MAX_LABEL_CHARS)
    return EnvironmentName(text)


def to_app_name(text: str) -> AppName:
    """Make the nearest valid app name of any text, such as a folder's name."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    dashed = re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")
    if not dashed:
        return AppName("app")
    if not dashed[0].isalpha():
        dashed = f"app-{dashed}"
    return AppName(dashed[:MAX_RELEASE_CHARS].rstrip("-"))


def _check(text: str, kind: str, pattern: re.Pattern[str], max_chars: int) -> None:
    if len(text) <= max_chars and pattern.fullmatch(text):
        return
    raise NameInvalid(
        f"{kind} {text!r} is not valid",
        evidence=f"lower-case letters, digits and dashes, {max_chars} characters at most,"
        " beginning with a letter and ending with a letter or digit",
        remedy=f"for instance: {to_app_name(text)}",
    )
