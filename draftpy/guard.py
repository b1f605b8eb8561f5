"""Facts about a cluster → may we write here: pure."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from draftpy.errors import ContextRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardFacts:
    """What decides: where the API server is, who this machine is, what the project allows.

    `server` is its URL; `addresses` are what its host name resolves to; `own_addresses` are those
    of this machine's network interfaces; `is_named` says that draft.yaml names the kube context.
    """

    kube_context: str
    server: str
    addresses: tuple[str, ...]
    own_addresses: tuple[str, ...]
    is_named: bool
    environment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether we may write to the cluster, and why (not)."""

    allowed: bool
    reason: str


def judge(facts: GuardFacts) -> Verdict:
    """Local clusters go; one that draft.yaml names goes; anything else does not.

    What a kube context is called decides nothing: `kind-prod` may lead anywhere.
    """
    host = urlsplit(facts.server).hostname or ""
    addresses = facts.addresses or (host,)
    if all(_is_loopback(address) for address in addresses):
        return Verdict(allowed=True, reason="local: its API server is on this machine")
    if all(_is_private_and_own(address, facts.own_addresses) for address in addresses):
        reason = f"local: {host} is an address of this machine"
        return Verdict(allowed=True, reason=reason)
    if facts.is_named:
        return Verdict(allowed=True, reason="named in draft.yaml")
    return Verdict(allowed=False, reason=f"its API server {host} is not on this machine")


def check_allowed(facts: GuardFacts) -> Verdict:
    """The verdict; raises ContextRefused, with the lines that allow it."""
    verdict = judge(facts)
    if verdict.allowed:
        return verdict
    raise ContextRefused(
        f"kube context {facts.kube_context} may be somebody's production: {verdict.reason}",
        evidence=f"API server {facts.server}",
        remedy="if it is meant, add to draft.yaml:\n"
        f"environments:\n  {facts.environment}:\n    context: {facts.kube_context}",
    )


def _is_loopback(address: str) -> bool:
    parsed = _parse(address)
    return parsed is not None and parsed.is_loopback


def _is_private_and_own(address: str, own_addresses: tuple[str, ...]) -> bool:
    parsed = _parse(address)
    return parsed is not None and parsed.is_private and address in own_addresses


def _parse(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(address)
    except ValueError:
        return None
