"""Byte streams to a port of a pod, by the API server's port-forward."""

from draftpy.adapters.kube.channels import ChannelSocket, open_channels
from draftpy.adapters.kube.client import CONNECT_S, KubeClient

_PROTOCOL = "v4.channel.k8s.io"
_DATA, _ERROR = 0, 1


class KubeDialer:
    """See `forward.PodDialer`; for one namespace."""

    def __init__(self, client: KubeClient, namespace: str) -> None:
        self._client = client
        self._namespace = namespace

    def dial(self, pod: str, port: int) -> "PodConnection":
        """Open a stream; raises OSError when the pod is gone or the network refuses."""
        path = f"/api/v1/namespaces/{self._namespace}/pods/{pod}/portforward"
        try:
            channels = open_channels(self._client, path, [("ports", str(port))], [_PROTOCOL])
            _skip_greeting(channels)
        except OSError as error:
            raise OSError(f"port {port} of {pod} cannot be reached: {error}") from error
        return PodConnection(channels)


def read_failure(payload: bytes) -> OSError:
    """What the kubelet says went wrong: only where nothing listened, no byte reached the app."""
    text = payload.decode("utf-8", errors="replace").strip()
    return ConnectionRefusedError(text) if "refused" in text.lower() else OSError(text)


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


class PodConnection:
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
