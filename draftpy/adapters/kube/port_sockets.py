"""Byte streams to a port of a pod, each by a websocket of its own."""

from draftpy.adapters.kube.channels import ChannelSocket, open_channels
from draftpy.adapters.kube.client import CONNECT_S, KubeClient
from draftpy.adapters.kube.port_failures import read_failure

_PROTOCOL = "v4.channel.k8s.io"
_DATA, _ERROR = 0, 1


def dial_by_websocket(client: KubeClient, path: str, port: int) -> "SocketConnection":
    """Open a stream; `path` is the pod's port-forward; raises OSError."""
    channels = open_channels(client, path, [("ports", str(port))], [_PROTOCOL])
    _skip_greeting(channels)
    return SocketConnection(channels)


def _skip_greeting(channels: ChannelSocket) -> None:
    """The first frame of each channel repeats the port."""
    try:
        channels.set_timeout(CONNECT_S)
        for _ in (_DATA, _ERROR):
            channels.recv()
        channels.set_timeout(None)
    except OSError:
        channels.close()
        raise


class SocketConnection:
    """See `forward.Connection`."""

    def __init__(self, channels: ChannelSocket) -> None:
        self._channels = channels
        self._rest = b""

    def recv(self, max_bytes: int) -> bytes:
        """Some bytes; b"" at the end; ConnectionRefusedError if the pod's port refused."""
        while not self._rest:
            frame = self._channels.recv()
            if frame is None:
                return b""
            channel, payload = frame
            if channel == _ERROR and payload:
                raise read_failure(payload)
            if channel == _DATA:
                self._rest = payload
        taken, self._rest = self._rest[:max_bytes], self._rest[max_bytes:]
        return taken

    def send_all(self, payload: bytes) -> None:
        """Send every byte; raises OSError when the stream broke."""
        self._channels.send(_DATA, payload)

    def finish_sending(self) -> None:
        """Nothing: this protocol has no half close, the stream ends as a whole."""

    def close(self) -> None:
        """End both directions."""
        self._channels.close()
