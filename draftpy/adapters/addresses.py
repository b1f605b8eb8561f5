"""Host names and addresses as this machine sees them."""

import socket


def resolve_host(host: str) -> tuple[str, ...]:
    """The addresses of a host name; none if it has none."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return ()
    return tuple(sorted({str(entry[4][0]) for entry in found}))


def find_own_addresses(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the addresses that belong to this machine: only they can be bound."""
    return tuple(address for address in addresses if _is_own(address))


def _is_own(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True
