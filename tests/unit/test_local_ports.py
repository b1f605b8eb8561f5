import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from draftpy.errors import UsageError
from draftpy.local_ports import (
    PortMapping,
    listen_exactly,
    listen_near,
    parse_port_mapping,
)


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize(
    ("text", "local", "remote"), [("9000:8080", 9000, 8080), ("8080", 8080, 8080), (":80", 0, 80)]
)
def test_a_mapping_is_local_then_remote(text: str, local: int, remote: int) -> None:
    assert parse_port_mapping(text) == PortMapping(local=local, remote=remote)


@pytest.mark.parametrize("text", ["", "web", "1:2:3", "70000", "8080:", "-1:80", "80:0", "٣"])
def test_what_is_no_mapping_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="not a port mapping"):
        parse_port_mapping(text)


def test_a_free_port_is_had() -> None:
    with closing(listen_exactly(0)) as first:
        port = first.port
    with closing(listen_near(port)) as second:
        assert second.port == port


def test_a_busy_port_that_was_asked_for_is_named(busy_port: int) -> None:
    with pytest.raises(UsageError, match=f"local port {busy_port} cannot be used") as caught:
        listen_exactly(busy_port)
    assert "--port" in caught.value.remedy


def test_a_busy_port_gives_one_near_it(busy_port: int) -> None:
    with closing(listen_near(busy_port)) as listener:
        assert 0 < listener.port - busy_port <= 20


def test_a_port_that_only_ipv6_has_taken_counts_as_busy() -> None:
    try:
        server = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        return  # a machine without IPv6 has nothing to mix up
    with server, closing(listen_near(server.getsockname()[1])) as listener:
        assert listener.port != server.getsockname()[1]


def test_a_privileged_port_that_cannot_be_had_gets_its_common_double() -> None:
    with closing(listen_near(443)) as first, closing(listen_near(443)) as second:
        assert first.port == 443 or first.port >= 8443
        assert second.port >= 8443
