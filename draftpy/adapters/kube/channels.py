"""Websockets to the API server whose frames each belong to a numbered channel."""

from collections.abc import Sequence
from urllib.parse import urlencode

from draftpy.adapters.kube.client import KubeClient
from draftpy.adapters.kube.websockets import WebSocket
from draftpy.adapters.kube.wires import Wire, open_wire, request_fields, target_of

# The API server reads frames of any size; smaller ones keep both directions moving.
FRAME_BYTES = 65536


class ChannelSocket:
    """One open websocket; one thread may read it while others write."""

    def __init__(self, frames: WebSocket, wire: Wire) -> None:
        self.protocol = frames.protocol
        self._frames = frames
        self._wire = wire

    def recv(self) -> tuple[int, bytes] | None:
        """A frame's channel with its bytes; None at the end, by either side; raises OSError."""
        try:
            while (frame := self._frames.recv()) is not None:
                if frame:
                    return frame[0], frame[1:]
        except OSError:
            # The server says when it has sent everything: an end without that is a cut.
            if not self._wire.is_closed:
                raise
        return None

    def send(self, channel: int, payload: bytes) -> None:
        """Send every byte on a channel; raises OSError when the stream broke."""
        head = bytes((channel,))
        for start in range(0, len(payload), FRAME_BYTES):
            self._frames.send(head + payload[start : start + FRAME_BYTES])

    def set_timeout(self, timeout_s: float | None) -> None:
        """How long one read or write may wait for the network; None: for ever."""
        self._wire.set_timeout(timeout_s)

    def close(self) -> None:
        """End both directions, from any thread; wakes who reads; safe to call twice."""
        self._wire.close()


def open_channels(
    client: KubeClient, path: str, query: Sequence[tuple[str, str]], protocols: Sequence[str]
) -> ChannelSocket:
    """Open a websocket; raises OSError if the server cannot be reached, or refuses."""
    target = f"{target_of(client, path)}?{urlencode(query)}"
    wire = open_wire(client)
    frames = WebSocket(wire)
    try:
        frames.shake_hands(target, request_fields(client), protocols)
        wire.set_timeout(None)
    except BaseException:
        wire.close()
        raise
    return ChannelSocket(frames, wire)
