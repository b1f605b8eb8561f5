"""A port of a pod by a websocket; SPDY has tests of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from draftpy.adapters.kube.client import KubeClient
from draftpy.adapters.kube.streams import KubeDialer, PodConnection
from tests.support.api_stub import write_kubeconfig
from tests.support.reporter import ListReporter
from tests.support.websocket_stub import Peer, websocket_stub


@contextmanager
def dialled(folder: Path, *frames: tuple[int, bytes]) -> Iterator[PodConnection]:
    def serve(peer: Peer) -> None:
        for channel, payload in ((0, b"\x90\x1f"), (1, b"\x90\x1f"), *frames):
            peer.send(channel, payload)
        peer.close()

    with websocket_stub(serve) as stub:
        client = KubeClient(str(write_kubeconfig(folder, stub.url)), "", ListReporter())
        connection = KubeDialer(client, "space").dial("pod", 8080)
        yield connection
        connection.close()


def test_the_port_that_is_repeated_first_is_no_data(tmp_path: Path) -> None:
    with dialled(tmp_path, (0, b"abc")) as connection:
        assert [connection.recv(2), connection.recv(2), connection.recv(2)] == [b"ab", b"c", b""]


def test_where_nothing_listens_the_connection_was_refused(tmp_path: Path) -> None:
    with dialled(tmp_path, (1, b"dial tcp4 127.0.0.1:8080: connect: connection refused")) as made:
        with pytest.raises(ConnectionRefusedError, match="8080"):
            made.recv(1)


def test_a_connection_that_broke_later_was_not_refused(tmp_path: Path) -> None:
    with dialled(tmp_path, (1, b"read: connection reset by peer")) as connection:
        with pytest.raises(OSError, match="reset by peer") as caught:
            connection.recv(1)
    assert not isinstance(caught.value, ConnectionRefusedError)
