"""Bridges and firewall rules: made at up, taken away at down."""

import re
import shlex
from pathlib import Path

from devcluster.packages import find_program
from devcluster.process import call
from devcluster.settings import (
    DOCKER_ADDRESS,
    DOCKER_BRIDGE,
    DOCKER_RANGE,
    NODE_ADDRESS,
    NODE_BRIDGE,
    POD_BRIDGE,
    POD_RANGE,
    Folders,
)

_FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
_BRIDGES = {NODE_BRIDGE: f"{NODE_ADDRESS}/32", DOCKER_BRIDGE: DOCKER_ADDRESS}
_COMMENT = ("-m", "comment", "--comment", "devcluster")
# Chains that Kubernetes and its network plugins make while the cluster runs.
_MADE_CHAINS = re.compile(r"^:((?:KUBE|CNI)-\S*)", re.MULTILINE)
_OURS = re.compile(r"KUBE-|CNI-|--comment devcluster|" + re.escape(POD_BRIDGE))


def set_up(folders: Folders) -> None:
    """Make the bridges and rules that are missing."""
    _remember_firewall(folders)
    for name, address in _BRIDGES.items():
        if not Path(f"/sys/class/net/{name}").exists():
            _ip("link", "add", name, "type", "bridge")
        _ip("addr", "replace", address, "dev", name)
        _ip("link", "set", name, "up")
    _FORWARDING.write_text("1\n")
    for rule in _rules():
        _ensure_rule(rule)


def tear_down(folders: Folders) -> None:
    """Take away every bridge, rule and chain that was made since `up`."""
    for program in ("iptables", "ip6tables"):
        before = folders.config / f"{program}.before"
        if before.exists():
            _restore(program, before.read_text())
            before.unlink()
    forwarding = folders.config / "ip_forward.before"
    if forwarding.exists():
        _FORWARDING.write_text(forwarding.read_text())
        forwarding.unlink()
    for name in (*_BRIDGES, POD_BRIDGE):
        if Path(f"/sys/class/net/{name}").exists():
            _ip("link", "delete", name)


def stale_rules(before: str, now: str) -> list[tuple[str, str]]:
    """(table, `-A …`) of rules that are there now, were not before, and are ours."""
    old = set(_rules_of(before))
    return [rule for rule in _rules_of(now) if rule not in old and _OURS.search(rule[1])]


def stale_chains(before: str, now: str) -> list[tuple[str, str]]:
    """(table, chain) of the chains that Kubernetes and its plugins made since."""
    old = set(_chains_of(before))
    return [chain for chain in _chains_of(now) if chain not in old]


def rule_words(rule: str) -> list[str]:
    """A saved rule as arguments: comments are in quotes, quotes within them are escaped."""
    return shlex.split(rule)


def _rules() -> tuple[tuple[str, ...], ...]:
    """Containers of the engine reach the outside, and the forwarding of both kinds is allowed."""
    masquerade = ("-s", DOCKER_RANGE, "!", "-o", DOCKER_BRIDGE, *_COMMENT, "-j", "MASQUERADE")
    forward = [
        ("filter", "FORWARD", *match, *_COMMENT, "-j", "ACCEPT")
        for match in (
            ("-s", DOCKER_RANGE),
            ("-d", DOCKER_RANGE),
            ("-s", POD_RANGE),
            ("-d", POD_RANGE),
        )
    ]
    return (("nat", "POSTROUTING", *masquerade), *forward)


def _ensure_rule(rule: tuple[str, ...]) -> None:
    table, *rest = rule
    program = _iptables("iptables")
    saved = call([f"{program}-save", "-t", table])
    if not any(line.startswith("-A") and _same_rule(line, rest) for line in saved.splitlines()):
        call([program, "-w", "-t", table, "-I", *rest])


def _same_rule(line: str, rule: list[str]) -> bool:
    words = set(line.split())
    return "devcluster" in words and all(word in words for word in rule)


def _remember_firewall(folders: Folders) -> None:
    """What was there before us, so that down can tell what was not."""
    folders.config.mkdir(parents=True, exist_ok=True)
    forwarding = folders.config / "ip_forward.before"
    if not forwarding.exists():
        forwarding.write_text(_FORWARDING.read_text())
    for program in ("iptables", "ip6tables"):
        path = folders.config / f"{program}.before"
        if not path.exists():
            path.write_text(call([f"{_iptables(program)}-save"], check=False))


def _restore(program: str, before: str) -> None:
    now = call([f"{_iptables(program)}-save"], check=False)
    for table, rule in stale_rules(before, now):
        call([_iptables(program), "-w", "-t", table, *rule_words(f"-D{rule[2:]}")], check=False)
    chains = stale_chains(before, now)
    for flag in ("-F", "-X"):
        for table, chain in chains:
            call([_iptables(program), "-w", "-t", table, flag, chain], check=False)


def _rules_of(saved: str) -> list[tuple[str, str]]:
    return [(table, line) for table, line in _lines_of(saved) if line.startswith("-A")]


def _chains_of(saved: str) -> list[tuple[str, str]]:
    return [
        (table, match[1]) for table, line in _lines_of(saved) if (match := _MADE_CHAINS.match(line))
    ]


def _lines_of(saved: str) -> list[tuple[str, str]]:
    found, table = [], ""
    for line in saved.splitlines():
        table = line[1:] if line.startswith("*") else table
        found.append((table, line))
    return found


def _iptables(program: str) -> str:
    return find_program(program) or program


def _ip(*words: str) -> None:
    call([find_program("ip") or "ip", *words])
